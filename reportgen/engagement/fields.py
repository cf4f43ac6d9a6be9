"""What the parts of an engagement have in common: strict models, ids, days, and text that is there."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def _guid(value: str) -> str:
    if not _GUID.fullmatch(value):
        raise ValueError("expected a GUID such as 11111111-2222-3333-4444-555555555555")
    return value.lower()


def _day(value: Any) -> date:
    if isinstance(value, date):
        return value
    text = str(_filled(value))
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError("expected a day such as 2026-10-01") from error


def _filled(value: Any) -> Any:
    if value is None or (isinstance(value, str) and not value.strip()):
        raise ValueError("is empty; fill it in")
    return value.strip() if isinstance(value, str) else value


Guid = Annotated[str, AfterValidator(_guid)]
Day = Annotated[date, BeforeValidator(_day)]
Filled = Annotated[str, BeforeValidator(_filled)]


class StrictModel(BaseModel):
    """Takes the keys that it declares and no other, and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
