"""What should exist, from elsewhere than the preparer: an export of a CMDB or of billing, as CSV or JSON."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportgen.errors import UsageError

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CLUSTER = re.compile(
    r"/subscriptions/([^/]+)/resourcegroups/[^/]+/providers/microsoft\.containerservice/managedclusters/[^/]+"
)
_COLUMNS = {
    "subscription": ("subscriptionid", "subscription", "subscriptionguid"),
    "name": ("subscriptionname", "displayname"),
    "cluster": ("resourceid", "clusterid", "id"),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """An export as read: subscriptions (lower-cased id to name, "" where it gives none) and cluster ids."""

    subscriptions: Mapping[str, str]
    clusters: tuple[str, ...]
    content: bytes
    rows: int

    @property
    def sha256(self) -> str:
        """Of the file as it was read."""
        return hashlib.sha256(self.content).hexdigest()


def read(path: Path) -> Listed:
    """Read an export; each row names a subscription, an AKS cluster, or both.

    Columns are found by name, whatever their casing and punctuation: ``Subscription ID``,
    ``subscriptionName``, ``resource_id``. Raises UsageError with file, line and what was expected.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: scope.expected_from.file cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text (byte {error.start})") from error
    subscriptions: dict[str, str] = {}
    clusters: dict[str, str] = {}
    rows = list(_rows(path, text))
    if not rows:
        raise UsageError(f"{path}: holds no row; an empty export would expect nothing")
    for line, row in rows:
        where = f"{path}:{line}"
        subscription, cluster = _cell(row, "subscription").lower(), _cell(row, "cluster")
        found = _CLUSTER.fullmatch(cluster.lower().rstrip("/"))
        if found:
            clusters.setdefault(cluster.lower().rstrip("/"), cluster.rstrip("/"))
            subscription = subscription or found[1]
        if not _GUID.fullmatch(subscription):
            raise UsageError(
                f"{where}: expected a subscription id (a GUID) or the id of an AKS cluster, "
                f"found {(subscription or cluster)!r}"
            )
        subscriptions[subscription] = subscriptions.get(subscription) or _cell(row, "name")
    return Listed(subscriptions, tuple(clusters[key] for key in sorted(clusters)), content, len(rows))


def _cell(row: Mapping[str, Any], meaning: str) -> str:
    named = {re.sub(r"[^a-z]", "", str(key).lower()): value for key, value in row.items()}
    return next((str(named[name]).strip() for name in _COLUMNS[meaning] if named.get(name)), "")


def _rows(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Line (of CSV; the entry's number in JSON) and columns of each row."""
    if path.suffix.lower() != ".json":
        reader = csv.DictReader(io.StringIO(text))
        for row in reader:
            cells = {key: value for key, value in row.items() if key}
            if any(cells.values()):
                yield reader.line_num, cells
        return
    try:
        entries = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"{path}:{error.lineno}: not valid JSON: {error.msg}") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError(f"{path}: expected a list of objects")
    yield from enumerate(entries, start=1)
