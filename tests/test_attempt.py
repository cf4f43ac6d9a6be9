"""A run leaves its mark, whatever becomes of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import typer

from reportgen.attempt import attempt
from reportgen.errors import IncompleteError, UsageError
from reportgen.kept import Kept, keep
from reportgen.lease import Lease
from reportgen.model import RegisteredRun
from reportgen.register import key
from reportgen.run import snapshot_folder
from reportgen.runs import fold
from reportgen.snapshot import Reader
from reportgen.store import StoreError
from tests.store import tiny
from tests.store.conftest import engagement


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return keep(engagement(str(tmp_path / "store")), tmp_path / "out")


def runs(kept: Kept) -> list[RegisteredRun]:
    return list(fold(keep(kept.engagement, kept.local.parent).register.entries()))


def begun(kept: Kept, **changes: Any) -> Any:
    wanted = snapshot_folder(kept.local.parent, tiny.now())
    return attempt(kept, wanted, tiny.setting(**changes))


def test_a_run_that_went_well(kept: Kept) -> None:
    this = tiny.collect(kept, tiny.setting("run", host="vm-1", job="GITHUB_RUN_ID=7"))
    (run,) = runs(kept)
    assert (run.result, run.command, run.host, run.job) == ("complete", "run", "vm-1", "GITHUB_RUN_ID=7")
    assert (run.snapshot, run.run) == (this.name, this.run)
    assert kept.snapshots.names() == (this.name,)
    assert Reader(kept.newest()).header.root_sha256 == run.root_sha256
    assert [entry.kind for entry in kept.register.entries()] == ["started", "collected", "ended"]


@pytest.mark.parametrize(("error", "code", "told"), [
    (IncompleteError("no list of subscriptions\nmore"), 3, "IncompleteError: no list of subscriptions"),
    (UsageError("wrong"), 2, "UsageError: wrong"),
    (ZeroDivisionError("x" * 900), 5, "ZeroDivisionError: " + "x" * 300),
    (KeyboardInterrupt(), 130, "KeyboardInterrupt: "),
    (typer.Exit(3), 3, "exit code 3"),
], ids=["incomplete", "usage", "internal", "interrupted", "the command's own"])  # fmt: skip
def test_a_run_that_failed_says_why(kept: Kept, error: BaseException, code: int, told: str) -> None:
    with pytest.raises(type(error)), begun(kept):
        raise error
    (run,) = runs(kept)
    assert (run.result, run.error, run.snapshot) == ("failed", told, "")
    assert kept.register.entries()[-1].facts["exit_code"] == code
    assert Lease(kept.store, key(kept.engagement)).holder() is None


def test_a_second_run_is_refused_by_name_and_that_is_registered(kept: Kept) -> None:
    other = Lease(kept.store, key(kept.engagement))
    other.take("abc123", "vm-9")
    with pytest.raises(UsageError, match=r"run abc123 on vm-9 .* since 20.* is at work") as raised:
        tiny.collect(kept)
    assert raised.value.exit_code == 2
    (run,) = runs(kept)
    assert run.error.startswith("UsageError: run abc123 on vm-9")


def test_a_lease_that_was_left_behind_is_taken_over_and_that_is_registered(kept: Kept) -> None:
    body = {"run": "dead01", "host": "vm-9", "pid": 1, "since": "2020-01-01T00:00:00Z"}
    kept.store.create(f"lease/{key(kept.engagement)}/000001.json", json.dumps(body).encode())
    told: list[str] = []
    tiny.collect(kept, tiny.setting(tell=told.append))
    (run,) = runs(kept)
    assert (run.result, run.took_over) == ("complete", "dead01")
    assert any("took the lease over from run dead01 on vm-9" in text for text in told)


def test_a_name_that_is_taken_is_not_taken_again(kept: Kept) -> None:
    wanted = snapshot_folder(kept.local.parent, tiny.now())
    names = []
    for _ in range(3):
        with attempt(kept, wanted, tiny.setting()) as this:
            tiny.write(kept.local / this.name)
            this.publish(kept.local / this.name, tiny.now(), {})
            names.append(this.name)
    assert names == [wanted.name, f"{wanted.name}-2", f"{wanted.name}-3"]
    with attempt(kept, wanted, tiny.setting(), resumed=True) as this:
        assert this.name == wanted.name


def test_a_killed_run_has_no_end(kept: Kept) -> None:
    kept.register.append("started", "2026-10-05T06:00:00Z", "dead", lambda _: {"engagement": "x"})
    (run,) = runs(kept)
    assert (run.result, run.ended_at) == ("no-end", "")


def test_what_could_not_be_stored_is_stored_by_the_next_run(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:

        def down(*_: object) -> None:
            raise StoreError("store: down")

        patch.setattr("reportgen.store.snapshots.Snapshots.publish", down)
        with pytest.raises(StoreError):
            tiny.collect(kept)
    assert [run.result for run in runs(kept)] == ["failed"]
    later = tiny.collect(kept)
    first, second = runs(kept)
    assert (first.result, second.result) == ("complete", "complete")
    assert kept.snapshots.names() == (first.snapshot, later.name)
    kept.snapshots.fetch(first.snapshot, first.root_sha256)


def test_what_was_changed_in_the_store_is_not_read(kept: Kept) -> None:
    this = tiny.collect(kept)
    shutil.rmtree(kept.local)
    (page,) = (kept.local.parent.parent / "store").rglob("page-0001.json")
    page.write_bytes(page.read_bytes().replace(b"value", b"other"))
    with pytest.raises(UsageError, match="differ from the hash taken when collection ended"):
        kept.snapshots.fetch(this.name)


def test_a_snapshot_whose_hash_is_another_than_the_register_s_is_not_read(kept: Kept) -> None:
    this = tiny.collect(kept)
    with pytest.raises(UsageError):
        kept.snapshots.fetch(this.name, "0" * 64)


def test_a_snapshot_without_its_header_is_none(kept: Kept) -> None:
    this = tiny.collect(kept)
    shutil.rmtree(kept.local)
    (kept.local.parent.parent / "store" / "snapshots" / this.name / "snapshot.json").unlink()
    assert kept.snapshots.names() == ()
    with pytest.raises(UsageError, match="holds no finished snapshot"):
        kept.newest()


def test_another_engagement_s_snapshot_is_not_the_newest(kept: Kept) -> None:
    other = keep(engagement(kept.store.place, "Fabrikam"), kept.local.parent)
    ours = tiny.collect(kept)
    tiny.collect(other)
    assert kept.newest().name == ours.name


def test_signs_of_life_are_told(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    class Often:
        def total_seconds(self) -> float:
            return 0.0

    monkeypatch.setattr("reportgen.attempt.HEARTBEAT", Often())
    told: list[str] = []
    with begun(kept, tell=told.append) as this:
        while not any("is alive" in text for text in told):
            pass
    assert f"run {this.run} is alive after 0 min" in told
    assert told[-1] == f"run {this.run} ended with exit code 0"
