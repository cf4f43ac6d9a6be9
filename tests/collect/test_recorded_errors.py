"""Every error that Azure was recorded to answer with, through the client: an answer with a reason."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest
import requests
from azure.core.credentials import AccessToken
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from reportgen.collect.azure import Answer, Azure
from reportgen.collect.connection import Connection, transport
from reportgen.collect.interface import refusal
from reportgen.snapshot import canonical_json
from tests import line

REASONS = {401: "denied", 403: "denied", 404: "not-found", 429: "throttled"}
WINDOWS = "arm.maintenance-configurations"


class Known:
    """A credential of the test's own, whose token says who it is."""

    advice = ""

    def get_token(self, *_: str, **__: Any) -> AccessToken:
        claims = base64.urlsafe_b64encode(json.dumps({"oid": "o", "tid": "t"}).encode()).decode().rstrip("=")
        return AccessToken(f"head.{claims}.sign", 4102444800)

    def renew(self, refused: str) -> None:
        """Nothing to forget."""


class Recorded(HTTPAdapter):
    """Gives one answer to every request, however often it is tried."""

    def __init__(self, status: int, headers: dict[str, str], content: bytes) -> None:
        super().__init__()
        self._answer = (status, headers, content)

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        status, headers, content = self._answer
        raw = HTTPResponse(io.BytesIO(content), headers, status, preload_content=False)
        return self.build_response(request, raw)


def recordings(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for path in sorted([*(folder / "arm").glob("*.json"), *(folder / "arg").glob("*.json")]):
        response = json.loads(path.read_bytes()).get("response") or {}
        if int(response.get("status") or 200) >= 400:
            found.append((path.name, response))
    return found


def answered(monkeypatch: pytest.MonkeyPatch, response: dict[str, Any], *, graph: bool) -> Answer:
    body = response.get("body")
    content = body.encode() if isinstance(body, str) else b"" if body is None else canonical_json(body)
    headers = {
        name: value[0] if isinstance(value, list) else str(value)
        for name, value in (response.get("headers") or {}).items()
        if name.lower() not in ("content-encoding", "transfer-encoding", "content-length")
    }
    found = transport(Connection(sleep=lambda _: None))
    found.session.mount("https://", Recorded(int(response["status"]), headers, content))
    monkeypatch.setattr("reportgen.collect.azure.transport", lambda _: found)
    azure = Azure(Known(), Connection(), lambda: line.NOW)  # type: ignore[arg-type]
    if graph:
        return next(azure.graph("resources", ()))
    return azure.get("/subscriptions/x", "2022-12-01")


def test_every_recorded_error_is_an_answer_with_a_reason(
    recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = recordings(recorded)
    assert len(found) > 20
    for name, response in found:
        for graph in (False, True):
            answer = answered(monkeypatch, response, graph=graph)
            status = int(response["status"])
            assert answer.status == status, name
            reason, detail = refusal(WINDOWS, answer)
            assert reason == REASONS.get(status, "failed"), name
            assert detail.startswith(f"HTTP {status}"), name
            assert len(detail) < 1200, name
            body = response.get("body")
            inner = body.get("error", body) if isinstance(body, dict) else {}
            if isinstance(inner, dict):
                code = str(inner.get("code") or inner.get("Code") or "")
                assert code in detail, name
