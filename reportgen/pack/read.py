"""Read a pack's results back as pandas DataFrames."""

from __future__ import annotations

import json
import lzma
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.errors import UsageError

if TYPE_CHECKING:
    from pandas import DataFrame

DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OSError,
    EOFError,
    RuntimeError,
    ValueError,
)
"""What `zipfile` raises over a file that is no zip, is damaged, or is encrypted."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack's results.

    ``findings`` has one row a control; ``observations`` one row a control and subject, the subject's keys
    as columns ``subject.id``, ``subject.name`` and so on; ``document`` is findings.json as it is.
    """

    document: dict[str, Any]
    findings: DataFrame
    observations: DataFrame


def read_pack(path: str | Path) -> Pack:
    """Read a pack's folder or zip. Raises UsageError where ``path`` is neither."""
    import pandas

    document = json.loads(read_file(Path(path), "results/findings.json"))
    lines = read_file(Path(path), "results/observations.jsonl").splitlines()  # bytes: text has more line ends
    observations = [json.loads(line) for line in lines]
    flat = [
        {**{f"subject.{key}": value for key, value in line.pop("subject").items()}, **line}
        for line in observations
    ]
    return Pack(document, pandas.DataFrame(document["findings"]), pandas.DataFrame(flat))


def read_file(pack: Path, name: str) -> bytes:
    """The bytes of one file of a pack, by its path inside the pack."""
    if name.startswith("/") or ".." in name.split("/"):
        raise UsageError(f"{pack}: names a file that is not in the pack: {name}")
    try:
        if pack.is_file():
            with zipfile.ZipFile(pack) as archive:
                return archive.read(f"{_top(archive)}/{name}")
        return (pack / name).read_bytes()
    except (KeyError, *DAMAGED) as error:
        raise UsageError(f"{pack}: not a pack ({name} cannot be read: {error})") from error


def _top(archive: zipfile.ZipFile) -> str:
    return next((name.partition("/")[0] for name in archive.namelist()), "")
