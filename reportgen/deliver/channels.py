"""The channels that an engagement names, opened one at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from azure.core.exceptions import AzureError

from reportgen.access import Credential
from reportgen.collect.connection import connection
from reportgen.collect.credentials import credential, held
from reportgen.deliver.acs import SCOPE, Acs, Signer, by_key, by_token
from reportgen.deliver.blob import Blob
from reportgen.deliver.folder import Folder
from reportgen.deliver.graph import Graph
from reportgen.deliver.http import Service
from reportgen.deliver.interface import MailChannel, StorageChannel
from reportgen.deliver.mail import one_line
from reportgen.deliver.smtp import Login, Smtp
from reportgen.delivering import (
    AcsSettings,
    BlobSettings,
    FolderSettings,
    GraphSettings,
    SmtpSettings,
)
from reportgen.engagement import Engagement
from reportgen.errors import DeliveryError

Wait = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Way:
    """What a channel is opened with."""

    engagement: Engagement
    sleep: Wait


def _folder(way: Way, settings: FolderSettings) -> StorageChannel:
    return Folder(settings, way.engagement.folder, way.sleep)


def _blob(way: Way, settings: BlobSettings) -> StorageChannel:
    return Blob(settings, way.engagement, way.sleep)


def _smtp(way: Way, settings: SmtpSettings) -> MailChannel:
    folder = way.engagement.folder

    def secret() -> str:
        if settings.auth == "password":
            file = settings.password_file
            return held(
                "deliver.smtp.password",
                "the mailbox's password",
                settings.password_env or "",
                folder / file if file else None,
            )
        if settings.token_env or settings.token_file:
            file = settings.token_file
            return held(
                "deliver.smtp.token", "the token", settings.token_env or "", folder / file if file else None
            )
        return _tokens(way, settings.credential, settings.scope)()

    return Smtp(Login(settings, secret), folder, way.sleep)


def _graph(way: Way, settings: GraphSettings) -> MailChannel:
    there = connection(way.engagement)
    return Graph(
        settings,
        there.graph_url,
        Service(there, way.sleep),
        _tokens(way, settings.credential, f"{there.graph_url}/.default"),
    )


def _acs(way: Way, settings: AcsSettings) -> MailChannel:
    def signer() -> Signer:
        if not (settings.key_env or settings.key_file):
            return by_token(_tokens(way, settings.credential, SCOPE))
        file = way.engagement.folder / settings.key_file if settings.key_file else None
        return by_key(held("deliver.acs.key", "the access key", settings.key_env or "", file))

    return Acs(settings, Service(connection(way.engagement), way.sleep), signer)


def _tokens(way: Way, own: Credential | None, scope: str) -> Callable[[], str]:
    """Gives tokens of Entra ID, as the channel's own credential or the engagement's."""
    engagement = way.engagement
    chosen = credential(own or engagement.credential, connection(engagement), folder=engagement.folder)

    def token() -> str:
        try:
            return chosen.get_token(scope).token
        except AzureError as error:
            first = one_line(str(error.message).partition("\n")[0])
            raise DeliveryError(f"no token for {scope}: {first}. {chosen.advice}") from error

    return token


STORAGE: Mapping[str, Callable[[Way, Any], StorageChannel]] = {"folder": _folder, "blob": _blob}
MAIL: Mapping[str, Callable[[Way, Any], MailChannel]] = {"graph": _graph, "acs": _acs, "smtp": _smtp}
"""By their keys in the engagement, each opened with what stands there."""
