"""Which rights to give for which controls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from reportgen import app_roles, rights
from reportgen.engagement import Clusters, Engagement
from reportgen.errors import UsageError
from reportgen.model import Control, Json
from reportgen.roles import azure, clusters, commands
from reportgen.roles.azure import Role
from reportgen.roles.grantee import Grantee
from reportgen.sources import Source

POPULATION = (
    "arg.subscriptions",
    "arg.managed-clusters",
    "arm.subscriptions",
    "arm.management-groups",
    "arm.managed-clusters",
    "arm.permissions",
)
"""Sources that every run stands on, whatever its controls."""


def sources_for(
    controls: Iterable[Control], chosen: tuple[str, ...], engagement: Engagement | None = None
) -> tuple[Source, ...]:
    """The sources that the chosen controls need, beside those of the population; all if none is chosen.

    Of those inside clusters there are the ones that the engagement's way in reads; of Azure's there are none
    where it reads one cluster by a kubeconfig; of the directory, which no role of Azure opens, none ever.
    """
    inside = engagement.clusters if engagement else Clusters()
    known = rights.of_azure(rights.read_by(inside.access, secrets=inside.secrets))
    if chosen:
        known = _needed(known, controls, chosen)
    if engagement and engagement.credential.kind == "kubeconfig":
        return tuple(replace(source, permissions=()) for source in known if source.name.startswith("k8s."))
    return known


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


@dataclass(frozen=True, slots=True)
class Plan:
    """What to grant and how; ``chosen`` are control ids, empty for all.

    ``identity`` are the commands that say to whom, ``azure``, ``kubernetes`` and ``graph`` those that
    grant. ``app_roles`` are permissions of Microsoft Graph, none unless the engagement asks it for names.
    """

    chosen: tuple[str, ...]
    sources: tuple[Source, ...]
    to: Grantee
    arm_roles: tuple[Role, ...]
    data_roles: tuple[Role, ...]
    manifests: tuple[dict[str, Json], ...]
    identity: tuple[str, ...]
    azure: tuple[str, ...]
    kubernetes: tuple[str, ...]
    app_roles: tuple[str, ...] = ()
    graph: tuple[str, ...] = ()

    def document(self) -> dict[str, Json]:
        """Everything for a machine."""
        return {
            "controls": list(self.chosen) or "all",
            "sources": [
                {
                    "name": source.name,
                    "actions": list(source.permissions),
                    "rules": [
                        {"verb": "list", "group": rule.group, "resource": rule.resource}
                        for rule in source.rules
                    ],
                }
                for source in self.sources
            ],
            "arm_roles": [role.definition() for role in self.arm_roles],
            "data_roles": [role.definition() for role in self.data_roles],
            "cluster_role": list(self.manifests),
            "assignments": [
                {
                    "role": role.name,
                    "scope": scope,
                    "at": "every subscription below the scope" if role.below(scope) else "the scope",
                }
                for role in (*self.arm_roles, *self.data_roles)
                for scope in role.scopes
            ],
            "commands": list(self.commands),
            "graph_permissions": list(self.app_roles),
            "graph_commands": list(self.graph),
        }

    @property
    def commands(self) -> tuple[str, ...]:
        """All of them, in order."""
        return (*self.identity, *self.azure, *self.kubernetes)


def plan(
    engagement: Engagement | None, controls: Iterable[Control], chosen: tuple[str, ...], to: Grantee
) -> Plan:
    """The least that the chosen controls take; UsageError where one does not exist."""
    sources = sources_for(controls, chosen, engagement)
    alone = not to.principal
    arm = () if alone else azure.arm_roles(engagement, sources)
    data = () if alone else azure.data_roles(engagement, sources)
    manifests = clusters.manifests(sources, to)
    return Plan(
        chosen,
        sources,
        to,
        arm,
        data,
        manifests,
        (*commands.cloud(engagement), *to.commands),
        commands.azure((*arm, *data), to),
        commands.kubernetes(engagement) if manifests else (),
        app_roles.needed(engagement),
        app_roles.commands(engagement),
    )
