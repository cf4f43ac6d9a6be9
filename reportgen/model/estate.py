"""What clusters run, for pictures of the whole estate."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.model.observation import Subject


@dataclass(frozen=True, slots=True)
class PoolState:
    """An agent pool as Resource Manager shows it: its version, its node image and the day of that image.

    ``nodes`` is None where the pool has no count, ``image_date`` (YYYY-MM-DD) "" where the name of the image
    carries none.
    """

    name: str
    version: str
    nodes: int | None
    image: str
    image_date: str


@dataclass(frozen=True, slots=True)
class ClusterState:
    """What a cluster runs, for pictures of the whole estate.

    ``version`` is "" where the cluster could not be read; ``support_end`` (YYYY-MM-DD) "" where not known.
    """

    cluster: Subject
    version: str
    support_end: str
    pools: tuple[PoolState, ...]
