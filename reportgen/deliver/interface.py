"""What every channel is: it hands over a mail or a whole pack, and says for sure what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from reportgen.errors import DeliveryError


class Unclear(DeliveryError):
    """The other side may have taken it and may not have: it is not sent again by itself."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that a mail carries; its name is ours, not the estate's."""

    name: str
    content: bytes
    content_type: str = "application/pdf"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail, ready to send: texts without control characters, addresses that the engagement checked.

    ``token`` is this sending's own, of 32 hex digits; ``time`` is when it was composed.
    """

    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str
    attachment: Attachment | None
    pack_id: str
    token: str
    time: datetime

    @property
    def message_id(self) -> str:
        """Of the message, where the channel takes one from us (RFC 5322)."""
        return f"<{self.pack_id}.{self.token}@{self.sender.partition('@')[2]}>"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of it: to whom, why others were refused, and whom it may have reached.

    The id is the channel's own for it.
    """

    delivered: tuple[str, ...]
    message_id: str
    refused: dict[str, str] = field(default_factory=dict)
    unclear: tuple[str, ...] = ()


class MailChannel(Protocol):
    """Sends mail. ``most_bytes`` is the largest attachment that it carries."""

    name: str
    sender: str
    most_bytes: int

    def check(self) -> str:
        """Reach the service and send nothing: what was found; ReportgenError where it cannot be used."""

    def send(self, mail: Mail) -> Receipt:
        """Send it; DeliveryError where it was sent to nobody, Unclear where that is not known."""


class StorageChannel(Protocol):
    """Puts the whole pack where its readers find it. ``place`` is how they get there."""

    name: str
    place: str

    def check(self) -> str:
        """Look at the place and leave nothing: what was found; ReportgenError where it cannot be used."""

    def put(self, archive: Path) -> Receipt:
        """Put the zip, and its SHA-256 beside it.

        What is there already and the same is delivered; DeliveryError where something else has its name.
        """
