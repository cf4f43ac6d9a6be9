"""A store in a folder of a disk or a share."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from pathlib import Path

from reportgen.errors import UsageError
from reportgen.store.interface import StoreError

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
"""What file systems without hard links answer, among them shares by SMB."""


class FolderStore:
    """See `Store`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def place(self) -> str:
        """See `Store`."""
        return str(self.root)

    def create(self, name: str, content: bytes) -> bool:
        """See `Store`. A link of a finished file is there whole or not, and fails where the name is taken."""
        path = self.root / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                _link(Path(file.name), path)
        except FileExistsError:
            return path.is_file() and path.read_bytes() == content
        except OSError as error:
            raise _failed(path, "written", error) from error
        return True

    def read(self, name: str) -> bytes:
        """See `Store`."""
        try:
            return (self.root / name).read_bytes()
        except FileNotFoundError:
            raise
        except OSError as error:
            raise _failed(self.root / name, "read", error) from error

    def entries(self, folder: str) -> tuple[str, ...]:
        """See `Store`."""
        found = self.root / folder
        if not found.is_dir():
            return ()
        return tuple(sorted(path.name for path in found.iterdir() if not path.name.startswith(".")))

    def files(self, folder: str) -> tuple[str, ...]:
        """See `Store`."""
        found = (path for path in (self.root / folder).rglob("*") if path.is_file())
        return tuple(sorted(path.relative_to(self.root).as_posix() for path in found))

    def remove(self, name: str) -> bool:
        """See `Store`. A folder that is empty then goes with its last file."""
        path = self.root / name
        try:
            path.unlink(missing_ok=True)
        except PermissionError:
            return False
        except OSError as error:
            raise _failed(path, "removed", error) from error
        for above in path.parents:
            if above == self.root:
                break
            try:
                above.rmdir()
            except OSError:  # it holds something else, or another thread was faster
                break
        return True


def _link(finished: Path, path: Path) -> None:
    try:
        path.hardlink_to(finished)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        with finished.open("rb") as source, path.open("xb") as target:
            shutil.copyfileobj(source, target)


def _failed(path: Path, done: str, error: OSError) -> UsageError | StoreError:
    if isinstance(error, PermissionError):
        return UsageError(
            f"store: {path}: cannot be {done} ({error.strerror}); check the folder's permissions"
        )
    return StoreError(f"store: {path}: cannot be {done} ({error.strerror})")
