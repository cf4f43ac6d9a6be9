"""The evidence sources and the permissions each needs, as data, by area."""

from __future__ import annotations

from reportgen.sources.access import ACCESS
from reportgen.sources.clusters import CLUSTERS
from reportgen.sources.compute import COMPUTE
from reportgen.sources.directory import DIRECTORY
from reportgen.sources.governance import GOVERNANCE
from reportgen.sources.imported import IMPORTED
from reportgen.sources.kubernetes import KUBERNETES
from reportgen.sources.network import NETWORK
from reportgen.sources.operation import OPERATION
from reportgen.sources.services import SERVICES
from reportgen.sources.source import Join, Source

__all__ = ["BY_NAME", "SOURCES", "Join", "Source"]

SOURCES: tuple[Source, ...] = (
    *CLUSTERS,
    *COMPUTE,
    *NETWORK,
    *SERVICES,
    *ACCESS,
    *GOVERNANCE,
    *OPERATION,
    *KUBERNETES,
    *DIRECTORY,
    *IMPORTED,
)

BY_NAME = {source.name: source for source in SOURCES}
