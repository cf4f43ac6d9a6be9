"""Build the pack: the folder, its manifest, and the same as a zip with fixed times and modes."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from reportgen.model import CollectionMode, PackFacts
from reportgen.snapshot import canonical_json

MANIFEST = "MANIFEST.sha256"
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


def build(
    out: Path, facts: PackFacts, snapshots: Sequence[Path], fill: Callable[[Path], tuple[str, ...]]
) -> Path:
    """Build ``out/<name>/`` and ``out/<name>.zip`` and return the folder.

    ``fill`` writes reports and results into the folder it is given and returns notes for README.txt.
    Everything is made beside its place and moved there when complete, so a failed run leaves no half pack.
    """
    name = f"pack-{facts.as_of[:10]}-{facts.pack_id}"
    folder, working = out / name, out / f".{name}.part"
    shutil.rmtree(working, ignore_errors=True)
    working.mkdir(parents=True)
    try:
        for snapshot in snapshots:
            shutil.copytree(snapshot, working / "evidence" / snapshot.name)
        notes = fill(working)
        (working / "README.txt").write_text(_readme(facts, notes), encoding="utf-8")
        _write_manifests(working, facts)
        _zip(working, out / f".{name}.zip.part", name)
    except BaseException:
        shutil.rmtree(working, ignore_errors=True)
        (out / f".{name}.zip.part").unlink(missing_ok=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
    working.rename(folder)
    (out / f".{name}.zip.part").replace(out / f"{name}.zip")
    return folder


def _files(folder: Path) -> list[tuple[str, Path]]:
    return sorted((path.relative_to(folder).as_posix(), path) for path in folder.rglob("*") if path.is_file())


def _write_manifests(folder: Path, facts: PackFacts) -> None:
    entries = [
        {"path": name, "sha256": _sha256(path), "bytes": path.stat().st_size} for name, path in _files(folder)
    ]
    manifest = {
        "schema_version": "1",
        "pack_id": facts.pack_id,
        "collection_mode": facts.collection_mode.value,
        "tool_version": facts.tool_version,
        "files": entries,
    }
    (folder / "manifest.json").write_bytes(canonical_json(manifest))
    lines = [f"{_sha256(path)}  {name}\n" for name, path in _files(folder)]
    (folder / MANIFEST).write_text("".join(lines), encoding="utf-8", newline="\n")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _zip(folder: Path, target: Path, prefix: str) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, path in _files(folder):
            info = zipfile.ZipInfo(f"{prefix}/{name}", _ZIP_TIME)
            info.create_system = _UNIX
            info.external_attr = 0o100644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            info.file_size = path.stat().st_size  # decides on the format of the entry's header
            with path.open("rb") as source, archive.open(info, "w") as packed:
                shutil.copyfileobj(source, packed)


_NATURE = {
    CollectionMode.AZURE: "The evidence was collected from Azure.",
    CollectionMode.KUBECONFIG: "ONE CLUSTER BY KUBECONFIG: the evidence was NOT collected from Azure.",
    CollectionMode.ESTATE: "ESTATE FOLDER: the evidence was NOT collected from Azure.",
    CollectionMode.DEMO: "SAMPLE ESTATE: the evidence was NOT collected from Azure.",
}


def _readme(facts: PackFacts, notes: tuple[str, ...]) -> str:
    noted = "".join(f"\nNOTE: {note}\n" for note in notes)
    return f"""Evidence pack {facts.pack_id}
{facts.entity}, period of review {facts.period_start} to {facts.period_end}, as of {facts.as_of}
{_NATURE[facts.collection_mode]}
{noted}
What is here
  report.pdf                  the report to read; summary.pdf a few pages of it, to mail
  report.html                 the same report for a browser, with every table in full; needs no network
  workbook.xlsx               findings, exceptions, populations, gaps, access and provenance to filter
  summary.md                  the summary for a ticket
  results/findings.json       the result of each control, the scope and the gaps
  results/observations.jsonl  one line for each control and subject
  results/access.jsonl        who may do what in each cluster, one line for each right; first what
                              could not be read
  results/period.json         each control and exception at every collection point of the period,
                              clusters that came and went, recorded changes
  results/runs.json           every run in the period and what came of it, where a register was kept
  results/schemas/            JSON Schemas of these five, with their versions
  results/csv/                the whole population of each control, as tables; over all of them
                              controls.csv, exceptions.csv, gaps.csv and access-listing.csv
  results/oscal-assessment-results.json, results/oscal-assessment-plan.json
                              the same for tools that read OSCAL 1.2.1
  evidence/{facts.snapshot}/
                              the answers the results rest on, page by page; beside each page its
                              provenance: query or URL, identity, times, request ids, hashes
  MANIFEST.sha256             the SHA-256 of every file; manifest.json says the same as JSON

How to verify
  With nothing but standard tools, in this folder:   sha256sum -c MANIFEST.sha256
  With reportgen (finds added files too):            reportgen verify .

How to test some items by hand
  The population of a control, numbered and hashed:  reportgen population . --control <id>
  A sheet for each item of a sample:                 reportgen sample . --control <id> --n 25
  The report's annex on sampling says how to do both with standard tools.

How to trace a result
  Each line of observations.jsonl names its evidence as <file>#<JSON pointer>: open the file and
  follow the pointer to the value that was judged. stored_sha256 in the provenance is the hash of
  that file; wire_sha256 is the collector's statement of the hash of the bytes as received, before
  values that could be secrets were blanked.

What this is not
  This is evidence prepared by management with a tool. It states no auditor's opinion.
"""
