"""Read a pack's results back as pandas DataFrames, and any of its files as bytes."""

from __future__ import annotations

import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.errors import UsageError
from reportgen.model import Json

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

_SUBJECT = ("id", "kind", "name", "cluster", "cluster_id", "subscription")
FINDINGS: Mapping[str, str] = {
    **dict.fromkeys(("control", "title", "area", "severity", "status"), "string"),
    **dict.fromkeys(
        ("population", "satisfied", "exceptions", "not_assessed", "not_applicable", "waived"), "int64"
    ),
    **dict.fromkeys(("unlisted_clusters", "unlisted_subscriptions"), "int64"),
    "population_sha256": "string",
    **dict.fromkeys(("check", "when", "assessable"), "string"),
    "parameters": "object",
    "needs": "object",
}
"""Columns of `Pack.findings` and their types; there may be more behind them."""
OBSERVATIONS: Mapping[str, str] = {
    "control": "string",
    **{f"subject.{key}": "string" for key in _SUBJECT},
    **dict.fromkeys(("status", "cause", "reason", "waiver"), "string"),
    "observed": "object",
    "evidence": "object",
}
"""Columns of `Pack.observations`; ``cause`` and ``waiver`` are missing where there is none."""
GAPS: Mapping[str, str] = dict.fromkeys(("source", "scope", "scope_name", "reason", "detail"), "string")
"""Columns of `Pack.gaps`."""
ACCESS: Mapping[str, str] = {
    **dict.fromkeys(
        ("cluster", "subscription", "principal", "name", "right", "place", "by", "through", "scope"), "string"
    ),
    **dict.fromkeys(("eligible", "conditional", "system"), "boolean"),
    **dict.fromkeys(("not_read", "subscription_id", "cluster_id"), "string"),
}
"""Columns of `Pack.access`; a row with ``not_read`` says what is missing and has no right."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack's results.

    ``findings`` has one row a control, ``observations`` one a control and subject, ``gaps`` one for each
    thing in scope that could not be read, ``access`` one a cluster, principal and right. The columns and
    their types are `FINDINGS`, `OBSERVATIONS`, `GAPS` and `ACCESS`; missing values are pandas' own. What is
    of type ``object`` holds JSON values: ``observed`` and ``parameters`` dicts, ``evidence`` and ``needs``
    lists. ``document`` is findings.json as it is.
    """

    document: dict[str, Any]
    findings: DataFrame
    observations: DataFrame
    gaps: DataFrame
    access: DataFrame


def read_pack(path: str | Path) -> Pack:
    """Read a pack's folder or zip. Raises UsageError where ``path`` is neither, or of another version."""
    pack = Path(path)
    document = _json(pack, "results/findings.json", read_file(pack, "results/findings.json"))
    if not isinstance(document, dict) or document.get("schema_version") != "1":
        raise UsageError(f"{pack}: not a pack that this version reads (results/findings.json is of another)")
    try:
        return pack_of(
            document,
            _lines(pack, "results/observations.jsonl"),
            _lines(pack, "results/access.jsonl"),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UsageError(f"{pack}: not a pack (its results lack something: {error})") from error


def pack_of(
    document: dict[str, Any], observations: Iterable[dict[str, Json]], access: Iterable[dict[str, Json]]
) -> Pack:
    """The frames of results as they stand in the files of a pack."""
    flat = [
        {**{f"subject.{key}": value for key, value in line["subject"].items()}, **line}
        for line in observations
    ]
    return Pack(
        document,
        _frame(document["findings"], FINDINGS),
        _frame(flat, OBSERVATIONS).drop(columns="subject", errors="ignore"),
        _frame(document["gaps"], GAPS),
        _frame(access, ACCESS),
    )


def _frame(rows: Iterable[dict[str, Json]], columns: Mapping[str, str]) -> DataFrame:
    """The documented columns first, each of its type; what else the rows have stands behind them."""
    import pandas

    listed = list(rows)
    others = sorted({key for row in listed for key in row} - columns.keys())
    return pandas.DataFrame(
        {
            **{
                name: pandas.Series([row[name] for row in listed], dtype=kind)
                for name, kind in columns.items()
            },
            **{name: pandas.Series([row.get(name) for row in listed], dtype="object") for name in others},
        }
    )


def _lines(pack: Path, name: str) -> list[dict[str, Json]]:
    # As bytes, since text has more line ends than JSON lines have.
    return [_json(pack, name, line) for line in read_file(pack, name).splitlines()]


def _json(pack: Path, name: str, text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise UsageError(f"{pack}: not a pack ({name} is no JSON: {error})") from error


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
