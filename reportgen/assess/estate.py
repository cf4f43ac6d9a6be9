"""What each cluster runs, taken from the subject documents that controls judge: for figures."""

from __future__ import annotations

from reportgen.model import ClusterState, Json, PoolState
from reportgen.subjects.case import Case, Item


def state(case: Case) -> ClusterState | None:
    """A cluster with its pools; None where the case is a resource beside clusters.

    A cluster or pool that could not be read is there without values: what is not known is not left out.
    """
    if case.cluster.subject.kind != "cluster":
        return None
    known = _derived(case.cluster)
    return ClusterState(
        cluster=case.cluster.subject,
        version=str(known.get("version", "")),
        support_end=str(known.get("support_end", "")),
        pools=tuple(_pool(item) for item in case.pools),
    )


def _pool(item: Item) -> PoolState:
    known, body = _derived(item), item.variables.get("subject") or {}
    count = body.get("count")
    return PoolState(
        name=item.subject.name,
        version=str(known.get("version", "")),
        nodes=count if isinstance(count, int) and not isinstance(count, bool) else None,
        image=str(body.get("nodeImageVersion") or ""),
        image_date=str(known.get("image_date", ""))[:10],
    )


def _derived(item: Item) -> dict[str, Json]:
    return dict(item.variables.get("derived") or {})
