"""Delivery into a container of Azure Blob Storage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reportgen.deliver import archive
from reportgen.deliver.interface import Receipt
from reportgen.engagement import Engagement
from reportgen.engagement.delivering import BlobSettings
from reportgen.engagement.keeping import StoreSettings
from reportgen.store import open_store

_NOTHING = "no-pack"


class Blob:
    """See `StorageChannel`. The container is opened like a store's; Azure is asked by `put` first."""

    name = "blob"

    def __init__(
        self, settings: BlobSettings, engagement: Engagement, sleep: Callable[[float], None]
    ) -> None:
        store = StoreSettings(url=settings.url, connection_string_env=settings.connection_string_env)
        self._store = open_store(engagement.model_copy(update={"store": store}), Path())
        self._sleep = sleep
        self._url = settings.url
        self.place = settings.link or settings.url

    def check(self) -> str:
        """See `StorageChannel`: lists what cannot be there, for which the container has to be."""
        self._store.entries(_NOTHING)
        return f"{self._url} can be read; whether it may be written shows with the first pack"

    def put(self, archive_file: Path) -> Receipt:
        """See `StorageChannel`."""
        return archive.put(self._store, archive_file, self.place, self._sleep)
