"""The channels that an engagement names, opened one at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from azure.core.exceptions import AzureError

from reportgen.collect.connection import connection
from reportgen.collect.credentials import credential, held
from reportgen.deliver.acs import SCOPE, Acs, by_key, by_token
from reportgen.deliver.blob import Blob
from reportgen.deliver.folder import Folder
from reportgen.deliver.graph import Graph
from reportgen.deliver.http import Service
from reportgen.deliver.interface import MailChannel, StorageChannel
from reportgen.deliver.mail import one_line
from reportgen.deliver.smtp import Login, Smtp
from reportgen.engagement import Engagement
from reportgen.engagement.access import Credential
from reportgen.engagement.delivering import (
    AcsSettings,
    BlobSettings,
    FolderSettings,
    GraphSettings,
    SmtpSettings,
)
from reportgen.errors import DeliveryError, ReportgenError

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

    if settings.auth == "xoauth2" and not (settings.token_env or settings.token_file):
        return Smtp(Login(settings, _tokens(way, settings.credential, settings.scope)), folder, way.sleep)
    which, what, variable, file = (
        ("token", "the token", settings.token_env, settings.token_file)
        if settings.auth == "xoauth2"
        else ("password", "the mailbox's password", settings.password_env, settings.password_file)
    )
    secret = ""
    if settings.username:
        secret = held(f"deliver.smtp.{which}", what, variable or "", folder / file if file else None)
    return Smtp(Login(settings, lambda: secret), folder, way.sleep)


def _graph(way: Way, settings: GraphSettings) -> MailChannel:
    there = connection(way.engagement)
    return Graph(
        settings,
        there.graph_url,
        Service(there, way.sleep),
        _tokens(way, settings.credential, f"{there.graph_url}/.default"),
    )


def _acs(way: Way, settings: AcsSettings) -> MailChannel:
    if settings.key_env or settings.key_file:
        file = way.engagement.folder / settings.key_file if settings.key_file else None
        signer = by_key(held("deliver.acs.key", "the access key", settings.key_env or "", file))
    else:
        signer = by_token(_tokens(way, settings.credential, SCOPE))
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


def problems(engagement: Engagement) -> tuple[str, ...]:
    """What is not there that channels are opened with, such as a secret; no service is asked."""
    way, told = Way(engagement, time.sleep), list[str]()
    for name, opener in (*STORAGE.items(), *MAIL.items()):
        if settings := getattr(engagement.deliver, name, None):
            try:
                opener(way, settings)
            except ReportgenError as error:
                told.append(f"delivery by {name}: {error}")
    return tuple(told)
