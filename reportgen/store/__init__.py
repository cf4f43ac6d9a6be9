"""Where snapshots and the run register live: a folder, or a container of Azure Blob Storage."""

from __future__ import annotations

import os
from pathlib import Path

from reportgen.collect.connection import connection, transport
from reportgen.collect.credentials import credential
from reportgen.engagement import Engagement
from reportgen.errors import UsageError
from reportgen.store.folder import FolderStore
from reportgen.store.interface import Store, StoreError
from reportgen.store.snapshots import Snapshots

__all__ = ["FolderStore", "Snapshots", "Store", "StoreError", "open_store"]

_SUFFIXES = {
    "AzureCloud": ".blob.core.windows.net",
    "AzureUSGovernment": ".blob.core.usgovcloudapi.net",
    "AzureChinaCloud": ".blob.core.chinacloudapi.cn",
}
"""What the host names of Blob Storage end in, by cloud (Azure CLI's cloud profiles)."""


def open_store(engagement: Engagement, out: Path) -> Store:
    """The engagement's store; ``out`` where it names none.

    Raises CredentialError or UsageError where what opens the container is not there; nothing is asked of
    Azure yet.
    """
    settings = engagement.store
    if settings is None:
        return FolderStore(out)
    if not settings.in_blobs:
        return FolderStore(engagement.folder / settings.url)
    from azure.storage.blob import ContainerClient

    from reportgen.store.blob import BlobStore

    container, account, host, path = settings.blobs
    way = connection(engagement)
    if settings.connection_string_env:
        found = os.environ.get(settings.connection_string_env, "")
        try:
            client = ContainerClient.from_connection_string(found, container, transport=transport(way))
        except ValueError as error:
            raise UsageError(
                f"store.connection_string_env: the environment variable {settings.connection_string_env} "
                "is not set or holds no connection string of a storage account; put it there"
            ) from error
        return BlobStore(client, path, settings.url)
    url = f"https://{account}{host.replace('.dfs.', '.blob.') or _SUFFIXES[engagement.cloud]}"
    identity = credential(engagement.credential, way, folder=engagement.folder)
    return BlobStore(
        ContainerClient(url, container, credential=identity, transport=transport(way)), path, settings.url
    )
