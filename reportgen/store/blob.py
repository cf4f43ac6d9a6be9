"""A store in a container of Azure Blob Storage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
)
from azure.storage.blob import ContainerClient

from reportgen.errors import UsageError
from reportgen.store.interface import StoreError

_TAKEN = {"BlobAlreadyExists", "UnauthorizedBlobOverwrite", "BlobImmutableDueToPolicy", "ConditionNotMet"}
"""Error codes of a conditional Put Blob to a name that is there (Blob service error codes)."""
_KEPT = {"BlobImmutableDueToPolicy", "AuthorizationPermissionMismatch", "SnapshotsPresent"}


class BlobStore:
    """See `Store`. ``prefix`` is the path inside the container, "" for all of it."""

    def __init__(self, container: ContainerClient, prefix: str, place: str) -> None:
        self._container = container
        self._prefix = f"{prefix}/" if prefix else ""
        self._place = place

    @property
    def place(self) -> str:
        """See `Store`."""
        return self._place

    def create(self, name: str, content: bytes) -> bool:
        """See `Store`: Put Blob with ``If-None-Match: *``."""
        with self._told(f"{name} cannot be written"):
            try:
                self._container.upload_blob(self._prefix + name, content, overwrite=False)
            except HttpResponseError as error:
                if _code(error) not in _TAKEN:
                    raise
                return self.read(name) == content
        return True

    def read(self, name: str) -> bytes:
        """See `Store`."""
        with self._told(f"{name} cannot be read"):
            try:
                return bytes(self._container.download_blob(self._prefix + name).readall())
            except ResourceNotFoundError as error:
                if _code(error) != "BlobNotFound":
                    raise
                raise FileNotFoundError(name) from error

    def entries(self, folder: str) -> tuple[str, ...]:
        """See `Store`."""
        start = f"{self._prefix}{folder}/"
        with self._told(f"{folder} cannot be listed"):
            found = list(self._container.walk_blobs(name_starts_with=start, delimiter="/"))
        return tuple(sorted(item.name.removeprefix(start).rstrip("/") for item in found))

    def files(self, folder: str) -> tuple[str, ...]:
        """See `Store`."""
        start = f"{self._prefix}{folder}/"
        with self._told(f"{folder} cannot be listed"):
            found = list(self._container.list_blob_names(name_starts_with=start))
        return tuple(sorted(name.removeprefix(self._prefix) for name in found))

    def remove(self, name: str) -> bool:
        """See `Store`."""
        with self._told(f"{name} cannot be removed"):
            try:
                self._container.delete_blob(self._prefix + name)
            except ResourceNotFoundError as error:
                if _code(error) != "BlobNotFound":
                    raise
            except HttpResponseError as error:
                if _code(error) not in _KEPT:
                    raise
                return False
        return True

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except ClientAuthenticationError as error:
            raise UsageError(f"store: {self.place}: no access ({_first(error)}); {_ADVICE}") from error
        except HttpResponseError as error:
            if error.status_code in (400, 401, 403, 404):
                raise UsageError(f"store: {self.place}: {what} ({_first(error)}); {_ADVICE}") from error
            raise StoreError(f"store: {self.place}: {what} ({_first(error)})") from error
        except AzureError as error:
            raise StoreError(f"store: {self.place}: {what} ({_first(error)})") from error


_ADVICE = (
    "check that account and container exist and that the identity has the role Storage Blob Data Contributor"
)


def _code(error: AzureError) -> str:
    """The service's own error code, which the storage client hangs on the error; "" where there is none."""
    return str(getattr(error, "error_code", None) or "")


def _first(error: AzureError) -> str:
    return _code(error) or str(error.message).partition("\n")[0]
