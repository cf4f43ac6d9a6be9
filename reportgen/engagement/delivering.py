"""How finished packs are handed over: to whom, when, by which channels. Settings hold no secret."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator, model_validator

from reportgen.engagement.access import Credential, Url, Variable
from reportgen.engagement.fields import StrictModel
from reportgen.engagement.keeping import StoreSettings

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_HOST = re.compile(r"[A-Za-z0-9.-]+|\[?[0-9A-Fa-f:]+\]?")


def _address(value: str) -> str:
    if not _ADDRESS.fullmatch(value) or len(value) > 254:
        raise ValueError("expected one address such as audit@contoso.com, without a name or a comma")
    return value


def _link(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.hostname or parts.username or re.search(r"[\s<>\"]", value):
        raise ValueError("expected an address that begins with https://")
    return value.rstrip("/")


Address = Annotated[str, AfterValidator(_address)]
Link = Annotated[str, AfterValidator(_link)]


class _Secret(StrictModel):
    """Two names for where a secret is: at most one of them is given."""

    @model_validator(mode="after")
    def _one_place(self) -> _Secret:
        for what in ("password", "token", "key"):
            if getattr(self, f"{what}_env", None) and getattr(self, f"{what}_file", None):
                raise ValueError(f"name {what}_env or {what}_file, not both")
        return self


class SmtpSettings(_Secret):
    """A mail server, reached with TLS at once (``tls``) or by STARTTLS; never without.

    With ``auth: xoauth2`` the token comes from where ``token_env`` or ``token_file`` say, or else from Entra
    ID as ``credential``, for ``scope``. Without ``username`` nobody signs in. ``ca_file`` (PEM, relative to
    the engagement) holds the certificates that are trusted instead of the host's.
    """

    host: str
    sender: Address
    security: Literal["starttls", "tls"] = "starttls"
    port: int = Field(default=0, ge=0, le=65535)
    auth: Literal["password", "xoauth2"] = "password"
    username: str = Field(default="", pattern=r"^[^\x00-\x1f\x7f]*$")
    password_env: Variable | None = None
    password_file: Path | None = None
    token_env: Variable | None = None
    token_file: Path | None = None
    credential: Credential | None = None
    scope: Link = "https://outlook.office365.com/.default"
    ca_file: Path | None = None

    @field_validator("host")
    @classmethod
    def _named(cls, value: str) -> str:
        if not _HOST.fullmatch(value):
            raise ValueError("expected the server's name, such as smtp.contoso.com")
        return value

    @model_validator(mode="after")
    def _signs_in(self) -> SmtpSettings:
        password, token = self.password_env or self.password_file, self.token_env or self.token_file
        if self.auth == "xoauth2" and (password or not self.username):
            raise ValueError("auth: xoauth2 needs username, and takes no password_env or password_file")
        if self.auth == "password" and (token or self.credential):
            raise ValueError("token_env, token_file and credential go with auth: xoauth2")
        if self.auth == "password" and bool(self.username) != bool(password):
            raise ValueError("username goes with password_env or password_file")
        return self

    @property
    def server_port(self) -> int:
        """The port given, or else the one that the kind of TLS has by custom (RFC 8314, RFC 6409)."""
        return self.port or (465 if self.security == "tls" else 587)


class GraphSettings(StrictModel):
    """Microsoft Graph, which sends as the mailbox ``sender``.

    ``upload_session`` carries a summary of more than 3 MB, by a draft in that mailbox.
    """

    sender: Address
    upload_session: bool = False
    save_to_sent_items: bool = True
    credential: Credential | None = None


class AcsSettings(_Secret):
    """Email of Azure Communication Services, by an access key, or else as ``credential``."""

    endpoint: Url
    sender: Address
    key_env: Variable | None = None
    key_file: Path | None = None
    credential: Credential | None = None

    @model_validator(mode="after")
    def _one_way(self) -> AcsSettings:
        if self.credential and (self.key_env or self.key_file):
            raise ValueError("name a key or a credential, not both")
        return self


class BlobSettings(StoreSettings):
    """A container, like ``store``; ``link`` is where its readers find it, instead of its own address."""

    link: Link | None = None

    @model_validator(mode="after")
    def _a_container(self) -> BlobSettings:
        if not self.in_blobs:
            raise ValueError("expected abfs://container@account/path")
        return self


class FolderSettings(StrictModel):
    """A folder, relative to the engagement; ``link`` is where its readers find it."""

    path: Path
    link: Link | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str) else value


class DeliverSettings(StrictModel):
    """Who gets a pack, and how.

    ``to`` are the recipients of mail; ``preparer`` alone gets it before a pack is released. ``names`` lets
    the names of resources stand in a mail's text, which else has counts alone.
    """

    release: Literal["automatic", "after_approval"]
    to: tuple[Address, ...] = ()
    preparer: Address | None = None
    allow_incomplete: bool = False
    allow_simulated: bool = False
    names: bool = False
    folder: FolderSettings | None = None
    blob: BlobSettings | None = None
    graph: GraphSettings | None = None
    acs: AcsSettings | None = None
    smtp: SmtpSettings | None = None

    @field_validator("to")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len({address.lower() for address in value}) != len(value):
            raise ValueError("an address stands here twice")
        return value

    @model_validator(mode="after")
    def _complete(self) -> DeliverSettings:
        mails = bool(self.graph or self.acs or self.smtp)
        if not (mails or self.folder or self.blob):
            raise ValueError("expected at least one of folder, blob, graph, acs and smtp")
        if mails and not self.to:
            raise ValueError("mail needs recipients: name them under to")
        if mails and self.release == "after_approval" and not self.preparer:
            raise ValueError("release: after_approval needs preparer, who alone gets mail before the release")
        return self
