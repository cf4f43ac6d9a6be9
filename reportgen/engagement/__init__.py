"""engagement.yaml: what is audited, for whom, over which period, with which identity."""

from __future__ import annotations

from reportgen.engagement.access import Credential
from reportgen.engagement.clusters import Clusters
from reportgen.engagement.file import load, parse
from reportgen.engagement.first import write
from reportgen.engagement.imported import Imported
from reportgen.engagement.principals import Principals
from reportgen.engagement.settings import (
    Engagement,
    EntityControl,
    Limits,
    Period,
    Printed,
    Scope,
    quarter,
)

__all__ = [
    "Clusters",
    "Credential",
    "Engagement",
    "EntityControl",
    "Imported",
    "Limits",
    "Period",
    "Principals",
    "Printed",
    "Scope",
    "load",
    "parse",
    "quarter",
    "write",
]
