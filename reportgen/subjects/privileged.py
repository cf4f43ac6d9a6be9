"""Azure roles that persons hold all the time, as against those that somebody activated for a while."""

from __future__ import annotations

from collections.abc import Mapping

from reportgen.model import Json
from reportgen.subjects.document import at, covers, last, of_row

_PERSONS = ("user", "group", "foreigngroup")
"""Kinds of principals that can activate a role: applications and managed identities cannot."""


def standing_roles(cluster: Json, related: Mapping[str, Json]) -> list[Json] | None:
    """Role assignments of users and groups at or above a cluster that no activation made.

    Of each ``principal`` (``User/<object id>``), ``role`` (its GUID) and ``scope``. None where assignments or
    activations could not be read. Privileged Identity Management names the assignment that an activation made
    only sometimes, so they are matched by principal, role and scope.
    """
    assignments, instances = related.get("role_assignments"), related.get("role_activations")
    if assignments is None or instances is None:
        return None
    activated = {_key(one) for one in instances if str(of_row(one, "assignmentType")).lower() == "activated"}
    cluster_id = str(at(cluster, "id") or "")
    found = [
        {
            "principal": f"{of_row(one, 'principalType')}/{of_row(one, 'principalId')}",
            "role": last(str(of_row(one, "roleDefinitionId") or "")),
            "scope": str(of_row(one, "scope") or ""),
        }
        for one in assignments
        if str(of_row(one, "principalType")).lower() in _PERSONS
        and covers(str(of_row(one, "scope") or ""), cluster_id)
        and _key(one) not in activated
    ]
    return sorted(found, key=lambda one: (one["principal"], one["scope"], one["role"]))


def _key(row: Json) -> tuple[str, str, str]:
    principal, role, scope = (
        str(of_row(row, key) or "") for key in ("principalId", "roleDefinitionId", "scope")
    )
    return principal.lower(), last(role), scope.lower().rstrip("/")
