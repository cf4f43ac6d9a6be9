"""The register: appended to by anybody, changed by nobody without a trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.register import Register
from reportgen.store import FolderStore, StoreError


@pytest.fixture
def kept(tmp_path: Path) -> Register:
    """A register of five entries in ``tmp_path``."""
    register = Register(FolderStore(tmp_path))
    for number in range(5):
        register.append(
            "started", f"2026-10-0{number + 1}T06:00:00Z", f"run{number}", lambda _: {"host": "h"}
        )
    return register


def again(folder: Path) -> Register:
    return Register(FolderStore(folder))


def test_entries_follow_from_one_another(kept: Register, tmp_path: Path) -> None:
    entries = again(tmp_path).entries()
    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.previous for entry in entries] == ["", *(entry.sha256 for entry in entries[:-1])]
    assert entries[2].text("host") == "h"
    assert again(tmp_path).problems() == ()
    assert entries == kept.entries()


def test_two_that_know_the_same_get_numbers_one_after_the_other(kept: Register, tmp_path: Path) -> None:
    other = again(tmp_path)
    other.entries()
    asked: list[int] = []
    first = kept.append("ended", "2026-10-06T06:00:00Z", "a")

    def facts(before: tuple[object, ...]) -> dict[str, int]:
        asked.append(len(before))
        return {}

    second = other.append("ended", "2026-10-06T06:00:00Z", "b", facts)
    assert (first.number, second.number, second.previous) == (6, 7, first.sha256)
    assert asked == [6]
    assert again(tmp_path).problems() == ()


def test_one_that_is_overtaken_while_it_writes_is_asked_again(kept: Register, tmp_path: Path) -> None:
    asked: list[int] = []

    def facts(before: tuple[object, ...]) -> dict[str, int]:
        if not asked:
            again(tmp_path).append("started", "2026-10-06T06:00:00Z", "faster")
        asked.append(len(before))
        return {"before": len(before)}

    entry = kept.append("started", "2026-10-06T06:00:00Z", "slower", facts)
    assert (asked, entry.number, entry.facts["before"]) == ([5, 6], 7, 6)
    assert again(tmp_path).problems() == ()


def spoil(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)


@pytest.mark.parametrize(("name", "change", "problem"), [
    ("000003.json", lambda was: None, ("Entry 3 is missing.",)),
    ("000001.json", lambda was: None, ("Entry 1 is missing.",)),
    ("000003.json", lambda was: was.replace(b'"h"', b'"g"'),
     ("Entry 4 does not follow from entry 3 as that now is.",)),
    ("000002.json", lambda was: b"{",
     ("Entry 2 is damaged.", "Entry 3 does not follow from entry 2 as that now is.")),
    ("000005.json", lambda was: was.replace(b'"number": 5', b'"number": 4'), ("Entry 5 is damaged.",)),
    ("note.txt", lambda was: b"hello", ("note.txt is no entry.",)),
], ids=["taken out", "first taken out", "changed", "torn", "renumbered", "strange"])  # fmt: skip
def test_what_was_done_to_it_is_found(
    kept: Register, tmp_path: Path, name: str, change: object, problem: tuple[str, ...]
) -> None:
    path = tmp_path / "register" / name
    spoil(path, change(path.read_bytes() if path.exists() else b""))  # type: ignore[operator]
    assert again(tmp_path).problems() == problem


def test_a_damaged_entry_stops_reports_and_says_whom_to_ask(kept: Register, tmp_path: Path) -> None:
    (tmp_path / "register" / "000002.json").write_bytes(b"{")
    with pytest.raises(StoreError, match=r"entry 2 .* damaged; `reportgen runs` says more"):
        again(tmp_path).entries()
