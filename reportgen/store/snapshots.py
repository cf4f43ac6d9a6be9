"""Finished snapshots in a store: published once, fetched whole or not at all."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from reportgen.errors import UsageError
from reportgen.snapshot import HEADER, SNAPSHOTS, Reader
from reportgen.store.folder import FolderStore
from reportgen.store.interface import Store, StoreError

_AT_ONCE = 16


class Snapshots:
    """The snapshots of a store, with ``local`` as the folder where they are collected and read.

    Where the store is that folder's own, nothing is copied.
    """

    def __init__(self, store: Store, local: Path) -> None:
        self._store = store
        self._local = local
        own = store.root / SNAPSHOTS if isinstance(store, FolderStore) else None
        self._in_place = own is not None and own.resolve() == local.resolve()

    def names(self) -> tuple[str, ...]:
        """The finished ones, oldest first; one without its header is no snapshot."""
        return tuple(name for name in self._store.entries(SNAPSHOTS) if self.has(name))

    def taken(self) -> tuple[str, ...]:
        """The names that something stands under, finished or not."""
        return self._store.entries(SNAPSHOTS)

    def has(self, name: str) -> bool:
        """Whether there is a finished snapshot of this name."""
        return HEADER in self._store.entries(f"{SNAPSHOTS}/{name}")

    def publish(self, folder: Path) -> None:
        """Copy a finished snapshot into the store, its header last.

        Raises StoreError where something else stands under one of its names: nothing is mixed with it.
        """
        if self._in_place:
            return
        paths = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        rest = sorted(name for name in paths if name != HEADER)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(lambda name: self._put(folder, name), rest))
        self._put(folder, HEADER)

    def _put(self, folder: Path, name: str) -> None:
        target = f"{SNAPSHOTS}/{folder.name}/{name}"
        if not self._store.create(target, (folder / name).read_bytes()):
            raise StoreError(
                f"store: {self._store.place}: {target} is there already and differs; it was kept"
            )

    def fetch(self, name: str, root_sha256: str = "") -> Path:
        """The folder of a snapshot, brought here where it is not yet, and checked.

        ``root_sha256`` is what the register says, "" where it says nothing. Raises UsageError where there is
        no such snapshot, or its files differ from the hash taken when collection ended.
        """
        folder = self.bring(name)
        reader = Reader(folder)
        if not reader.intact() or root_sha256 not in ("", reader.header.root_sha256):
            raise UsageError(
                f"{folder}: files differ from the hash taken when collection ended; "
                "collect again or restore it"
            )
        return folder

    def bring(self, name: str) -> Path:
        """The folder of a snapshot, brought here where it is not yet; UsageError where there is none."""
        folder = self._local / name
        if not (folder / HEADER).is_file():
            if self._in_place or not self.has(name):
                raise UsageError(f"store: {self._store.place}: holds no finished snapshot {name}")
            self._copy(name, folder)
        return folder

    def _copy(self, name: str, folder: Path) -> None:
        working = folder.with_name(f".{name}.part")
        shutil.rmtree(working, ignore_errors=True)
        start = f"{SNAPSHOTS}/{name}/"

        def get(file: str) -> None:
            inside = file.removeprefix(start)
            if ".." in inside.split("/"):
                raise StoreError(f"store: {self._store.place}: {file!r} is no name of a snapshot's file")
            path = working / inside
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._store.read(file))

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(get, self._store.files(f"{SNAPSHOTS}/{name}")))
        shutil.rmtree(folder, ignore_errors=True)
        working.rename(folder)

    def remove(self, name: str) -> bool:
        """Remove a snapshot, its header first; False where the store keeps it."""
        if not self._store.remove(f"{SNAPSHOTS}/{name}/{HEADER}"):
            return False
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return all(list(pool.map(self._store.remove, self._store.files(f"{SNAPSHOTS}/{name}"))))
