"""Delivery by Microsoft Graph: sendMail, or a draft and an upload session for a larger attachment.

Bodies as in Graph v1.0: user: sendMail, user: post messages, attachment: createUploadSession, message: send.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlsplit

from reportgen.deliver.http import Call, Service
from reportgen.deliver.interface import Attachment, Mail, Receipt
from reportgen.deliver.mail import MOST_BYTES
from reportgen.engagement.delivering import GraphSettings
from reportgen.errors import DeliveryError
from reportgen.model import Json

MOST_ATTACHED = 3_000_000
"""The documented bound of an attachment inside a request; a request may have 4 MB."""
CHUNK = 9 * 320 * 1024
"""Of an upload: a multiple of 320 KiB, below 4 MB (Graph, "attach large files")."""


class Graph:
    """See `MailChannel`. ``url`` is Graph's own, ``token`` gives one for it."""

    name = "graph"

    def __init__(self, settings: GraphSettings, url: str, service: Service, token: Callable[[], str]) -> None:
        self._settings = settings
        self._user = f"{url}/v1.0/users/{quote(settings.sender, safe='@')}"
        self._service = service
        self._token = token
        self.sender = settings.sender
        self.most_bytes = MOST_BYTES if settings.upload_session else MOST_ATTACHED

    def send(self, mail: Mail) -> Receipt:
        """See `MailChannel`. The id is the message's where there was a draft, else the request's."""
        if mail.attachment and len(mail.attachment.content) > MOST_ATTACHED:
            return self._by_draft(mail, mail.attachment)
        attached = {"attachments": [_attached(mail.attachment)]} if mail.attachment else {}
        body: Json = {
            "message": {**_message(mail), **attached},
            "saveToSentItems": self._settings.save_to_sent_items,
        }
        response = self._service.answer(self._call("POST", f"{self._user}/sendMail", body))
        return Receipt(mail.recipients, response.headers.get("request-id", ""))

    def _by_draft(self, mail: Mail, attachment: Attachment) -> Receipt:
        """A draft is no mail yet: until it is sent, everything may be asked for again."""
        made = self._made(self._call("POST", f"{self._user}/messages", _message(mail), repeats=True), "id")
        draft = f"{self._user}/messages/{quote(str(made['id']), safe='')}"
        item: Json = {
            "AttachmentItem": {
                "attachmentType": "file",
                "name": attachment.name,
                "size": len(attachment.content),
                "contentType": attachment.content_type,
            }
        }
        session = f"{draft}/attachments/createUploadSession"
        opened = self._made(self._call("POST", session, item, repeats=True), "uploadUrl")
        for call in _uploads(str(opened["uploadUrl"]), attachment.content):
            self._service.answer(call)
        self._service.answer(self._call("POST", f"{draft}/send", None))
        return Receipt(mail.recipients, str(made.get("internetMessageId") or made["id"]))

    def _made(self, call: Call, key: str) -> dict[str, Any]:
        response = self._service.answer(call)
        try:
            body = response.json()
            if isinstance(body, dict) and isinstance(body[key], str):
                return body
        except (ValueError, KeyError):
            pass
        raise DeliveryError(f"{call.url}: the answer has no {key}")

    def _call(self, method: str, url: str, body: Json, *, repeats: bool = False) -> Call:
        content = b"" if body is None else json.dumps(body).encode()

        def headers() -> dict[str, str]:
            return {"Authorization": f"Bearer {self._token()}", "Content-Type": "application/json"}

        return Call(method, url, headers, content, repeats)


def _message(mail: Mail) -> dict[str, Json]:
    return {
        "subject": mail.subject,
        "body": {"contentType": "HTML", "content": mail.html},
        "toRecipients": [{"emailAddress": {"address": address}} for address in mail.recipients],
        "internetMessageHeaders": [{"name": "X-Reportgen-Pack", "value": mail.pack_id}],
    }


def _attached(attachment: Attachment) -> Json:
    return {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": attachment.name,
        "contentType": attachment.content_type,
        "contentBytes": base64.b64encode(attachment.content).decode(),
    }


def _uploads(url: str, content: bytes) -> Iterator[Call]:
    """The pieces; the address bears its own right, so that no token goes with them."""
    if urlsplit(url).scheme != "https":
        raise DeliveryError("Microsoft Graph: the upload address is not https://")
    for start in range(0, len(content), CHUNK):
        piece = content[start : start + CHUNK]
        told = f"bytes {start}-{start + len(piece) - 1}/{len(content)}"

        def headers(told: str = told) -> dict[str, str]:
            return {"Content-Range": told, "Content-Type": "application/octet-stream"}

        yield Call("PUT", url, headers, piece, repeats=True)
