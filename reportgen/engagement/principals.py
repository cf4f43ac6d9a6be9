"""Whether an engagement asks the directory who stands behind the ids of principals, and how far."""

from __future__ import annotations

from pydantic import Field

from reportgen.engagement.fields import StrictModel


class Principals(StrictModel):
    """What is read of Microsoft Graph: nothing, unless ``resolve`` says so, since names are personal data.

    ``members_per_group`` is how many members of a group are read at most; what is beyond is a gap.
    """

    resolve: bool = False
    members_per_group: int = Field(default=5000, ge=1, le=100_000)
