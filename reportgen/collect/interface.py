"""What the evidence sources share: an answer, its way into the snapshot, and how a refusal becomes a gap."""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from reportgen.collect.azure import Answer, Azure, Unreachable
from reportgen.model import CollectionMode, Gap, Identity, Json, Provenance
from reportgen.snapshot import Writer
from reportgen.sources import BY_NAME

Scope = tuple[str, str]
"""What a gap covers: the scope (see `reportgen.model.Gap`) and its name for the reader."""

_LIMIT_HIT = "x-ms-tenant-subscription-limit-hit"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who asked, and by which way, for the provenance of what was answered."""

    identity: Identity
    custom_ca: bool
    proxy: str


class Ledger(ABC):
    """Puts answers and gaps of one collection into the snapshot.

    ``late`` says whether the run's deadline has passed: then nothing more is asked, and all that is left is
    a gap.
    """

    __slots__ = ()
    writer: Writer
    mode: CollectionMode
    late: Callable[[], bool]

    @abstractmethod
    def came_from(self) -> Origin:
        """Who asked and how, for all answers of this ledger."""

    @property
    def began(self) -> str:
        """When the collection began (RFC 3339): the time that its evidence is about."""
        return self.writer.journal.started_at

    def record(
        self,
        source: str,
        unit: str,
        scopes: tuple[Scope, ...],
        answers: Iterable[Answer],
        gap_source: str = "",
    ) -> bool:
        """Store each answer of a unit as a page; False, and a gap for each of ``scopes``, if one was refused.

        What an earlier, killed attempt finished is not asked again. Pages that came before a refusal stay
        in the snapshot: nothing already collected is lost. ``gap_source`` is where a gap belongs if not to
        ``source``.
        """
        done = self.writer.journal.finished((source, unit.lower()))
        if done is None:
            found = self._store(source, unit, answers)
            done = tuple(Gap(gap_source or source, scope, name, *found) for scope, name in scopes if found)
            self.writer.journal.finish((source, unit.lower()), done)
        return not done

    def _store(self, source: str, unit: str, answers: Iterable[Answer]) -> tuple[str, str] | None:
        """Reason and detail of what went wrong, None where all is well."""
        if self.late():
            return "deadline", "The run's deadline passed before this could be read."
        hit = False
        try:
            for number, answer in enumerate(answers, start=1):
                if not answer.absent and (answer.status != 200 or not isinstance(answer.body, dict)):
                    return refusal(source, answer)
                self.writer.page(answer.body, self._provenance(source, unit, number, answer))
                hit |= answer.headers.get(_LIMIT_HIT, "").lower() == "true"
        except Unreachable as error:
            return error.reason, str(error)
        except ValueError as error:
            return "failed", f"The answer holds what JSON in UTF-8 cannot say ({error}), and was not stored."
        return ("truncated", _TOO_MANY) if hit else None

    def gap(self, source: str, scope: str, scope_name: str, reason: str, detail: str) -> None:
        """Record a gap."""
        self.writer.gap(Gap(source, scope, scope_name, reason, detail))

    def _provenance(self, source: str, scope: str, page: int, answer: Answer) -> Provenance:
        rows, total, truncated = _counts(answer.body)
        parts, origin = urlsplit(answer.url), self.came_from()
        return Provenance(
            source=source,
            scope=scope,
            page=page,
            collection_mode=self.mode.value,
            endpoint=f"{parts.scheme}://{parts.netloc}",
            custom_ca=origin.custom_ca,
            proxy=origin.proxy,
            method=answer.method,
            url=answer.url,
            query=answer.query,
            parameters=answer.parameters,
            api_version=answer.api_version,
            identity=origin.identity,
            started_at=answer.started_at,
            ended_at=answer.ended_at,
            request_ids=answer.request_ids,
            http_status=answer.status,
            rows=rows,
            total_records=total,
            truncated=truncated,
            wire_sha256=hashlib.sha256(answer.content).hexdigest(),
            stored_sha256="",
        )


@dataclass(frozen=True, slots=True)
class Recorder(Ledger):
    """The ledger of what Azure answers, and the door to Azure."""

    azure: Azure
    writer: Writer
    mode: CollectionMode
    late: Callable[[], bool] = lambda: False

    def came_from(self) -> Origin:
        """See `Ledger`."""
        return Origin(self.azure.identity, self.azure.custom_ca, self.azure.proxy)


_TOO_MANY = (
    "Resource Graph answered over the first 10,000 subscriptions that the identity sees and left out the "
    "rest; name the subscriptions in scope."
)


def refusal(source: str, answer: Answer) -> tuple[str, str]:
    """The reason and the detail of a gap for an answer that is not the wanted one; it says what to do."""
    reasons = {401: "denied", 403: "denied", 404: "not-found", 429: "throttled"}
    reason = reasons.get(answer.status, "failed")
    detail = f"HTTP {answer.status} {error_code(answer.body)}".strip()
    detail += "." if isinstance(answer.body, dict) else ": the answer was no JSON object."
    if reason == "denied":
        known = BY_NAME[source]
        detail += f" Needed permission: {', '.join(known.permissions or known.app_roles)}."
    return reason, detail


def _counts(body: dict[str, Any]) -> tuple[int, int | None, bool | None]:
    if "totalRecords" in body:
        return len(body["data"]), body["totalRecords"], str(body.get("resultTruncated", "")).lower() == "true"
    for key in ("value", "values", "items"):
        if isinstance(body.get(key), list):
            return len(body[key]), None, None
    return 1, None, None


def error_code(body: Json) -> str:
    """The code of an error body, "" where it has none that is a plain word.

    Azure's envelopes differ from provider to provider. The message is never repeated: it may quote anything.
    """
    inner = body.get("error", body) if isinstance(body, dict) else None
    code = (inner.get("code") or inner.get("Code")) if isinstance(inner, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


_CODE = re.compile(r"[A-Za-z0-9_]{1,80}")
