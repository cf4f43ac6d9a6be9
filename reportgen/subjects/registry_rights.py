"""Who may do what with a container registry: the Azure roles assigned at it and above it, by what they allow.

Sources: Microsoft's pages on the registry's built-in roles and on its repository permissions. A registry in
the mode RBAC honours the actions, one in the mode ABAC the data actions; both are counted here, since who
configures the registry changes the mode.
"""

from __future__ import annotations

from collections.abc import Mapping

from reportgen.model import Json
from reportgen.subjects.document import at, last, of_row
from reportgen.subjects.inside.access import allows
from reportgen.subjects.kubelets import Kubelets

_REGISTRY = "Microsoft.ContainerRegistry/registries"
_CONTENT = f"{_REGISTRY}/repositories/content"
_RIGHTS: dict[str, tuple[tuple[str, str], ...]] = {
    "pull": (("actions", f"{_REGISTRY}/pull/read"), ("dataActions", f"{_CONTENT}/read")),
    "push": (
        ("actions", f"{_REGISTRY}/push/write"),
        ("actions", f"{_REGISTRY}/importImage/action"),
        ("dataActions", f"{_CONTENT}/write"),
    ),
    "delete": (("actions", f"{_REGISTRY}/artifacts/delete"), ("dataActions", f"{_CONTENT}/delete")),
    "configure": (
        ("actions", f"{_REGISTRY}/write"),
        ("actions", f"{_REGISTRY}/delete"),
        ("actions", f"{_REGISTRY}/listCredentials/action"),
        ("actions", f"{_REGISTRY}/generateCredentials/action"),
        ("actions", f"{_REGISTRY}/scheduleRun/action"),
    ),
    "assign roles": (("actions", "Microsoft.Authorization/roleAssignments/write"),),
}
"""The rights over a registry in an order of their weight, each with the actions of which one gives it."""
RIGHTS = tuple(_RIGHTS)
SOURCES = ("arg.role-assignments", "arg.role-definitions")


def holders(registry: Json, related: Mapping[str, Json], kubelets: Kubelets) -> dict[str, Json]:
    """Every assignment at the registry or above it that gives a right over it.

    ``principal`` is ``<type>/<object id>``; ``may`` the rights; ``clusters`` the clusters whose nodes act as
    that principal. ``unknown_roles`` are the assignments whose role's definition the snapshot does not hold.
    Empty where roles or their definitions could not be read.
    """
    if "role_assignments" not in related or "role_definitions" not in related:
        return {}
    definitions = {last(str(at(row, "id") or "")): row for row in related["role_definitions"]}
    own = str(at(registry, "id") or "").lower()
    found: list[dict[str, Json]] = []
    unknown: list[dict[str, Json]] = []
    for assignment in related["role_assignments"]:
        role_id, scope = (str(of_row(assignment, key) or "") for key in ("roleDefinitionId", "scope"))
        if scope.lower().startswith(f"{own}/"):
            continue
        definition = definitions.get(last(role_id))
        held = _held(assignment, scope, kubelets)
        if definition is None:
            unknown.append({**held, "role": role_id})
            continue
        may = rights(definition)
        if may:
            found.append({**held, "role": str(of_row(definition, "roleName") or role_id), "may": may})
    return {"holders": sorted(found, key=_order), "unknown_roles": sorted(unknown, key=_order)}


def rights(definition: Json) -> list[str]:
    """The rights over a registry that a role gives."""
    permissions = of_row(definition, "permissions") or ()
    return [
        right
        for right, actions in _RIGHTS.items()
        if any(allows(permissions, key, action) for key, action in actions)
    ]


def _held(assignment: Json, scope: str, kubelets: Kubelets) -> dict[str, Json]:
    principal = str(of_row(assignment, "principalId") or "unknown")
    return {
        "principal": f"{of_row(assignment, 'principalType') or 'unknown'}/{principal}",
        "scope": scope,
        "conditional": bool(of_row(assignment, "condition")),
        "clusters": list(kubelets.clusters.get(principal.lower(), ())),
    }


def _order(holder: Mapping[str, Json]) -> tuple[str, ...]:
    return tuple(str(holder[key]) for key in ("principal", "scope", "role"))
