"""`runs`, `status`, `unlock` and `prune`, and a run and a report on a store, as people call them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reportgen.attempt import attempt
from reportgen.deliver import Releaser, parcel, release
from reportgen.deliver.release import delivering
from reportgen.engagement import load
from reportgen.kept import Kept, keep
from reportgen.lease import Lease
from reportgen.register import key
from tests import line
from tests.deliver import parcels
from tests.store import tiny
from tests.store.conftest import azurite, container, settings, store

__all__ = ["azurite", "container", "settings", "store"]

ENGAGEMENT = """\
entity: Contoso
period: {{start: {start}, end: {end}}}
scope: {{}}
credential: managed-identity
store: {store}
{more}
"""


class Place:
    """An engagement file with a store, and the commands on it."""

    def __init__(self, folder: Path, store: str, period: tuple[str, str], more: str) -> None:
        self.out = folder / "out"
        self.file = folder / "engagement.yaml"
        text = ENGAGEMENT.format(store=store, start=period[0], end=period[1], more=more)
        self.file.write_text(text, encoding="utf-8")

    @property
    def kept(self) -> Kept:
        return keep(load(self.file), self.out)

    def __call__(self, command: str, *more: str) -> line.Result:
        return line.command(command, self.file, "--out", self.out, *more)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, "kept", ("2026-10-01", "2026-12-31"), "schedule: weekly")


def back(**by: float) -> datetime:
    return datetime.now(UTC) - timedelta(**by)


def run_of(place: Place, when: datetime) -> str:
    """A run of another day."""
    kept = place.kept
    name = when.strftime("%Y%m%dT%H%M%SZ")
    with attempt(kept, kept.local / name, tiny.setting(clock=lambda: when)) as this:
        tiny.write(kept.local / this.name)
        this.publish(kept.local / this.name, when, {})
    return this.name


def test_runs_are_listed_and_their_chain_is_checked(place: Place, tmp_path: Path) -> None:
    tiny.collect(place.kept)
    tiny.collect(place.kept)
    result = place("runs")
    assert result.code == 0
    assert result.out.endswith("2 runs, 6 entries; the chain is unbroken\n")
    document = json.loads(place("runs", "--json").out)
    assert (document["unbroken"], len(document["runs"]), document["entries"]) == (True, 2, 6)
    assert document["head_sha256"] == place.kept.register.entries()[-1].sha256
    (tmp_path / "kept" / "register" / "000002.json").unlink()
    broken = place("runs")
    assert broken.code == 1
    assert "BROKEN: Entry 2 is missing." in broken.out
    assert json.loads(place("runs", "--json").out)["unbroken"] is False
    (tmp_path / "kept" / "register" / "000003.json").write_text("{", encoding="utf-8")
    damaged = place("runs")
    assert (damaged.code, "BROKEN: Entry 3 is damaged." in damaged.out) == (1, True)


def test_status_without_any_run_is_late(place: Place) -> None:
    result = place("status")
    assert result.code == 3
    assert "LATE: no snapshot has been collected." in result.out


@pytest.mark.parametrize(("old", "allowed", "code"), [
    (timedelta(days=2), (), 0), (timedelta(days=8, hours=1), (), 3),
    (timedelta(days=2), ("--max-age", "1d"), 3),
    (timedelta(days=8, hours=1), ("--max-age", "9d"), 0), (timedelta(hours=35), ("--max-age", "36h"), 0),
])  # fmt: skip
def test_status_is_late_by_age_or_schedule(
    place: Place, old: timedelta, allowed: tuple[str, ...], code: int
) -> None:
    when = datetime.now(UTC) - old
    name = run_of(place, when)
    result = place("status", *allowed)
    assert (result.code, "LATE" in result.out) == (code, code == 3)
    assert f"Last good snapshot: {name}, no gaps" in result.out
    due = (when + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert f"Next due: {due}" in result.out


def test_status_says_who_is_at_work_and_what_failed_last(place: Place) -> None:
    run_of(place, back(days=1))
    Lease(place.kept.store, key(load(place.file))).take("abc123", "vm-9")
    assert place("collect", "--log-format", "json").code == 2
    document = json.loads(place("status", "--json").out)
    assert document["lease"]["run"] == "abc123"
    assert (document["last_run"]["result"], document["last_good"]["result"]) == ("failed", "complete")
    assert document["exit_code"] == 0
    assert "run abc123 on vm-9" in place("status").out


def test_an_age_that_is_none_is_named(place: Place) -> None:
    for text in ("8", "8y", "0d", "-1d"):
        result = place("status", f"--max-age={text}")
        assert (result.code, f"--max-age {text}: expected" in result.err) == (2, True)


def test_unlock_frees_and_is_registered(place: Place) -> None:
    assert place("unlock").out == "The lease is free.\n"
    Lease(place.kept.store, key(load(place.file))).take("abc123", "vm-9")
    result = place("unlock")
    assert (result.code, result.out.startswith("Freed: run abc123 on vm-9 ")) == (0, True)
    assert place.kept.register.entries()[-1].kind == "unlocked"
    tiny.collect(place.kept)
    assert place("runs").code == 0


RULES = """\
retention:
  keep_days: 400
  hold:
    - {start: 2020-03-01, end: 2020-03-31, reason: "Litigation 7"}
"""


def old_store(folder: Path, store: str = "kept") -> tuple[Place, dict[str, str]]:
    """A store with snapshots of every fate, and what prune must say of each."""
    place = Place(folder, store, ("2021-01-01", "2021-03-31"), RULES)
    days = {
        "2020-01-06": "may go",
        "2020-02-03": "kept: pack-2020-02-03-abc rests on it",
        "2020-03-02": "kept: held: Litigation 7",
        "2020-04-06": "may go",
        "2021-02-01": "kept: it lies in the period of review",
    }
    told = {}
    for day, fate in days.items():
        told[run_of(place, datetime.fromisoformat(f"{day}T06:00:00+00:00"))] = fate
    told[run_of(place, back(days=399))] = "kept: younger than 400 days"
    told[run_of(place, back(days=1))] = "kept: it is the newest"
    (place.out / "pack-2020-02-03-abc" / "evidence" / "20200203T060000Z").mkdir(parents=True)
    return place, told


def test_prune_removes_what_nothing_needs_and_only_when_asked(tmp_path: Path, settings: str) -> None:
    place, told = old_store(tmp_path, settings)
    asked = place("prune")
    assert asked.code == 0, asked.err
    assert asked.out.splitlines() == [
        *(f"{name}  {fate}" for name, fate in told.items()),
        "2 of 7 may go; nothing was removed (--remove does)",
    ]
    assert place.kept.snapshots.names() == tuple(told)
    done = place("prune", "--remove")
    assert (done.code, done.out.splitlines()[-1]) == (0, "2 of 7 removed")
    left = tuple(name for name, fate in told.items() if fate != "may go")
    assert place.kept.snapshots.names() == left
    assert place.kept.store.files("snapshots/20200106T060000Z") == ()
    assert place.kept.register.entries()[-1].facts["snapshots"] == ["20200106T060000Z", "20200406T060000Z"]
    assert place("runs").code == 0


def test_prune_reads_packs_that_are_zips_and_trusts_no_damaged_one(tmp_path: Path) -> None:
    place, _ = old_store(tmp_path)
    pack = place.out / "pack-2020-01-06-def"
    (pack / "pack" / "evidence" / "20200106T060000Z").mkdir(parents=True)
    (pack / "pack" / "evidence" / "20200106T060000Z" / "snapshot.json").write_text("{}", encoding="utf-8")
    shutil.make_archive(str(pack), "zip", pack)
    shutil.rmtree(pack)
    assert "20200106T060000Z  kept: pack-2020-01-06-def.zip rests on it" in place("prune").out
    pack.with_suffix(".zip").write_bytes(b"no zip")
    result = place("prune", "--remove")
    assert (result.code, "what it rests on is unknown" in result.err) == (2, True)
    assert len(place.kept.snapshots.names()) == 7


def handed_over(place: Place, folder: Path, snapshot: str, when: datetime, kind: str) -> None:
    """A pack that rests on a snapshot was released, or went to its recipients; nothing of it lies here."""
    taken = folder / "taken" / snapshot
    taken.mkdir(parents=True)
    (taken / "snapshot.json").write_text("{}", encoding="utf-8")
    found = parcel(parcels.pack(folder / f"made-{snapshot}", snapshots=[taken]))
    if kind == "delivering":
        delivering(place.kept, found, when)
    else:
        approving = load(parcels.file(folder / "approving", "release: after_approval\nfolder: handed\n"))
        release(replace(place.kept, engagement=approving), found, Releaser("Kim Holm", "kim"), when)


@pytest.mark.parametrize(("kind", "word"), [("delivering", "handed over"), ("released", "released")])
def test_prune_knows_packs_that_are_gone_from_the_register(
    tmp_path: Path, settings: str, kind: str, word: str
) -> None:
    place, _ = old_store(tmp_path, settings)
    old = datetime(2020, 5, 4, 6, tzinfo=UTC)
    handed_over(place, tmp_path, "20200106T060000Z", old, kind)
    handed_over(place, tmp_path, "20200406T060000Z", back(days=3), kind)
    shutil.rmtree(place.out)  # the disk of the next job is empty
    fates = dict(row.split("  ", 1) for row in place("prune").out.splitlines()[:-1])
    assert fates["20200106T060000Z"] == f"kept: pack 3f9a1c77e2b4, {word} on 2020-05-04, rests on it"
    day = back(days=3).date()
    kept_yet = f"kept: pack 3f9a1c77e2b4, {word} on {day}, rests on it"
    assert fates["20200406T060000Z"] == kept_yet
    assert fates["20200203T060000Z"] == "may go"
    text = place.file.read_text(encoding="utf-8").replace(
        "keep_days: 400", "keep_days: 400\n  keep_packs_days: 4"
    )
    place.file.write_text(text, encoding="utf-8")
    done = place("prune", "--remove")
    assert done.out.splitlines()[-1] == "2 of 7 removed"
    assert "20200106T060000Z  may go" in done.out
    assert f"20200406T060000Z  {kept_yet}" in done.out
    assert "20200106T060000Z" not in place.kept.snapshots.names()


def test_prune_needs_a_rule(place: Place) -> None:
    tiny.collect(place.kept)
    result = place("prune", "--remove")
    assert (result.code, "nothing is removed without a rule" in result.err) == (2, True)
    assert len(place.kept.snapshots.names()) == 1


def test_another_engagement_s_snapshots_are_left_alone(tmp_path: Path) -> None:
    place, _ = old_store(tmp_path)
    place.file.write_text(place.file.read_text("utf-8").replace("Contoso", "Fabrikam"), encoding="utf-8")
    result = place("prune", "--remove")
    assert result.out.splitlines()[-1] == "0 of 7 removed"


# The whole line


@pytest.fixture
def estate(tmp_path: Path, settings: str) -> Path:
    """An estate whose engagement names a store."""
    folder = line.estate(tmp_path / "estate", line.good_files())
    text = f"{line.MIXED_ENGAGEMENT}store: {settings}\nschedule: weekly\n"
    (folder / "engagement.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_quarter_s_runs_stand_in_the_report(
    estate: Path, tmp_path: Path, without_pdf: None, few_controls: None
) -> None:
    """Two weeks, one of them twice and one with a broken estate; then a report from another machine."""

    def run(day: str, estate: Path = estate) -> line.Result:
        own = estate.parent / "estate" / "engagement.yaml"
        return line.command(
            "run", own, "--estate", estate, "--out", tmp_path / "out", "--as-of", f"{day}T06:00:00Z",
            "--log-format", "json",
        )  # fmt: skip

    assert run("2026-10-05").code == 3
    assert run("2026-10-12", tmp_path / "no-such-estate").code == 2
    assert run("2026-10-26").code == 3
    last = run("2026-10-26")
    assert last.code == 3, last.err
    shutil.move(tmp_path / "out", tmp_path / "gone")
    result = line.command("report", estate / "engagement.yaml", "--out", tmp_path / "elsewhere")
    assert result.code == 3, result.err
    listed = json.loads((result.pack / "results" / "runs.json").read_text("utf-8"))
    told = [(one["started_at"][:10], one["result"], one["used"], one["why"]) for one in listed["runs"]]
    assert told == [
        ("2026-10-05", "incomplete", True, ""),
        ("2026-10-12", "failed", False, "failed"),
        ("2026-10-26", "incomplete", True, ""),
        ("2026-10-26", "incomplete", True, ""),
    ]
    assert listed["runs"][-1]["snapshot"] == "20261026T060000Z-2"
    assert listed["missed"] == [["2026-10-08", "2026-10-14"], ["2026-10-15", "2026-10-21"]]
    assert (len(listed["due"]), len(listed["open"])) == (13, 9)
    html = (result.pack / "report.html").read_text("utf-8")
    assert "no estate folder" in html
    assert 'id="runs"' in html
    # The pack of the run itself, made before its end was registered, says the same in the same bytes.
    before = tmp_path / "gone" / result.pack.name
    assert (before / "MANIFEST.sha256").read_bytes() == (result.pack / "MANIFEST.sha256").read_bytes()
    lines = [json.loads(text) for text in last.err.splitlines()]
    ids = {text["run"] for text in lines if "run" in text}
    assert ids == {listed["runs"][-1]["run"]}
    assert lines[-1]["message"].startswith(f"run {ids.pop()} ended with exit code 3")
    # A snapshot that was changed in the store is left out, and that is said.
    there = keep(load(estate / "engagement.yaml"), tmp_path / "third").store
    page = next(name for name in there.files("snapshots/20261005T060000Z") if name.endswith("page-0001.json"))
    there.remove(page)
    there.create(page, b"{}")
    changed = line.command("report", estate / "engagement.yaml", "--out", tmp_path / "third")
    (first, *_) = json.loads((changed.pack / "results" / "runs.json").read_text("utf-8"))["runs"]
    assert (first["used"], first["why"]) == (False, "unfit")
    assert "its files differ from the hash taken" in first["error"]
