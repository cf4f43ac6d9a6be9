"""Principals from a snapshot: kinds, who is gone, members of groups, and what nobody asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reportgen.model import Principal
from reportgen.subjects.principals import notes, principals, with_actors
from tests.assess.build import Snapshot, provenance

NAMES, MEMBERS = "msgraph.principals", "msgraph.group-members"
MANAGED = "ManagedIdentity"
ADA, TEAM, GONE = (f"{digit * 8}-1111-2222-3333-444444444444" for digit in "abc")


def row(kind: str, **values: Any) -> dict[str, Any]:
    return {"@odata.type": f"#microsoft.graph.{kind}", "id": ADA, "displayName": "Ada Example"} | values


def asked(folder: Path, rows: list[dict[str, Any]], *ids: str) -> Snapshot:
    """A snapshot in which the directory was asked for ``ids`` and answered with ``rows``."""
    snapshot = Snapshot(folder)
    page = replace(provenance(NAMES, "tenant", 1, "v1.0"), parameters={"ids": list(ids)})
    snapshot.writer.page({"value": rows}, page)
    return snapshot


def found(snapshot: Snapshot) -> dict[str, Principal]:
    known = principals(snapshot.reader())
    assert known is not None
    return known


@pytest.mark.parametrize(("kind", "values", "words", "sign_in"), [
    ("user", {"userPrincipalName": "ada@x.example"}, "user", "ada@x.example"),
    ("user", {"userPrincipalName": "ada@x.example", "userType": "Guest"}, "guest", "ada@x.example"),
    ("user", {"userPrincipalName": "a_b.example#EXT#@x.example"}, "guest", "a_b.example#EXT#@x.example"),
    ("user", {"userPrincipalName": None}, "user", ""),
    ("group", {}, "group", ""),
    ("servicePrincipal", {"appId": GONE, "servicePrincipalType": "Application"}, "service principal", GONE),
    ("servicePrincipal", {"appId": GONE, "servicePrincipalType": MANAGED}, "managed identity", GONE),
    ("servicePrincipal", {}, "service principal", ""),
    ("somethingNew", {}, "somethingNew", ""),
])  # fmt: skip
def test_kinds(tmp_path: Path, kind: str, values: dict[str, Any], words: str, sign_in: str) -> None:
    known = found(asked(tmp_path, [row(kind, **values)], ADA))
    assert known == {ADA: Principal(ADA, words, "Ada Example", found=True, sign_in=sign_in)}


def test_whoever_was_asked_for_and_is_not_in_the_answer_is_gone(tmp_path: Path) -> None:
    known = found(asked(tmp_path, [row("user", id=ADA.upper())], ADA, GONE.upper()))
    assert (known[ADA].found, known[GONE].found) == (True, False)
    assert known[GONE] == Principal(GONE, "", "", found=False)
    (note,) = notes(known)
    assert note.startswith(f"Not found in the directory: {GONE}. ")


def test_members_come_from_all_pages_and_bring_their_own_names(tmp_path: Path) -> None:
    snapshot = asked(tmp_path, [row("group", id=TEAM, displayName="Team")], TEAM)
    snapshot.page(MEMBERS, f"groups/{TEAM}", {"value": [row("user", id=GONE, displayName="Bo")]}, 1)
    snapshot.page(MEMBERS, f"groups/{TEAM}", {"value": [row("user")]}, 2)
    known = found(snapshot)
    assert (known[TEAM].members, known[TEAM].all_members) == ((ADA, GONE), True)
    assert (known[ADA].name, known[GONE].name) == ("Ada Example", "Bo")
    assert notes(known) == ()


def test_a_group_with_nobody_in_it_is_not_one_that_was_not_read(tmp_path: Path) -> None:
    rows = [row("group", id=TEAM), row("group", id=ADA)]
    snapshot = asked(tmp_path, rows, TEAM, ADA).page(MEMBERS, f"groups/{TEAM}", {"value": []})
    snapshot.gap(MEMBERS, f"groups/{ADA}")
    known = found(snapshot)
    assert (known[TEAM].members, known[ADA].members) == ((), None)


def test_a_group_that_was_cut_off_says_so(tmp_path: Path) -> None:
    snapshot = asked(tmp_path, [row("group", id=TEAM)], TEAM)
    snapshot.page(MEMBERS, f"groups/{TEAM}", {"value": [row("user")]}).gap(MEMBERS, f"groups/{TEAM}")
    known = found(snapshot)
    assert (known[TEAM].members, known[TEAM].all_members) == ((ADA,), False)


def test_nobody_asked_is_not_nobody_found(tmp_path: Path) -> None:
    known = principals(Snapshot(tmp_path).reader())
    assert known is None
    assert "member names not resolved" in notes(known)[0]


def test_an_earlier_snapshot_names_who_changed_something_and_left(tmp_path: Path) -> None:
    rows = [
        row("user", userPrincipalName="ada@x.example"),
        row("servicePrincipal", id=TEAM, displayName="Pipeline", appId=GONE),
        row("user", id=GONE, displayName="Bo", userPrincipalName="bo@x.example"),
    ]
    earlier = asked(tmp_path / "then", rows, ADA, TEAM, GONE).reader()
    now = found(asked(tmp_path / "now", [row("user", displayName="Ada Now")], ADA))
    known = with_actors(now, [earlier], [ADA.upper(), "BO@x.example"])
    assert known is not None
    assert {one.id: one.name for one in known.values()} == {ADA: "Ada Now", GONE: "Bo"}
    assert with_actors(now, [earlier], [ADA]) == now
    assert with_actors(None, [earlier], ["bo@x.example"]) is None


def test_a_directory_that_refused_resolves_nobody(tmp_path: Path) -> None:
    assert found(Snapshot(tmp_path).gap(NAMES, "tenant")) == {}


def test_a_note_lists_some_of_many() -> None:
    gone = {name: Principal(name, "", "", found=False) for name in (f"{number:02}" for number in range(25))}
    (note,) = notes(gone)
    assert ", 19 and 5 more. " in note
    assert ", 20" not in note
