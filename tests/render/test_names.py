"""Principals by name in reports, by id in files of data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reportgen.model import Principal, Results, Status
from reportgen.render.context import report
from reportgen.render.data import ControlTables, ObservationsJsonl
from reportgen.render.html import HtmlReport
from reportgen.render.names import Names, PrincipalName
from tests.render import factory

ADA, TEAM, GONE, MUTE, OTHER = (f"{digit * 8}-1111-2222-3333-444444444444" for digit in "abcde")
KNOWN = {
    ADA: Principal(ADA, "user", "Ada <Example>", found=True, sign_in="ada@x.example"),
    TEAM: Principal(TEAM, "group", "Team", found=True, members=(ADA,)),
    GONE: Principal(GONE, "", "", found=False),
    MUTE: Principal(MUTE, "service principal", "", found=True),
}


def results(principals: dict[str, Principal] | None) -> Results:
    """One control that one cluster fails, for a reason that names principals."""
    base = factory.few(factory.results(1, hostile=False), controls=1)
    (item,), (label, *_) = base.observations, base.controls[0].observe
    return replace(
        base,
        principals=principals,
        observations=(
            replace(
                item,
                status=Status.NOT_SATISFIED,
                cause=None,
                observed={
                    label: [f"User/{ADA.upper()}", f"Group/{GONE}", f"Group/{OTHER}", "User/bo@x.example"]
                },
                reason=f"It gives the right to Group/{TEAM}.",
            ),
        ),
    )


@pytest.fixture
def names() -> Names:
    return Names.of(results(KNOWN))


@pytest.mark.parametrize(("words", "expected"), [
    (f"User/{ADA.upper()}", PrincipalName("Ada <Example> (user)", ADA.upper())),
    (f"unknown/{TEAM}", PrincipalName("Team (group)", TEAM)),
    (f"ServicePrincipal/{MUTE}", PrincipalName("Service principal", MUTE, "its name could not be read")),
    (f"Group/{GONE}", PrincipalName("Group", GONE, "not found in the directory")),
    (f"ServicePrincipal/{OTHER}", PrincipalName("Service principal", OTHER, "member names not resolved")),
    ("User/ada@x.example", PrincipalName("ada@x.example (user)")),
    ("Group/system:masters", PrincipalName("system:masters (group)")),
    ("ServiceAccount/apps/deployer", PrincipalName("apps/deployer (service account)")),
])  # fmt: skip
def test_a_principal_is_printed_with_its_id_beneath(
    names: Names, words: str, expected: PrincipalName
) -> None:
    assert names.principal(words) == expected


def test_without_a_directory_no_name_is_resolved() -> None:
    assert (
        Names.of(results(None)).principal(f"Group/{TEAM}").line == f"Group {TEAM} (member names not resolved)"
    )


def test_a_name_does_not_fill_the_page() -> None:
    known = {ADA: replace(KNOWN[ADA], name="x" * 256)}
    assert len(Names.of(results(known)).principal(f"User/{ADA}").title) == len("x (user)") + 79


def test_ids_are_spelled_out_where_they_stand_as_principals(names: Names) -> None:
    assert names.spelled(f"User/{ADA} at /subscriptions/{ADA}/x, Group/{TEAM}.") == (
        f"Ada <Example> (user) {ADA} at /subscriptions/{ADA}/x, Team (group) {TEAM}."
    )
    assert names.spelled({"a": [f"Group/{TEAM}", 7, None]}) == {"a": [f"Team (group) {TEAM}", 7, None]}
    for untouched in (f"Group/{OTHER}", f"resourceGroup/Group/{TEAM}", f"Group/{TEAM}-1", TEAM):
        assert names.spelled(untouched) == untouched


def test_the_report_has_names_and_files_of_data_have_ids(tmp_path: Path) -> None:
    made = results(KNOWN)
    (shared,) = report(made, "html").controls[0].exceptions
    (row,) = shared.rows
    assert row.cells[0][1] == (
        f"Ada <Example> (user) {ADA.upper()}, Group {GONE} (not found in the directory), Group/{OTHER}, "
        "User/bo@x.example"
    )
    assert (row.reason or shared.reason) == f"It gives the right to Team (group) {TEAM}."
    html = HtmlReport().render(made, tmp_path).read_text(encoding="utf-8")
    assert "Ada &lt;Example&gt;" in html
    assert "<Example>" not in html
    for path in (
        ObservationsJsonl().render(made, tmp_path),
        *ControlTables().render(made, tmp_path).iterdir(),
    ):
        text = path.read_text(encoding="utf-8")
        assert f"Group/{TEAM}" in text
        assert "Ada" not in text


def test_without_names_a_report_prints_ids_as_they_are() -> None:
    (shared,) = report(results(None), "html").controls[0].exceptions
    assert (shared.rows[0].reason or shared.reason) == f"It gives the right to Group/{TEAM}."
