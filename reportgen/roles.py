"""The least roles that a collector needs, and how to assign them.

Each section is one thing to hand to whoever grants rights; what is for clusters themselves has its own.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reportgen import app_roles, expected, rights
from reportgen.engagement import Engagement
from reportgen.errors import UsageError
from reportgen.model import Control, Json
from reportgen.sources import SOURCES, Source

NAME = "reportgen evidence reader"
POPULATION = (
    "arg.subscriptions",
    "arg.managed-clusters",
    "arm.subscriptions",
    "arm.management-groups",
    "arm.managed-clusters",
    "arm.permissions",
)
"""Sources that every run stands on, whatever its controls."""

GRAPH_ACTION = "Microsoft.ResourceGraph/resources/read"
"""Azure names this action for asking Resource Graph; what a query shows is decided by the resources' own."""

UNREGISTERED = {
    "microsoft.security/regulatorycompliancestandards/read": "Microsoft.Security/*/read",
    "microsoft.security/regulatorycompliancestandards/regulatorycompliancecontrols/read": (
        "Microsoft.Security/*/read"
    ),
}
"""Actions that Azure checks and does not know as operations: it refuses a whole role that names one
(InvalidActionOrNotAction). The wildcard is the narrowest it takes that grants them; it reads only."""


@dataclass(frozen=True, slots=True)
class Role:
    """One custom role and the file that its JSON is put into.

    Azure takes only one management group among the assignable scopes of a role, so that several of them
    need a role each.
    """

    name: str
    file: str
    actions: tuple[str, ...]
    scopes: tuple[str, ...]

    def definition(self) -> dict[str, Json]:
        """What ``az role definition create`` takes."""
        return {
            "Name": self.name,
            "IsCustom": True,
            "Description": "Reads the evidence that reportgen collects about AKS clusters; changes nothing.",
            "Actions": list(self.actions),
            "NotActions": [],
            "DataActions": [],
            "NotDataActions": [],
            "AssignableScopes": list(self.scopes),
        }


def sources_for(
    controls: Iterable[Control], chosen: tuple[str, ...], engagement: Engagement | None = None
) -> tuple[Source, ...]:
    """The sources that the chosen controls need, beside those of the population; all if none is chosen.

    Those inside clusters are left out where the engagement looks into none, and those of the directory, which
    no role of Azure opens.
    """
    alone = engagement is not None and engagement.clusters.access == "none"
    known = rights.of_azure(rights.outside_clusters(SOURCES) if alone else SOURCES)
    return _needed(known, controls, chosen) if chosen else known


def _needed(
    sources: tuple[Source, ...], controls: Iterable[Control], chosen: tuple[str, ...]
) -> tuple[Source, ...]:
    known = {control.id: control for control in controls}
    strange = [name for name in chosen if name not in known]
    if strange:
        raise UsageError(
            f"{', '.join(strange)}: no control has this id; `reportgen controls list` shows them"
        )
    wanted = {*POPULATION, *(need for name in chosen for need in known[name].needs)}
    wanted.update(source.requires for source in sources if source.name in wanted)
    return tuple(source for source in sources if source.name in wanted)


def actions(sources: Iterable[Source], *, management_groups: bool) -> tuple[str, ...]:
    """What a custom role has to grant for the sources, sorted; with what is granted at management groups."""
    found = {action for source in sources for action in source.permissions}
    kept = {action for action in found if management_groups or not rights.of_management_group(action)}
    wide = {UNREGISTERED[action.lower()] for action in kept if action.lower() in UNREGISTERED}
    covered = [rights.Permission(tuple(wide))]
    return tuple(
        sorted(
            {GRAPH_ACTION, *wide, *(one for one in kept if not rights.grants(covered, one))}, key=str.lower
        )
    )


def roles(engagement: Engagement | None, sources: Iterable[Source]) -> tuple[Role, ...]:
    """One role, or one for each management group; the engagement's scope says where they can be assigned."""
    needed = tuple(sources)
    groups, subscriptions = _scopes(engagement)
    if len(groups) < 2:
        named = actions(needed, management_groups=engagement is None or bool(groups))
        return (Role(NAME, "reportgen-arm-role.json", named, (*groups, *subscriptions)),)
    return tuple(
        Role(
            f"{NAME} ({group.rsplit('/', 1)[-1]})",
            f"reportgen-arm-role-{number}.json",
            actions(needed, management_groups=True),
            (group, *(subscriptions if number == 1 else ())),
        )
        for number, group in enumerate(groups, start=1)
    )


def _scopes(engagement: Engagement | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Management groups and subscriptions as scopes; a placeholder where the engagement names none."""
    groups = engagement.scope.management_groups if engagement else ()
    named = set(engagement.scope.subscriptions) if engagement else set()
    if engagement and engagement.export_file:
        named.update(expected.read(engagement.export_file).subscriptions)
    return (
        tuple(f"/providers/Microsoft.Management/managementGroups/{name}" for name in groups),
        tuple(f"/subscriptions/{one}" for one in sorted(named))
        or (() if groups else ("/subscriptions/<subscription-id>",)),
    )


def commands(engagement: Engagement | None, made: tuple[Role, ...]) -> tuple[str, ...]:
    """The az commands, to be run by somebody who may grant roles at these scopes."""
    lines = []
    if engagement and engagement.cloud != "AzureCloud":
        lines.append(f"az cloud set --name {engagement.cloud}")
    lines.extend(f"az role definition create --role-definition @{role.file}" for role in made)
    lines.append(_object_id(engagement))
    lines.extend(
        f'az role assignment create --assignee-object-id "$OBJECT_ID" '
        f"--assignee-principal-type {_principal(engagement)} "
        f"--role {shlex.quote(role.name)} --scope {shlex.quote(scope)}"
        for role in made
        for scope in role.scopes
    )
    return tuple(lines)


def _principal(engagement: Engagement | None) -> str:
    people = ("azure-cli", "device-code")
    return "User" if engagement and engagement.credential.kind in people else "ServicePrincipal"


def _object_id(engagement: Engagement | None) -> str:
    credential = engagement.credential if engagement else None
    if credential and credential.client_id and credential.kind != "device-code":
        return f"OBJECT_ID=$(az ad sp show --id {credential.client_id} --query id --output tsv)"
    if credential and credential.kind in ("azure-cli", "device-code"):
        return "OBJECT_ID=$(az ad signed-in-user show --query id --output tsv)"
    return "OBJECT_ID='<object-id>'   # of the collector's identity; reportgen doctor shows it"


@dataclass(frozen=True, slots=True)
class Plan:
    """Which rights to grant for which sources, and how; ``chosen`` are control ids, empty for all.

    ``app_roles`` are permissions of Microsoft Graph, none unless the engagement asks it for names.
    """

    chosen: tuple[str, ...]
    sources: tuple[Source, ...]
    roles: tuple[Role, ...]
    commands: tuple[str, ...]
    app_roles: tuple[str, ...] = ()
    graph_commands: tuple[str, ...] = ()

    def document(self) -> dict[str, Json]:
        """Everything for a machine."""
        return {
            "controls": list(self.chosen) or "all",
            "sources": [
                {"name": source.name, "actions": list(source.permissions)} for source in self.sources
            ],
            "arm_roles": [role.definition() for role in self.roles],
            "assignments": [
                {"role": role.name, "scope": scope} for role in self.roles for scope in role.scopes
            ],
            "commands": list(self.commands),
            "graph_permissions": list(self.app_roles),
            "graph_commands": list(self.graph_commands),
        }

    def text(self, section: str = "") -> str:
        """A script to read, and to paste into a shell; or one of `SECTIONS` alone."""
        if section:
            return SECTIONS[section](self)
        parts = [_files(self), _assigning(self), *([_granting(self)] if self.app_roles else [])]
        return "\n\n".join(parts)


def plan(engagement: Engagement | None, controls: Iterable[Control], chosen: tuple[str, ...]) -> Plan:
    """The least that the chosen controls take; UsageError where one does not exist."""
    sources = sources_for(controls, chosen, engagement)
    made = roles(engagement, sources)
    return Plan(
        chosen,
        sources,
        made,
        commands(engagement, made),
        app_roles.needed(engagement),
        app_roles.commands(engagement, _object_id(engagement)),
    )


def _definitions(made: Plan) -> str:
    return "\n".join(_json(role) for role in made.roles)


def _commands(made: Plan) -> str:
    return "\n".join(made.commands)


def _granting(made: Plan) -> str:
    return app_roles.text(made.app_roles, made.graph_commands)


SECTIONS: dict[str, Callable[[Plan], str]] = {
    "arm-role": _definitions,
    "commands": _commands,
    "graph": _granting,
}
"""What can be printed alone: the custom role for Resource Manager as JSON, the az commands that assign it,
those that grant what Microsoft Graph takes."""


def _files(made: Plan) -> str:
    what = f"the controls {', '.join(made.chosen)}" if made.chosen else "all controls"
    left = "\n# A run with this role reports the other sources as gaps." if made.chosen else ""
    files = "\n".join(f"cat > {role.file} <<'JSON'\n{_json(role)}\nJSON" for role in made.roles)
    only_reader = all(action.endswith("/read") for role in made.roles for action in role.actions)
    enough = "Reader" if only_reader else "Reader and Azure Kubernetes Service Cluster User Role"
    return (
        f"# Azure Resource Manager and Resource Graph: a custom role for {what}.\n"
        f"# It reads {len(made.sources)} sources and changes nothing. Of Azure's own roles, "
        f"{enough} would do, and grant more.{left}\n{files}"
    )


def _assigning(made: Plan) -> str:
    return (
        "# Make the role and assign it to the collector's identity, at every scope that it collects from.\n"
        f"# Who runs this needs Owner or User Access Administrator there.\n{_commands(made)}"
    )


def _json(role: Role) -> str:
    return json.dumps(role.definition(), indent=2, ensure_ascii=False)
