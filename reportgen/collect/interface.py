"""What the evidence sources share: an answer, its way into the snapshot, and how a refusal becomes a gap."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reportgen.collect.azure import Answer, Azure, Unreachable
from reportgen.model import CollectionMode, Gap, Json, Provenance
from reportgen.snapshot import Writer
from reportgen.sources import BY_NAME


@dataclass(frozen=True, slots=True)
class Recorder:
    """Puts answers and gaps of one collection into the snapshot."""

    azure: Azure
    writer: Writer
    mode: CollectionMode

    def record(
        self, source: str, scope: str, scope_name: str, answers: Iterable[Answer]
    ) -> list[Json] | None:
        """Store each answer as a page and return the bodies; None, and a gap, where one was refused.

        Pages that came before a refusal stay in the snapshot: nothing already collected is lost.
        """
        bodies: list[Json] = []
        try:
            for number, answer in enumerate(answers, start=1):
                if answer.status != 200 or not isinstance(answer.body, dict):
                    self.refused(source, scope, scope_name, answer)
                    return None
                self.writer.page(answer.body, self._provenance(source, scope, number, answer))
                bodies.append(answer.body)
        except Unreachable as error:
            self.gap(source, scope, scope_name, "failed", str(error))
            return None
        return bodies

    def gap(self, source: str, scope: str, scope_name: str, reason: str, detail: str) -> None:
        """Record a gap."""
        self.writer.gap(Gap(source, scope, scope_name, reason, detail))

    def refused(self, source: str, scope: str, scope_name: str, answer: Answer) -> None:
        """Turn an answer that is not the wanted one into a gap that says what to do."""
        code, message = error_of(answer.body)
        reason = {401: "denied", 403: "denied", 404: "not-found", 429: "throttled"}.get(
            answer.status, "failed"
        )
        detail = f"HTTP {answer.status} {code}: {message}".strip(" :")
        if reason == "denied":
            detail += f" Needed permission: {BY_NAME[source].permission}."
        self.gap(source, scope, scope_name, reason, detail)

    def _provenance(self, source: str, scope: str, page: int, answer: Answer) -> Provenance:
        rows, total, truncated = _counts(answer.body)
        return Provenance(
            source=source,
            scope=scope,
            page=page,
            collection_mode=self.mode.value,
            endpoint=self.azure.endpoint,
            custom_ca=self.azure.custom_ca,
            method=answer.method,
            url=answer.url,
            query=answer.query,
            parameters=answer.parameters,
            api_version=answer.api_version,
            identity=self.azure.identity,
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


def _counts(body: dict[str, Any]) -> tuple[int, int | None, bool | None]:
    if "totalRecords" in body:
        return len(body["data"]), body["totalRecords"], str(body.get("resultTruncated", "")).lower() == "true"
    for key in ("value", "values"):
        if isinstance(body.get(key), list):
            return len(body[key]), None, None
    return 1, None, None


def error_of(body: Json) -> tuple[str, str]:
    """Code and message of an error body; Azure's envelopes differ from provider to provider."""
    if not isinstance(body, dict):
        return "", "the answer was no JSON object."
    inner = body.get("error", body)
    if not isinstance(inner, dict):
        return "", str(inner)
    code = inner.get("code") or inner.get("Code") or ""
    message = inner.get("message") or inner.get("Message") or ""
    return str(code), textwrap.shorten(str(message), 800, placeholder=" …")
