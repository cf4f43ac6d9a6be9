"""Where container logs go, by the data collection rules of Container Insights."""

from __future__ import annotations

from reportgen.model import Json
from reportgen.subjects.document import at

_V1, _V2 = "microsoft-containerlog", "microsoft-containerlogv2"
_ALL_STREAMS = "microsoft-containerinsights-group-default"


def tables(rules: list[Json]) -> list[str] | None:
    """The tables that Container Insights writes container logs to by these rules, "" for a rule without any.

    None where no rule is one of Container Insights: the agent then goes by settings inside the cluster.
    """
    extensions = [
        extension
        for rule in rules
        for extension in at(rule, "extensions") or []
        if str(at(extension, "extensionName") or "").lower() == "containerinsights"
    ]
    return sorted({_table(extension) for extension in extensions}) if extensions else None


def _table(extension: Json) -> str:
    settings = at(extension, "extensionSettings", "dataCollectionSettings")
    streams = {
        str(stream).lower()
        for stream in [*(at(extension, "streams") or []), *(at(settings, "streams") or [])]
    }
    newer = any(stream.startswith(_V2) for stream in streams)
    if newer or (_ALL_STREAMS in streams and at(settings, "enableContainerLogV2") is True):
        return "ContainerLogV2"
    return "ContainerLog" if {_V1, _ALL_STREAMS} & streams else ""
