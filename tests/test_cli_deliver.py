"""`deliver` and `release`, and the delivery at the end of `run`, as people call them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from reportgen.engagement import load
from reportgen.kept import keep
from tests import line
from tests.deliver import parcels
from tests.render import factory

FOLDER = "release: after_approval\nfolder: handed\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return parcels.file(tmp_path, FOLDER)


def called(command: str, pack: Path, file: Path, *more: str) -> line.Result:
    return line.command(command, pack, file, "--out", file.parent / "out", *more)


def test_a_pack_is_held_released_delivered_and_then_left_alone(tmp_path: Path, file: Path) -> None:
    pack = parcels.pack(tmp_path / "out")
    held = called("deliver", pack, file)
    assert (held.code, held.out) == (0, "folder: held: waits for `reportgen release`\n")
    released = called("release", pack, file, "--by", "Kim Holm")
    assert released.code == 0
    assert released.out.startswith("Released: pack 3f9a1c77e2b4 by Kim Holm at ")
    assert called("release", pack, file, "--by", "Ada").out.startswith("Was released already: pack 3f9a1")
    delivered = called("deliver", pack, file)
    assert delivered.out == f"folder: delivered: {tmp_path / 'handed'}\n"
    again = json.loads(called("deliver", pack, file, "--json").out)
    assert [(outcome["channel"], outcome["state"]) for outcome in again] == [("folder", "already")]
    runs = line.command("runs", file, "--out", tmp_path / "out")
    assert (runs.code, runs.out.endswith("0 runs, 2 entries; the chain is unbroken\n")) == (0, True)
    assert "released  pack 3f9a1c77e2b4 by Kim Holm" in runs.out


def test_a_failure_is_exit_code_4(tmp_path: Path, file: Path) -> None:
    pack = parcels.pack(tmp_path / "out")
    called("release", pack, file, "--by", "Kim Holm")
    (tmp_path / "handed").write_text("in the way", encoding="utf-8")
    result = called("deliver", pack, file)
    assert (result.code, result.out) == (4, "")
    assert result.err.startswith("delivery by folder: failed: ")


def test_a_refusal_is_exit_code_4(tmp_path: Path, file: Path) -> None:
    pack = parcels.pack(tmp_path / "out", factory.results(2, hostile=False))
    result = called("deliver", pack, file)
    assert result.code == 4
    assert "its collection mode is demo, not azure" in result.err


def test_a_name_that_steers_a_terminal_is_written_out(tmp_path: Path, file: Path) -> None:
    pack = parcels.pack(tmp_path / "out")
    result = called("release", pack, file, "--by", "Kim\x1b[2J\nHolm")
    assert result.code == 0
    (entry,) = keep(load(file), tmp_path / "out").register.entries()
    assert entry.text("by") == "Kim\\u{001B}[2J Holm"


@pytest.fixture
def estate(mixed_estate: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(mixed_estate, tmp_path / "estate"))


def run_on(estate: Path, deliver: str, *more: str) -> line.Result:
    file = estate / "engagement.yaml"
    text = f"{line.MIXED_ENGAGEMENT}store: ../store\ndeliver: {{release: automatic, {deliver}}}\n"
    file.write_text(text, encoding="utf-8")
    return line.command(
        "run", "--estate", estate, "--out", estate.parent / "out", "--as-of", line.AS_OF, *more
    )


@pytest.mark.usefixtures("without_pdf", "few_controls")
def test_a_run_ends_with_the_delivery(estate: Path) -> None:
    allowed = "folder: ../handed, allow_simulated: true, allow_incomplete: true"
    result = run_on(estate, allowed)
    assert result.code == 3
    assert f"folder: delivered: {estate.parent / 'handed'}" in result.out
    archive = result.pack.with_name(f"{result.pack.name}.zip")
    assert (estate.parent / "handed" / archive.name).read_bytes() == archive.read_bytes()
    (record,) = (estate.parent / "store" / "deliveries").rglob("folder-1.json")
    assert json.loads(record.read_bytes())["archive"] == archive.name


@pytest.mark.usefixtures("without_pdf", "few_controls")
def test_a_delivery_that_fails_counts_after_gaps_and_before_findings(estate: Path) -> None:
    result = run_on(estate, "folder: ../handed")
    assert result.code == 3
    assert "not delivered: its collection mode is estate" in result.err
    never = run_on(estate, "folder: ../handed", "--fail-on", "never")
    assert never.code == 4
    left_out = run_on(estate, "folder: ../handed", "--fail-on", "never", "--no-deliver")
    assert (left_out.code, "delivered" in left_out.err) == (0, False)
    codes = [
        entry.facts["exit_code"]
        for entry in keep(load(estate / "engagement.yaml"), estate.parent / "out").register.entries()
        if entry.kind == "ended"
    ]
    assert codes == [3, 4, 0]


@pytest.mark.usefixtures("without_pdf", "few_controls")
def test_a_run_says_before_it_begins_which_secret_is_not_there(
    estate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UNSET_HERE", raising=False)
    server = "host: 127.0.0.1, sender: a@b.example, username: a, password_env: UNSET_HERE"
    mail = f"to: [a@b.example], smtp: {{{server}}}"
    result = run_on(estate, f"allow_simulated: true, allow_incomplete: true, {mail}", "--fail-on", "never")
    assert result.code == 4
    told = "deliver.smtp.password_env: the environment variable UNSET_HERE is not set"
    first, last = result.err.index(f"warning: delivery by smtp: {told}"), result.err.rindex(told)
    assert first < result.err.index("collected ") < last
