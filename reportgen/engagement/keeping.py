"""Where an engagement's evidence is kept, for how long, and when it is due: settings, without a secret."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from reportgen.engagement.access import Variable
from reportgen.engagement.fields import StrictModel

Schedule = Literal["daily", "weekly", "monthly"]
"""How often a snapshot is due: once in every day, seven days or calendar month of the period."""

_BLOBS = re.compile(
    r"abfs://(?P<container>[a-z0-9]([a-z0-9-]{1,61})[a-z0-9])@(?P<account>[a-z0-9]{3,24})"
    r"(?P<host>\.[a-z0-9.-]+)?(/(?P<path>[^\\?#]*))?"
)


class StoreSettings(StrictModel):
    """A folder, relative to the engagement, or ``abfs://container@account/path``.

    The container is opened as the engagement's credential, or by the connection string that the environment
    variable ``connection_string_env`` holds.
    """

    url: str = Field(min_length=1)
    connection_string_env: Variable | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"url": value} if isinstance(value, str) else value

    @field_validator("url")
    @classmethod
    def _known(cls, value: str) -> str:
        parts = _BLOBS.fullmatch(value)
        if ":" in value.partition("/")[0] and not (parts or re.fullmatch(r"[A-Za-z]:.*", value)):
            raise ValueError("expected a folder, or abfs://container@account/path")
        if parts and ".." in (parts["path"] or "").split("/"):
            raise ValueError("expected a path without ..")
        return value

    @model_validator(mode="after")
    def _blobs_only(self) -> StoreSettings:
        if self.connection_string_env and not self.in_blobs:
            raise ValueError("connection_string_env goes with abfs:// alone")
        return self

    @property
    def in_blobs(self) -> bool:
        """Whether this is a container and not a folder."""
        return self.url.startswith("abfs://")

    @property
    def blobs(self) -> tuple[str, str, str, str]:
        """Container, account, the rest of the account's host name ("" where it is short), and path."""
        parts = _BLOBS.fullmatch(self.url)
        if parts is None:
            raise ValueError(f"{self.url} is no container")
        return parts["container"], parts["account"], parts["host"] or "", (parts["path"] or "").strip("/")


class Hold(StrictModel):
    """A time whose snapshots are kept whatever the retention says; both days included."""

    start: date
    end: date
    reason: str = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Hold:
        if self.end < self.start:
            raise ValueError(f"end {self.end} is before start {self.start}")
        return self


class Retention(StrictModel):
    """How long snapshots are kept at least; `reportgen prune` removes older ones that nothing needs.

    What a pack rests on that was released or delivered is kept for ``keep_packs_days`` after that; without
    the key for good.
    """

    keep_days: int = Field(ge=1)
    keep_packs_days: int | None = Field(default=None, ge=1)
    hold: tuple[Hold, ...] = ()


class TimestampSettings(StrictModel):
    """A time-stamp authority (RFC 3161) that is asked at the moment of capture.

    ``ca_file`` (PEM, relative to the engagement) holds the certificates of those that it is trusted by.
    """

    url: str
    ca_file: Path | None = None

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise ValueError("expected the authority's address, such as https://tsa.contoso.com/rfc3161")
        return value
