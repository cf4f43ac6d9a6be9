"""What an engagement says of other tools' results: which file, of which tool, about which cluster."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from reportgen.engagement.fields import StrictModel


def _moment(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError("expected a time such as 2026-11-14T22:30:00Z, or a day") from error
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


Moment = Annotated[datetime, BeforeValidator(_moment)]


class Imported(StrictModel):
    """Results of another tool for one cluster.

    ``file`` is relative to the engagement and may be a pattern (``nodes/*.json``); ``cluster`` a name or an
    ARM id. ``taken_at`` (UTC where it says no other) is used where a file does not say it; ``node`` says on
    which node kube-bench ran, which its files do not, and is the file's name without it.
    """

    tool: Literal["kube-bench", "trivy", "kubescape"]
    file: str = Field(min_length=1)
    cluster: str = Field(min_length=1)
    taken_at: Moment | None = None
    node: str = ""

    @model_validator(mode="after")
    def _one_node(self) -> Imported:
        if self.node and self.tool != "kube-bench":
            raise ValueError(f"node goes with kube-bench alone; {self.tool} looks at a whole cluster")
        return self
