"""What the parts of an engagement have in common: strict models, and ids."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def _guid(value: str) -> str:
    if not _GUID.fullmatch(value):
        raise ValueError("expected a GUID such as 11111111-2222-3333-4444-555555555555")
    return value.lower()


Guid = Annotated[str, AfterValidator(_guid)]


class StrictModel(BaseModel):
    """Takes the keys that it declares and no other, and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
