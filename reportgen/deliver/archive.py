"""Putting a pack into a folder or a container as a store does: whole, once, and never over anything else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from reportgen.deliver.interface import Receipt
from reportgen.deliver.retry import Transient, tried
from reportgen.errors import DeliveryError, UsageError
from reportgen.store import Store, StoreError


def put(store: Store, archive: Path, place: str, sleep: Callable[[float], None]) -> Receipt:
    """Put the zip and then its SHA-256, as `sha256sum -c` reads it; ``place`` is how its readers find it."""
    content = archive.read_bytes()
    digest = hashlib.sha256(content).hexdigest()

    def create(name: str, data: bytes) -> None:
        try:
            if store.create(name, data):
                return
        except UsageError as error:
            raise DeliveryError(str(error)) from error
        except StoreError as error:
            raise Transient(str(error)) from error
        raise DeliveryError(f"{place}: {name} is there already and differs; it was kept")

    tried(lambda: create(archive.name, content), sleep)
    tried(lambda: create(f"{archive.name}.sha256", f"{digest}  {archive.name}\n".encode()), sleep)
    return Receipt((place,), digest)
