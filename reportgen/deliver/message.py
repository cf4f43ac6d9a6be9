"""A mail as a message of the internet: plain text, HTML and the attachment, in ASCII lines."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from reportgen.deliver.interface import Mail


def message(mail: Mail) -> bytes:
    """The message in the form of RFC 5322; the policy refuses a header with a line's end in it."""
    built = EmailMessage(policy=SMTP)
    built["From"] = Address(addr_spec=mail.sender)
    built["To"] = [Address(addr_spec=recipient) for recipient in mail.recipients]
    built["Subject"] = mail.subject
    built["Date"] = format_datetime(mail.time)
    built["Message-ID"] = mail.message_id
    built["Auto-Submitted"] = "auto-generated"
    built["X-Reportgen-Pack"] = mail.pack_id
    built.set_content(mail.text, cte="quoted-printable")
    built.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    if mail.attachment:
        kind, _, subtype = mail.attachment.content_type.partition("/")
        built.add_attachment(
            mail.attachment.content, maintype=kind, subtype=subtype, filename=mail.attachment.name
        )
    return built.as_bytes()
