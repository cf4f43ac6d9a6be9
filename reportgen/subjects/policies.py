"""Azure Policy as it stands over a cluster: which assignments reach it, in which mode, and what is let off.

Where an assignment leaves out scopes, selects by place or type of resource, or is exempted, that decides
whether it reaches a cluster. (Source: Microsoft's documentation of assignments, exemptions and selectors.)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from reportgen.model import Json
from reportgen.subjects.document import at, covers, last, of_row


def assignments(cluster: Json, related: Mapping[str, Json], as_of: datetime) -> list[Json] | None:
    """The assignments at or above a cluster, by name; None where they or exemptions could not be read.

    Of each ``name``, ``id``, ``definition`` (last part of what is assigned), ``scope``, ``enforced``,
    ``effect`` (lower case; "" where neither parameter nor override gives one), ``judged`` (whether Azure has
    judged the cluster by it; absent where that could not be read), and ``left_out``: why it does not reach
    the cluster, "" where it does, ``unknown`` where selectors decide or a management group is left out, since
    which groups are above the cluster is not known here.
    """
    rows, exemptions = related.get("policy_assignments"), related.get("policy_exemptions")
    if rows is None or exemptions is None:
        return None
    cluster_id = str(at(cluster, "id") or "")
    states = related.get("policy_states")
    judged = None if states is None else {str(of_row(one, "policyAssignmentId")).lower() for one in states}
    found = [
        _assignment(row, cluster_id, exemptions, judged, as_of)
        for row in rows
        if covers(str(of_row(row, "scope") or ""), cluster_id)
    ]
    return sorted(found, key=lambda one: (one["name"], one["id"]))


def _assignment(
    row: Json, cluster_id: str, exemptions: list[Json], judged: set[str] | None, as_of: datetime
) -> Json:
    known = str(row["id"])
    return {
        "name": str(of_row(row, "displayName") or known.rpartition("/")[2]),
        "id": known,
        "definition": last(str(of_row(row, "policyDefinitionId") or "")),
        "scope": str(of_row(row, "scope") or ""),
        "enforced": str(of_row(row, "enforcementMode") or "Default").lower() == "default",
        "effect": _effect(row),
        "left_out": _left_out(row, cluster_id, exemptions, as_of),
        **({} if judged is None else {"judged": known.lower() in judged}),
    }


def _effect(row: Json) -> str:
    """The effect that an override sets, else the parameter ``effect``."""
    overridden = [
        at(one, "value") for one in of_row(row, "overrides") or () if at(one, "kind") == "policyEffect"
    ]
    parameters = of_row(row, "parameters") or {}
    given = next((value for key, value in parameters.items() if key.lower() == "effect"), None)
    return str((overridden or [at(given, "value")])[0] or "").lower()


def _left_out(row: Json, cluster_id: str, exemptions: list[Json], as_of: datetime) -> str:
    for scope in of_row(row, "notScopes") or ():
        if f"{cluster_id.lower()}/".startswith(f"{str(scope).lower().rstrip('/')}/"):
            return f"left out by {scope}"
        if covers(str(scope), ""):
            return "unknown"
    for exemption in exemptions:
        whole = not of_row(exemption, "policyDefinitionReferenceIds")
        same = str(of_row(exemption, "policyAssignmentId") or "").lower() == str(row["id"]).lower()
        if whole and same and not expired(exemption, as_of) and not of_row(exemption, "resourceSelectors"):
            return f"exempted by {of_row(exemption, 'displayName') or exemption['name']}"
    return "unknown" if of_row(row, "resourceSelectors") else ""


def expired(exemption: Json, as_of: datetime) -> bool:
    """Whether an exemption has ended; one without an end never does, one whose end cannot be read has."""
    end = of_row(exemption, "expiresOn")
    try:
        return bool(end) and datetime.fromisoformat(str(end)) <= as_of
    except (ValueError, TypeError):  # TypeError: a time without a zone
        return True
