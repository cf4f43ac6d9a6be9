"""Delivery by a mail server: SMTP with TLS, and with nothing else."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from reportgen.deliver.interface import Mail, Receipt, Unclear
from reportgen.deliver.mail import MOST_BYTES, one_line
from reportgen.deliver.message import message
from reportgen.deliver.retry import Transient, tried
from reportgen.engagement.delivering import SmtpSettings
from reportgen.errors import DeliveryError

_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Login:
    """How to sign in, asked only when the server is there; ``secret`` gives the password or the token."""

    settings: SmtpSettings
    secret: Callable[[], str] = field(repr=False)


class Smtp:
    """See `MailChannel`. ``beside`` is the engagement's folder."""

    name = "smtp"
    most_bytes = MOST_BYTES

    def __init__(self, login: Login, beside: Path, sleep: Callable[[float], None]) -> None:
        self._login = login
        self._sleep = sleep
        self.sender = login.settings.sender
        self._context = _context(login.settings, beside)

    def send(self, mail: Mail) -> Receipt:
        """See `MailChannel`. Whom the server puts off (greylisting) is tried again, and nobody twice."""
        content = message(mail)
        waiting, delivered, refused = list(mail.recipients), list[str](), dict[str, str]()

        def once() -> None:
            waiting[:] = [one for one in waiting if one not in refused]
            taken, later = self._session(mail.sender, waiting, content, refused)
            delivered.extend(taken)
            waiting[:] = later
            if later:
                told = "; ".join(f"{address}: {why}" for address, why in later.items())
                raise Transient(f"put off: {told}")

        unclear: tuple[str, ...] = ()
        try:
            tried(once, self._sleep)
        except Unclear:
            if not delivered:
                raise
            unclear = tuple(one for one in waiting if one not in refused)
        except DeliveryError as error:
            if not delivered:
                raise
            refused |= dict.fromkeys(waiting, str(error))
        if not delivered:
            raise DeliveryError("; ".join(f"{address}: {why}" for address, why in refused.items()))
        return Receipt(tuple(delivered), mail.message_id, refused, unclear)

    def _session(
        self, sender: str, recipients: list[str], content: bytes, refused: dict[str, str]
    ) -> tuple[list[str], dict[str, str]]:
        """One message in one connection: who it was taken for, and who was put off, with the reason."""
        with self._connected() as server:
            try:
                _expect(server.mail(sender, ["BODY=8BITMIME"] if server.has_extn("8bitmime") else []))
                taken, later = list[str](), dict[str, str]()
                for recipient in recipients:
                    code, text = server.rcpt(recipient)
                    if code in (250, 251):
                        taken.append(recipient)
                    elif 400 <= code < 500:
                        later[recipient] = _told(code, text)
                    else:
                        refused[recipient] = _told(code, text)
            except (OSError, smtplib.SMTPServerDisconnected) as error:
                raise Transient(f"the server went away: {one_line(error)}") from error
            if taken:
                _data(server, content)
        return taken, later

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """A connection behind TLS, signed in."""
        settings = self._login.settings
        where = f"{settings.host}:{settings.server_port}"
        try:
            if settings.security == "tls":
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    settings.host, settings.server_port, timeout=_SECONDS, context=self._context
                )
            else:
                server = smtplib.SMTP(settings.host, settings.server_port, timeout=_SECONDS)
        except ssl.SSLError as error:
            raise DeliveryError(f"{where}: no TLS with the server: {one_line(error)}") from error
        except smtplib.SMTPConnectError as error:
            raise _refusal(f"{where}: ", error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            raise Transient(f"{where}: cannot be reached: {one_line(error)}") from error
        try:
            self._open(server, where)
            yield server
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _open(self, server: smtplib.SMTP, where: str) -> None:
        settings = self._login.settings
        try:
            server.ehlo_or_helo_if_needed()
            if settings.security == "starttls":
                code, text = server.starttls(context=self._context)
                if code != 220:
                    raise _refusal(f"{where}: STARTTLS: ", code, text)
                server.ehlo_or_helo_if_needed()
            if settings.username:
                self._sign_in(server)
        except ssl.SSLError as error:
            raise DeliveryError(f"{where}: no TLS with the server: {one_line(error)}") from error
        except smtplib.SMTPNotSupportedError as error:
            raise DeliveryError(
                f"{where}: {one_line(error)} It is not used without: check host, port and security"
            ) from error
        except smtplib.SMTPResponseException as error:
            raise _refusal(f"{where}: as {settings.username}: ", error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Transient(f"{where}: went away: {one_line(error)}") from error

    def _sign_in(self, server: smtplib.SMTP) -> None:
        settings, secret = self._login.settings, self._login.secret()
        if settings.auth == "password":
            server.login(settings.username, secret)
            return

        def answer(challenge: bytes | None = None) -> str:
            # A challenge is the server's account of what it refuses; the protocol wants an empty answer.
            return f"user={settings.username}\1auth=Bearer {secret}\1\1" if challenge is None else ""

        if "xoauth2" not in server.esmtp_features.get("auth", "").lower().split():
            raise smtplib.SMTPNotSupportedError("the server offers no XOAUTH2.")
        server.auth("XOAUTH2", answer)


def _data(server: smtplib.SMTP, content: bytes) -> None:
    try:
        _expect(server.data(content))
    except smtplib.SMTPDataError as error:
        raise _refusal("", error.smtp_code, error.smtp_error) from error
    except (OSError, smtplib.SMTPServerDisconnected) as error:
        raise Unclear(
            f"the connection broke while the mail was sent, and it may have come: {one_line(error)}"
        ) from error


def _expect(answer: tuple[int, bytes]) -> None:
    if answer[0] != 250:
        raise _refusal("", *answer)


def _refusal(where: str, code: int, text: bytes | str) -> Transient | DeliveryError:
    """A code of 4xx is for now, one of 5xx for good (RFC 5321)."""
    told = f"{where}{_told(code, text)}"
    return Transient(told) if 400 <= code < 500 else DeliveryError(told)


def _told(code: int, text: bytes | str) -> str:
    return f"{code} {one_line(text.decode('utf-8', 'replace') if isinstance(text, bytes) else text)}"


def _context(settings: SmtpSettings, beside: Path) -> ssl.SSLContext:
    path = beside / settings.ca_file if settings.ca_file else None
    try:
        context = ssl.create_default_context(cafile=path)
    except OSError as error:
        problem = "holds no certificate in PEM form" if isinstance(error, ssl.SSLError) else error.strerror
        raise DeliveryError(f"deliver.smtp.ca_file: {path}: {problem}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
