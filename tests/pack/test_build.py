"""The pack as built: folder and zip equal, bytes that repeat, a manifest that standard tools check."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen.model import CollectionMode, PackFacts
from reportgen.pack import build, verify
from reportgen.snapshot import Reader, tree_sha256
from tests.conftest import Run
from tests.render import factory


def facts(mode: CollectionMode = CollectionMode.DEMO) -> PackFacts:
    return factory.results(1, mode).facts


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    folder = tmp_path / "snapshot"
    (folder / "arm.x" / "s").mkdir(parents=True)
    (folder / "arm.x" / "s" / "page-0001.json").write_text('{"a": "ø"}', encoding="utf-8")
    return folder


def fill(folder: Path) -> tuple[str, ...]:
    (folder / "results").mkdir()
    (folder / "results" / "findings.json").write_text("{}", encoding="utf-8")
    return ()


def test_a_pack_has_what_the_contract_names(mixed_run: Run) -> None:
    names = {
        path.relative_to(mixed_run.pack).as_posix() for path in mixed_run.pack.rglob("*") if path.is_file()
    }
    expected = {
        "README.txt", "report.html", "workbook.xlsx", "summary.md", "MANIFEST.sha256", "manifest.json",
        "results/findings.json", "results/observations.jsonl", "results/csv/api-server-private.csv",
    }  # fmt: skip
    assert expected <= names
    assert {name.split("/")[0] for name in names} == {
        "README.txt", "report.html", "workbook.xlsx", "summary.md", "MANIFEST.sha256", "manifest.json",
        "results", "evidence",
    }  # fmt: skip


def test_the_pack_is_named_by_its_time_and_id(mixed_run: Run) -> None:
    document = json.loads((mixed_run.pack / "results" / "findings.json").read_bytes())
    assert mixed_run.pack.name == f"pack-2026-11-15-{document['pack']['pack_id']}"
    assert mixed_run.zip.is_file()


def test_the_evidence_is_the_snapshot_byte_for_byte(mixed_run: Run) -> None:
    copy = mixed_run.pack / "evidence" / mixed_run.snapshot.name
    assert tree_sha256(copy) == tree_sha256(mixed_run.snapshot)
    assert Reader(copy).intact()


def test_the_zip_is_the_folder(mixed_run: Run) -> None:
    with zipfile.ZipFile(mixed_run.zip) as archive:
        packed = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
        assert {name.partition("/")[0] for name in archive.namelist()} == {mixed_run.pack.name}
    lying = {
        path.relative_to(mixed_run.pack).as_posix(): path.read_bytes()
        for path in mixed_run.pack.rglob("*")
        if path.is_file()
    }
    assert packed == lying


def test_times_modes_and_order_in_the_zip_are_fixed(mixed_run: Run) -> None:
    with zipfile.ZipFile(mixed_run.zip) as archive:
        infos = archive.infolist()
    assert [info.filename for info in infos] == sorted(info.filename for info in infos)
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert {info.external_attr >> 16 for info in infos} == {0o100644}
    assert {info.create_system for info in infos} == {3}
    assert not any(info.extra or info.comment for info in infos)


def test_paths_are_short_and_portable(mixed_run: Run) -> None:
    with zipfile.ZipFile(mixed_run.zip) as archive:
        names = archive.namelist()
    assert max(map(len, names)) < 180
    assert set("".join(names)) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/")
    assert len({name.lower() for name in names}) == len(names)


def test_standard_tools_check_the_manifest(own_pack: Path) -> None:
    check = ["sha256sum", "--check", "--strict", "--quiet", "MANIFEST.sha256"]
    intact = subprocess.run(check, cwd=own_pack, capture_output=True, text=True, check=False)
    assert (intact.returncode, intact.stdout, intact.stderr) == (0, "", "")
    (own_pack / "README.txt").write_text("other", encoding="utf-8")
    changed = subprocess.run(check, cwd=own_pack, capture_output=True, text=True, check=False)
    assert changed.returncode == 1
    assert "README.txt: FAILED" in changed.stdout


def test_the_manifest_names_every_file_but_itself(mixed_run: Run) -> None:
    lines = (mixed_run.pack / "MANIFEST.sha256").read_text(encoding="utf-8").splitlines()
    names = [line.split("  ", 1)[1] for line in lines]
    assert names == sorted(names)
    lying = {
        path.relative_to(mixed_run.pack).as_posix() for path in mixed_run.pack.rglob("*") if path.is_file()
    }
    assert set(names) == lying - {"MANIFEST.sha256"}


def test_the_json_manifest_says_the_same(mixed_run: Run) -> None:
    manifest = json.loads((mixed_run.pack / "manifest.json").read_bytes())
    assert manifest["collection_mode"] == "estate"
    assert manifest["pack_id"] == mixed_run.pack.name[-12:]
    stated = {entry["path"]: entry for entry in manifest["files"]}
    for line in (mixed_run.pack / "MANIFEST.sha256").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ", 1)
        if name != "manifest.json":
            assert stated.pop(name)["sha256"] == digest
    assert not stated


@pytest.mark.parametrize(("mode", "nature"), [
    (CollectionMode.AZURE, "The evidence was collected from Azure."),
    (CollectionMode.ESTATE, "ESTATE FOLDER: the evidence was NOT collected from Azure."),
    (CollectionMode.DEMO, "SAMPLE ESTATE: the evidence was NOT collected from Azure."),
])  # fmt: skip
def test_the_readme_says_what_the_evidence_is(
    tmp_path: Path, snapshot: Path, mode: CollectionMode, nature: str
) -> None:
    pack = build(tmp_path / "out", facts(mode), [snapshot], fill)
    assert nature in (pack / "README.txt").read_text(encoding="utf-8").splitlines()
    assert verify(pack).collection_mode == mode


def test_notes_stand_in_the_readme(tmp_path: Path, snapshot: Path) -> None:
    pack = build(
        tmp_path / "out", facts(), [snapshot], lambda folder: (*fill(folder), "report.pdf was not made.")
    )
    readme = (pack / "README.txt").read_text(encoding="utf-8")
    assert "\nNOTE: report.pdf was not made.\n" in readme


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_a_renderer_that_fails_leaves_no_half_pack(
    tmp_path: Path, snapshot: Path, error: type[BaseException]
) -> None:
    def fail(folder: Path) -> tuple[str, ...]:
        fill(folder)
        raise error

    with pytest.raises(error):
        build(tmp_path / "out", facts(), [snapshot], fail)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_failure_leaves_the_pack_before_it_as_it_was(tmp_path: Path, snapshot: Path) -> None:
    pack = build(tmp_path / "out", facts(), [snapshot], fill)
    before = tree_sha256(tmp_path / "out")

    def fail(folder: Path) -> tuple[str, ...]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        build(tmp_path / "out", facts(), [snapshot], fail)
    assert tree_sha256(tmp_path / "out") == before
    assert verify(pack).intact


def test_a_pack_made_again_replaces_the_one_before(tmp_path: Path, snapshot: Path) -> None:
    pack = build(tmp_path / "out", facts(), [snapshot], fill)
    (pack / "left-over").touch()
    again = build(tmp_path / "out", facts(), [snapshot], fill)
    assert again == pack
    assert verify(again).intact
    assert sorted(path.name for path in again.parent.iterdir()) == [pack.name, f"{pack.name}.zip"]


def with_mask(mask: int, work: Callable[[], Path]) -> Path:
    before = os.umask(mask)
    try:
        return work()
    finally:
        os.umask(before)


def test_the_zip_does_not_depend_on_who_made_it(tmp_path: Path, snapshot: Path) -> None:
    zips = []
    for name, mask in (("one", 0o022), ("two", 0o077)):
        pack = with_mask(mask, lambda name=name: build(tmp_path / name, facts(), [snapshot], fill))  # type: ignore[misc]
        zips.append(hashlib.sha256(pack.with_name(f"{pack.name}.zip").read_bytes()).hexdigest())
    assert zips[0] == zips[1]
