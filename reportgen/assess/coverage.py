"""What becomes of each check that any peer makes: a control, or a disposition with its reason."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from reportgen.assess.data_sources import unread
from reportgen.assess.yaml_file import parse, usage_error
from reportgen.model import Control

PEERS = {
    "prowler": "Prowler",
    "azqr": "azqr",
    "psrule": "PSRule",
    "azure_policy": "Azure Policy",
    "steampipe": "Steampipe",
    "checkov": "Checkov",
    "kube_bench_cis_id": "kube-bench",
    "kubescape": "kubescape",
    "trivy": "Trivy",
    "review_checklist": "review checklist",
    "aprl": "APRL",
    "other_peers": "others",
}
"""Columns of checks.csv, in which stands what a peer calls the check, and the peers' names."""

_NO_PEER = "[GAP] "
"""How a row's concept begins in checks.csv where none of the peers has the check."""


@dataclass(frozen=True, slots=True)
class PeerCheck:
    """One row: what is checked, in which data, and by which peers (their names) under which name."""

    id: str
    area: str
    concept: str
    data_source: str
    peers: Mapping[str, str]


class Disposition(BaseModel):
    """What becomes of a row that no control covers, or none covers whole."""

    model_config = ConfigDict(extra="forbid", strict=True)
    disposition: Literal["external", "attestation", "inherited", "choice", "report", "left-out"]
    reason: str = Field(min_length=20)


@dataclass(frozen=True, slots=True)
class Coverage:
    """One row with the controls that cover it, and its disposition where none does by itself."""

    check: PeerCheck
    controls: tuple[str, ...]
    disposition: Disposition | None

    @property
    def word(self) -> str:
        """Automated where a control covers it, else the disposition; "" where there is neither."""
        if self.controls and self.disposition is None:
            return "automated"
        return self.disposition.disposition if self.disposition else ""


def checks(folder: Path) -> tuple[PeerCheck, ...]:
    """The rows of ``peers/checks.csv``, in its order."""
    with (folder / "peers" / "checks.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            PeerCheck(
                row["id"],
                row["area"],
                row["concept"].removeprefix(_NO_PEER),
                row["data_source"],
                {name: row[column] for column, name in PEERS.items() if row[column]},
            )
            for row in csv.DictReader(file)
        )


def dispositions(folder: Path) -> dict[str, Disposition]:
    """``peers/dispositions.yaml`` by row. Raises UsageError with file, line and key."""
    path = folder / "peers" / "dispositions.yaml"
    node, raw = parse(path.read_bytes(), f"{folder.name}/peers/{path.name}")
    try:
        return TypeAdapter(dict[str, Disposition]).validate_python(raw)
    except ValidationError as error:
        problems = [(item["loc"], item["msg"]) for item in error.errors()]
        raise usage_error(f"{folder.name}/peers/{path.name}", node, problems) from error


def coverage(folder: Path, controls: Iterable[Control]) -> tuple[Coverage, ...]:
    """Every row with what becomes of it."""
    by_row: dict[str, list[str]] = {}
    for control in controls:
        for row in control.covers:
            by_row.setdefault(row, []).append(control.id)
    told = dispositions(folder)
    return tuple(
        Coverage(check, tuple(sorted(by_row.get(check.id, ()))), told.get(check.id))
        for check in checks(folder)
    )


def problems(folder: Path, controls: tuple[Control, ...]) -> list[str]:
    """Rows without a disposition, rows with two, rows that do not exist, and controls that look elsewhere."""
    rows = coverage(folder, controls)
    known = {row.check.id: row.check for row in rows}
    told = [f"{row.check.id}: no control covers it and it has no disposition" for row in rows if not row.word]
    told += [
        f"{control.path}: {control.id}: covers {row}, which is no row of peers/checks.csv"
        for control in controls
        for row in control.covers
        if row not in known
    ]
    told += [
        f"{control.path}: {control.id}: covers {row} and reads nothing of its data, which is "
        f"“{known[row].data_source}”; MADE_OF in assess/data_sources.py says what derived values are made of"
        for control in controls
        for row in control.covers
        if row in known and unread(control, known[row].data_source)
    ]
    told += [
        f"{row.check.id}: left-out, and yet covered by {', '.join(row.controls)}"
        for row in rows
        if row.controls and row.disposition and row.disposition.disposition == "left-out"
    ]
    told += [
        f"{row}: has a disposition and is no row"
        for row in sorted(dispositions(folder).keys() - known.keys())
    ]
    return told
