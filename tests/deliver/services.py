"""Microsoft Graph and Communication Services Email as far as sending needs them, over HTTPS on loopback.

What a request must look like is asserted here, from the services' references; a request that differs is
answered with 400, and stands in ``wrong``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import trustme

from tests.collect.entra import Authority
from tests.loopback import https

KEY = base64.b64encode(b"an access key of the resource").decode()
SENDER = "evidence@contoso.example"
MEBIBYTE_PIECE = 320 * 1024
Answer = tuple[int, dict[str, str], Any]


@dataclass
class Fault:
    """An answer instead of the next one to a path; ``taken`` says that the service acts all the same."""

    path: str
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    taken: bool = False


@dataclass
class Services:
    """Both services and what they took; ``states`` are the next answers to who looks at an operation."""

    port: int
    ca_file: Path
    mails: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    states: list[dict[str, Any]] = field(default_factory=list)
    drafts: dict[str, dict[str, Any]] = field(default_factory=dict)
    uploads: dict[str, dict[str, Any]] = field(default_factory=dict)
    operations: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def engagement(self) -> str:
        """The keys of an engagement that lead here."""
        return (
            "credential: {kind: client-secret, tenant_id: 11111111-2222-3333-4444-555555555555,"
            " client_id: 66666666-7777-8888-9999-000000000000, secret_env: REPORTGEN_TEST_CLIENT}\n"
            f"endpoint: {{authority: '{self.url}', graph: '{self.url}', ca_file: {self.ca_file}}}"
        )

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        self.calls.append((method, path))
        fault = next((fault for fault in self.faults if fault.path in path), None)
        if fault:
            self.faults.remove(fault)
            if fault.taken:
                self._act(method, path, headers, body)
            return fault.status, fault.headers, {"error": {"code": "Fault", "message": "As asked for."}}
        return self._act(method, path, headers, body)

    def _act(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        try:
            return self._known(method, path, headers, body)
        except (AssertionError, KeyError, ValueError) as error:
            self.wrong.append(f"{method} {path}: {type(error).__name__}: {error}")
            return 400, {}, {"error": {"code": "BadRequest", "message": "see wrong"}}

    def _known(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        bare = path.partition("?")[0]
        if bare.endswith(("/openid-configuration", "/token")):
            form = {name: values[-1] for name, values in parse_qs(body.decode()).items()}
            self.scopes += [form["scope"]] if bare.endswith("/token") else []
            status, content = Authority(self.port, self.ca_file).answer(bare, form)
            people = ("id_token", "client_info")  # of which an application has none
            return status, {}, {name: value for name, value in content.items() if name not in people}
        if bare.startswith("/upload/"):
            return self._upload(method, bare, headers, body)
        if bare.startswith("/emails"):
            assert parse_qs(path.partition("?")[2]) == {"api-version": ["2023-03-31"]}
            self._let_in(method, path, headers, body)
            return self._email(method, bare, headers, body)
        assert headers["authorization"] == "Bearer a-token"
        return self._graph(method, bare, headers, body)

    def _graph(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        assert method == "POST"
        mailbox = f"/v1.0/users/{SENDER}"
        assert headers["content-type"] == "application/json"
        if path == f"{mailbox}/sendMail":
            sent = json.loads(body)
            assert set(sent) == {"message", "saveToSentItems"}
            assert type(sent["saveToSentItems"]) is bool
            assert len(body) < 4 * 1024 * 1024
            _message(sent["message"])
            self.mails.append(sent["message"])
            return 202, {"request-id": "the-request"}, None
        if path == f"{mailbox}/messages":
            draft = json.loads(body)
            _message(draft)
            self.drafts["AAMkAG="] = draft
            return 201, {}, {"id": "AAMkAG=", "internetMessageId": "<made@contoso.example>"}
        found = re.fullmatch(rf"{mailbox}/messages/AAMkAG%3D/(attachments/createUploadSession|send)", path)
        assert found
        if found[1] == "send":
            assert body == b""
            self.mails.append(self.drafts.pop("AAMkAG="))
            return 202, {"request-id": "the-request"}, None
        item = json.loads(body)["AttachmentItem"]
        assert (item["attachmentType"], item["contentType"]) == ("file", "application/pdf")
        self.uploads["one"] = {"name": item["name"], "size": item["size"], "content": b""}
        return 201, {}, {"uploadUrl": f"{self.url}/upload/one?authtoken=hush", "nextExpectedRanges": ["0-"]}

    def _upload(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        assert method == "PUT"
        assert "authorization" not in headers
        upload = self.uploads[path.rpartition("/")[2]]
        told = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", headers["content-range"])
        assert told
        start, end, size = (int(number) for number in told.groups())
        assert (start, end + 1, size) == (
            len(upload["content"]), len(upload["content"]) + len(body), upload["size"]
        )  # fmt: skip
        upload["content"] += body
        if end + 1 < size:
            assert len(body) % MEBIBYTE_PIECE == 0
            assert len(body) < 4_000_000
            return 200, {}, {"nextExpectedRanges": [f"{end + 1}-"]}
        draft = self.drafts["AAMkAG="]
        content = base64.b64encode(upload["content"]).decode()
        draft["attachments"] = [{"name": upload["name"], "contentBytes": content}]
        return 201, {"Location": f"{self.url}/attachment"}, None

    def _let_in(self, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        told = headers["authorization"]
        if told == "Bearer a-token":
            return
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        assert headers["x-ms-content-sha256"] == digest
        assert parsedate_to_datetime(headers["x-ms-date"]).tzinfo is not None
        assert headers["x-ms-date"].endswith(" GMT")
        text = f"{method}\n{path}\n{headers['x-ms-date']};{headers['host']};{digest}"
        made = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
        signed = "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature="
        assert told == signed + base64.b64encode(made).decode()

    def _email(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if method == "GET":
            operation = path.removeprefix("/emails/operations/")
            assert operation in self.operations
            state = self.states.pop(0) if self.states else {"status": "Succeeded"}
            return (
                200,
                {"Retry-After": "7"} if state["status"] == "Running" else {},
                {"id": operation, **state},
            )
        assert (method, path) == ("POST", "/emails:send")
        operation = headers["operation-id"]
        assert str(uuid.UUID(operation)) == headers["repeatability-request-id"] == operation
        assert headers["repeatability-first-sent"].endswith(" GMT")
        mail = json.loads(body)
        assert {"senderAddress", "recipients", "content"} <= set(mail)
        assert set(mail["content"]) == {"subject", "plainText", "html"}
        assert all(set(one) == {"address"} for one in mail["recipients"]["to"])
        for attached in mail.get("attachments", ()):
            assert set(attached) == {"name", "contentType", "contentInBase64"}
        assert len(body) < 10_000_000
        self.mails.append(mail)
        self.operations.add(operation)
        location = f"{self.url}/emails/operations/{operation}?api-version=2023-03-31"
        return (
            202,
            {"Operation-Location": location, "Retry-After": "3"},
            {"id": operation, "status": "Running"},
        )


def _message(message: dict[str, Any]) -> None:
    """A `message` of Graph v1.0, as far as it is used."""
    assert isinstance(message["subject"], str)
    assert set(message["body"]) == {"contentType", "content"}
    assert message["body"]["contentType"] == "HTML"
    for recipient in message["toRecipients"]:
        assert set(recipient) == {"emailAddress"}
        assert set(recipient["emailAddress"]) == {"address"}
    for header in message["internetMessageHeaders"]:
        assert header["name"].lower().startswith("x-")
    for attached in message.get("attachments", ()):
        assert attached["@odata.type"] == "#microsoft.graph.fileAttachment"
        assert len(base64.b64decode(attached["contentBytes"], validate=True)) <= 3_000_000


@contextmanager
def services(folder: Path) -> Iterator[Services]:
    """Both services on one port."""
    signer = trustme.CA()
    ca_file = folder / "services-ca.pem"
    signer.cert_pem.write_to_path(str(ca_file))
    known = Services(0, ca_file)

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more, content = known.answer(self.command, self.path, headers, body)
            if not status:
                self.close_connection = True
                return
            sent = b"" if content is None else json.dumps(content).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **more}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 (the library's names)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with https(Handler, signer) as known.port:
        yield known
