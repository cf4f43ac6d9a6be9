"""Delivery into a folder of a disk or a share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reportgen.deliver import archive
from reportgen.deliver.interface import Receipt
from reportgen.engagement.delivering import FolderSettings
from reportgen.store import FolderStore


class Folder:
    """See `StorageChannel`. ``beside`` is the engagement's folder."""

    name = "folder"

    def __init__(self, settings: FolderSettings, beside: Path, sleep: Callable[[float], None]) -> None:
        self._store = FolderStore(beside / settings.path)
        self._sleep = sleep
        self.place = settings.link or str(self._store.root.resolve())

    def put(self, archive_file: Path) -> Receipt:
        """See `StorageChannel`."""
        return archive.put(self._store, archive_file, self.place, self._sleep)
