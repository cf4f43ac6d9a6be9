"""The custom roles in Azure: for Resource Manager, and for clusters that Azure RBAC authorises."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reportgen import expected, rights
from reportgen.engagement import Engagement
from reportgen.model import Json
from reportgen.sources import Source, kubernetes

NAME = "reportgen evidence reader"
DATA_NAME = "reportgen cluster reader"
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


MANAGEMENT_GROUPS = "/providers/Microsoft.Management/managementGroups/"


@dataclass(frozen=True, slots=True)
class Role:
    """One custom role and the file that its JSON is put into.

    Azure takes only one management group among the assignable scopes of a role, so that several of them
    need a role each. It assigns no role with data actions at a management group itself, only at what lies
    below it (source: Microsoft's "Azure custom roles", Custom role limits).
    """

    name: str
    file: str
    actions: tuple[str, ...]
    scopes: tuple[str, ...]
    data_actions: tuple[str, ...] = ()

    def definition(self) -> dict[str, Json]:
        """What ``az role definition create`` takes."""
        return {
            "Name": self.name,
            "IsCustom": True,
            "Description": "Reads the evidence that reportgen collects about AKS clusters.",
            "Actions": list(self.actions),
            "NotActions": [],
            "DataActions": list(self.data_actions),
            "NotDataActions": [],
            "AssignableScopes": list(self.scopes),
        }

    def json(self) -> str:
        """The same as text."""
        return json.dumps(self.definition(), indent=2, ensure_ascii=False)

    def below(self, scope: str) -> bool:
        """Whether the role is assigned at the subscriptions below a scope and not at the scope itself."""
        return bool(self.data_actions) and scope.startswith(MANAGEMENT_GROUPS)


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


def arm_roles(engagement: Engagement | None, sources: Iterable[Source]) -> tuple[Role, ...]:
    """One role, or one for each management group; the engagement's scope says where they can be assigned."""
    needed = tuple(sources)
    return tuple(
        Role(name, f"reportgen-arm-role{ending}.json", actions(needed, management_groups=grouped), scopes)
        for name, ending, scopes, grouped in _shares(engagement, NAME)
    )


def data_roles(engagement: Engagement | None, sources: Iterable[Source]) -> tuple[Role, ...]:
    """The same for clusters that Azure RBAC authorises; none where nothing inside clusters is read."""
    needed = kubernetes.data_actions(sources)
    if not needed:
        return ()
    return tuple(
        Role(name, f"reportgen-data-role{ending}.json", (), scopes, needed)
        for name, ending, scopes, _ in _shares(engagement, DATA_NAME)
    )


def _shares(engagement: Engagement | None, name: str) -> Iterator[tuple[str, str, tuple[str, ...], bool]]:
    """For each role: name, ending of its file, scopes, whether a management group is or may be there."""
    groups, subscriptions = scopes(engagement)
    if len(groups) < 2:
        yield name, "", (*groups, *subscriptions), engagement is None or bool(groups)
        return
    for number, group in enumerate(groups, start=1):
        own = (group, *(subscriptions if number == 1 else ()))
        yield f"{name} ({group.removeprefix(MANAGEMENT_GROUPS)})", f"-{number}", own, True


def scopes(engagement: Engagement | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Management groups and subscriptions as scopes; a placeholder where the engagement names none."""
    groups = engagement.scope.management_groups if engagement else ()
    named = set(engagement.scope.subscriptions) if engagement else set()
    if engagement and engagement.export_file:
        named.update(expected.read(engagement.export_file).subscriptions)
    return (
        tuple(f"{MANAGEMENT_GROUPS}{name}" for name in groups),
        tuple(f"/subscriptions/{one}" for one in sorted(named))
        or (() if groups else ("/subscriptions/<subscription-id>",)),
    )
