"""One call and one answer of the sandbox, and the error bodies that Azure sends."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from reportgen.limits import GRAPH_PATH
from reportgen.model import Json
from reportgen.sandbox.interface import Kind

_NAMESPACE = uuid.UUID("6f1d2c84-30a7-4b5e-9c1f-5a0de5a4d000")


@dataclass(frozen=True, slots=True)
class Clock:
    """The time that answers show; it stands still where ``frozen`` is given.

    ``skew`` is how many seconds the ``Date`` headers are ahead of it.
    """

    frozen: datetime | None = None
    skew: float = 0.0

    def now(self) -> datetime:
        """The time in UTC; a frozen one without a zone is taken as UTC."""
        if self.frozen is None:
            return datetime.now(UTC)
        aware = self.frozen if self.frozen.tzinfo else self.frozen.replace(tzinfo=UTC)
        return aware.astimezone(UTC)

    def stamp(self) -> str:
        """The time as Azure writes it into messages, seven digits of a second."""
        return self.now().strftime("%Y-%m-%dT%H:%M:%S.%f0Z")

    def http_date(self) -> str:
        """The time for a ``Date`` header."""
        return format_datetime(self.now() + timedelta(seconds=self.skew), usegmt=True)


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``path`` is as sent, ``parts`` the path parameters in lower case, query keys lower.

    ``signing_in`` tells the endpoints that give tokens from those that take them; ``server`` is the host of
    the API server that is called, "" for Azure.
    """

    method: str
    path: str
    query_text: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    host: str
    parts: Mapping[str, str] = field(default_factory=dict)
    signing_in: bool = False
    server: str = ""

    @property
    def line(self) -> str:
        """The call as `Sandbox.requests` shows it."""
        return f"{self.method} {self.server}{self.path}?{self.query_text}".rstrip("?")

    @property
    def kql(self) -> str:
        """The query that is sent to Resource Graph, "" where it is another call."""
        body = self.json() if self.key == GRAPH_PATH else None
        return str(body.get("query") or "") if isinstance(body, dict) else ""

    @property
    def command(self) -> str:
        """The command that is to be run inside a cluster, "" where it is another call."""
        body = self.json() if self.method == "POST" and self.key.endswith("/runcommand") else None
        return str(body.get("command") or "") if isinstance(body, dict) else ""

    @property
    def key(self) -> str:
        """The path as ids are compared."""
        return "/" + self.path.strip("/").lower()

    def json(self) -> Json:
        """The body as JSON, None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def request_id(self, clock: Clock, purpose: str) -> str:
        """A request id: the same for the same call where the clock stands still."""
        if clock.frozen is None:
            return str(uuid.uuid4())
        where = f"{self.server}{self.path}?{self.query_text}"
        text = f"{purpose} {self.method} {where} {self.body.decode('utf-8', 'replace')}"
        return str(uuid.uuid5(_NAMESPACE, text))


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an answer goes over the wire: after a pause of so many seconds, and broken in one way or not.

    ``gap`` is the seconds between two bytes of one that drips; ``packed`` says that the body goes as gzip.
    """

    pause: float = 0.0
    broken: Kind | None = None
    gap: float = 0.0
    packed: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One response; ``body`` is JSON unless ``html`` or ``raw`` (bytes of the type ``media``) is given."""

    body: Json = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    html: str = ""
    delivery: Delivery = field(default_factory=Delivery)
    raw: bytes | None = None
    media: str = ""

    def content(self) -> bytes:
        """The bytes to send."""
        if self.raw is not None:
            return self.raw
        if self.html:
            return self.html.encode()
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()

    @property
    def media_type(self) -> str:
        """The Content-Type."""
        return self.media or ("text/html" if self.html else "application/json; charset=utf-8")


Handler = Callable[[Call], Answer]


class Refused(Exception):
    """A handler's way to end with an error answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def answered(handler: Handler, call: Call) -> Answer:
    """What a handler answers, be it by refusing."""
    try:
        return handler(call)
    except Refused as refusal:
        return refusal.answer


def error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Azure Resource Manager's error envelope."""
    gateway = {"x-ms-failure-cause": "gateway"} if 400 <= status < 500 else {}
    return Answer(
        {"error": {"code": code, "message": message}},
        status,
        {**gateway, **(headers or {})},
    )
