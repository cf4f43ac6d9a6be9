"""A real mail server on loopback, with TLS and accounts."""

from __future__ import annotations

import base64
import email
import email.policy
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD, TOKEN = "mailer@contoso.example", "hush-hush", "a-token"


@dataclass
class Postbox:
    """A listener and what it took; ``answers`` are the next ones to DATA, ``rcpt`` to a recipient."""

    port: int
    ca_file: Path
    mails: list[tuple[Envelope, EmailMessage]] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    rcpt: dict[str, list[str]] = field(default_factory=dict)
    before_answer: Callable[[Any], None] = lambda server: None

    async def handle_RCPT(  # noqa: N802 (the library's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt.get(address):
            return self.rcpt[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        content = envelope.content
        assert isinstance(content, bytes)
        parsed = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append((envelope, parsed))
        self.before_answer(server)
        return "250 taken"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        self.signed_in += [mechanism] if good else []
        return AuthResult(success=good, handled=False)

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        """SASL XOAUTH2 as Exchange Online and Gmail speak it."""
        told = base64.b64decode(args[1]).decode()
        if told != f"user={USER}\1auth=Bearer {TOKEN}\1\1":
            assert await server.challenge_auth(b'{"status":"401"}', encode_to_b64=True) == b""
            return AuthResult(success=False, handled=False)
        self.signed_in.append("XOAUTH2")
        return AuthResult(success=True, handled=False)

    @property
    def settings(self) -> str:
        """The address and the trust, as flow items of ``smtp:``."""
        return f"host: 127.0.0.1, port: {self.port}, ca_file: {self.ca_file}, sender: {USER}"


@contextmanager
def postbox(folder: Path, *, security: str = "starttls", accounts: bool = True) -> Iterator[Postbox]:
    """A `Postbox` that takes nothing without TLS; ``security`` none is a server that has no TLS."""
    signer, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    signer.issue_cert("127.0.0.1").configure_cert(context)
    ca_file = folder / "mail-ca.pem"
    signer.cert_pem.write_to_path(str(ca_file))
    with socket.create_server(("127.0.0.1", 0)) as free:
        known = Postbox(free.getsockname()[1], ca_file)
    starts = security == "starttls"
    start: dict[str, Any] = {"tls_context": context, "require_starttls": True} if starts else {}
    sign_in: dict[str, Any] = {
        "authenticator": known.authenticate,
        "auth_required": starts,
        "auth_require_tls": starts,
    }
    controller = Controller(
        known,
        hostname="127.0.0.1",
        port=known.port,
        ssl_context=context if security == "tls" else None,
        **start,
        **(sign_in if accounts and security != "none" else {}),
    )
    controller.start()
    try:
        yield known
    finally:
        controller.stop()
