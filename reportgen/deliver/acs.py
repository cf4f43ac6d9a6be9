"""Delivery by Azure Communication Services Email: `emails:send`, and the operation that it begins.

Bodies and signature as in the REST reference of Email, version 2023-03-31, and "Sign an HTTP request" (HMAC).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

from reportgen.deliver.http import Call, Service
from reportgen.deliver.interface import Mail, Receipt, Unclear
from reportgen.deliver.mail import MOST_BYTES, one_line
from reportgen.deliver.retry import retry_after
from reportgen.engagement.delivering import AcsSettings
from reportgen.errors import DeliveryError
from reportgen.model import Json

VERSION = "2023-03-31"
SCOPE = "https://communication.azure.com/.default"
_LOOKS = 60
_BETWEEN = 2.0
_LONGEST = 30.0

Signer = Callable[[str, str, bytes], Mapping[str, str]]
"""The headers that let a request in, of its method, URL and body."""


class Acs:
    """See `MailChannel`."""

    name = "acs"
    most_bytes = MOST_BYTES

    def __init__(self, settings: AcsSettings, service: Service, signer: Signer) -> None:
        self._settings = settings
        self._service = service
        self._signer = signer
        self.sender = settings.sender

    def send(self, mail: Mail) -> Receipt:
        """See `MailChannel`. The id is that of the operation, which is made of this sending's token."""
        operation = str(uuid.UUID(mail.token))
        url = f"{self._settings.endpoint}/emails:send?api-version={VERSION}"
        signer = self._signer
        known = {
            "Operation-Id": operation,
            "Repeatability-Request-ID": operation,
            "Repeatability-First-Sent": format_datetime(mail.time, usegmt=True),
        }
        begun = self._service.answer(_call(signer, "POST", url, json.dumps(_body(mail)).encode(), known))
        with suppress(ValueError, KeyError, TypeError):
            operation = str(begun.json()["id"])
        after = begun.headers.get("Retry-After", "")
        self._watch(signer, f"{self._settings.endpoint}/emails/operations/{operation}", after)
        return Receipt(mail.recipients, operation)

    def _watch(self, signer: Signer, url: str, after: str) -> None:
        """Look until the service has sent it; Unclear where that is not known in the end."""
        for _ in range(_LOOKS):
            self._service.sleep(min(_LONGEST, max(_BETWEEN, retry_after(after, datetime.now(UTC)))))
            try:
                answer = self._service.answer(
                    _call(signer, "GET", f"{url}?api-version={VERSION}", b"", {}, repeats=True)
                )
                found = answer.json()
                status = found["status"]
            except (DeliveryError, ValueError, KeyError, TypeError) as error:
                raise Unclear(f"{url}: taken, but its end is not known ({one_line(error)})") from error
            if status == "Succeeded":
                return
            if status in ("Failed", "Canceled"):
                raise DeliveryError(f"{url}: {status}: {_error(found)}")
            after = answer.headers.get("Retry-After", "")
        raise Unclear(f"{url}: taken, but it did not end in time")


def _body(mail: Mail) -> Json:
    body: dict[str, Json] = {
        "senderAddress": mail.sender,
        "recipients": {"to": [{"address": address} for address in mail.recipients]},
        "content": {"subject": mail.subject, "plainText": mail.text, "html": mail.html},
        "headers": {"X-Reportgen-Pack": mail.pack_id},
        "userEngagementTrackingDisabled": True,
    }
    if mail.attachment:
        body["attachments"] = [
            {
                "name": mail.attachment.name,
                "contentType": mail.attachment.content_type,
                "contentInBase64": base64.b64encode(mail.attachment.content).decode(),
            }
        ]
    return body


def _call(
    signer: Signer, method: str, url: str, body: bytes, more: Mapping[str, str], *, repeats: bool = False
) -> Call:
    def headers() -> dict[str, str]:
        return {"Content-Type": "application/json", **more, **signer(method, url, body)}

    return Call(method, url, headers, body, repeats)


def _error(found: Mapping[str, Json]) -> str:
    error = found.get("error")
    return one_line(f"{error.get('code')}: {error.get('message')}") if isinstance(error, dict) else ""


def by_token(token: Callable[[], str]) -> Signer:
    """Signs in as an identity of Entra ID."""

    def headers(*_: object) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {token()}"}

    return headers


def by_key(key: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Signer:
    """Signs with an access key; DeliveryError where it is none. Each attempt is signed anew."""
    try:
        secret = base64.b64decode(key, validate=True)
    except ValueError as error:
        raise DeliveryError(
            "deliver.acs: the access key is not base64; take one of the resource's keys"
        ) from error

    def headers(method: str, url: str, body: bytes) -> Mapping[str, str]:
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        date = format_datetime(clock(), usegmt=True)
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        told = f"{method}\n{path}\n{date};{parts.netloc};{digest}"
        signature = base64.b64encode(hmac.new(secret, told.encode(), hashlib.sha256).digest()).decode()
        return {
            "x-ms-date": date,
            "x-ms-content-sha256": digest,
            "Authorization": "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&"
            f"Signature={signature}",
        }

    return headers
