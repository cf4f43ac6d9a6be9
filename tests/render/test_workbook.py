"""The workbook as a reader opens it: typed cells, hostile names as text, the same bytes each time."""

from __future__ import annotations

import re
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reportgen import sampling
from reportgen.model import (
    AttestationResult,
    AttestationState,
    CollectionMode,
    EntityControlResult,
    Framework,
    FrameworkResult,
    Json,
    MappedControl,
    OwnTemplates,
    ParameterNote,
    Relation,
    Requirement,
    RequirementResult,
    ResponseResult,
    ResponseState,
    Results,
    Status,
    WaiverResult,
    WaiverState,
    Weaker,
)
from reportgen.render.strings import Entry, builtin
from reportgen.render.workbook import WorkbookReport
from reportgen.render.workbook.book import shown
from tests.render import factory

SHEETS = [
    "Summary", "Findings", "Exceptions", "Population", "Waived subjects", "Framework matrix", "Requirements",
    "Exclusions", "Waivers", "Attestations", "Management responses", "Scope", "Gaps", "Access listing",
    "Parameters", "Provenance",
]  # fmt: skip
FORMULAS = ("=cmd|'/c calc'!A1", "+1+1", "-1", "@SUM(A1)", "{=1+1}", "\t=1", '=HYPERLINK("http://x","y")')
LINKS = ("http://example.test", "internal:'Summary'!A1", "mailto:a@example.test", "file:///etc/passwd")
NUMBERS = ("1", "007", "1e5", "TRUE", "2026-11-15", "2026-11-15T06:00:00Z", "#N/A")
MARKUP = ("<r>rich</r>", "<r><t>x</t></r>", "<script>", "&amp;", "]]>", "a\nb")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return WorkbookReport().render(factory.results(30), tmp_path_factory.mktemp("workbook"))


@pytest.fixture(scope="module")
def book(path: Path) -> Any:
    return openpyxl.load_workbook(path)


def rows(sheet: Any) -> list[dict[str, Any]]:
    """The rows below the line about the sheet and the heads."""
    heads = [cell.value for cell in sheet[2]]
    return [dict(zip(heads, line, strict=True)) for line in sheet.iter_rows(min_row=3, values_only=True)]


def cells(book: Any) -> Iterator[Any]:
    return (cell for sheet in book for line in sheet.iter_rows() for cell in line)


def one(value: Json, **changes: Any) -> Results:
    """Results with one observation, in which ``value`` was observed."""
    base = factory.few(factory.results(1, hostile=False), 1)
    control = replace(base.controls[0], observe={"Value": "x"})
    observation = replace(base.observations[0], observed={"Value": value}, **changes)
    return replace(base, controls=(control,), observations=(observation,))


def reopened(results: Results, folder: Path) -> Any:
    return openpyxl.load_workbook(WorkbookReport().render(results, folder))


def test_every_sheet_has_heads_a_filter_and_a_frozen_head(book: Any) -> None:
    assert book.sheetnames == SHEETS
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "B3"
        assert sheet.auto_filter.ref.startswith("A2:")
        assert sheet.print_title_rows == "$1:$2"
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0
        assert sheet["A1"].value.startswith("SAMPLE ESTATE: NOT COLLECTED FROM AZURE. ")
        assert "SAMPLE ESTATE" in sheet.oddHeader.center.text
        assert all(sheet.column_dimensions[cell.column_letter].width for cell in sheet[2])


def test_the_population_is_whole_and_typed(book: Any) -> None:
    results = factory.results(30)
    found = rows(book["Population"])
    assert len(found) == len(results.observations) == book["Population"].max_row - 2
    words = {"satisfied": "Satisfied", "not-satisfied": "Not satisfied", "not-assessed": "Not assessed",
             "not-applicable": "Not applicable"}  # fmt: skip
    for row, item in zip(found, results.observations, strict=True):
        assert (row["Control"], row["Status"]) == (item.control, words[item.status])
        assert results.observations[row["Line in observations.jsonl"] - 1] is item
    private = next(row for row in found if row["Labels of the values"] == "1 Private API server")
    assert private["Value 1"] is True
    prefix = next(
        row for row in found if row["Labels of the values"] == "1 Ranges · 2 Smallest prefix · 3 Private"
    )
    assert (prefix["Value 1"], prefix["Value 2"], prefix["Value 3"]) == (
        "203.0.113.0/24, 0.0.0.0/0",
        0,
        False,
    )


def test_the_counts_of_the_summary_are_those_of_the_sheets(book: Any) -> None:
    lines: dict[str, Any] = {}
    for line in book["Summary"].iter_rows(values_only=True):
        lines.setdefault(line[0], line[1:])
    statuses = Counter(row["Status"] for row in rows(book["Population"]))
    for word, number in statuses.items():
        assert lines[word][1] == number
    assert lines["As of (UTC)"][0] == datetime(2026, 11, 15, 6, 0)  # noqa: DTZ001 (a spreadsheet has no zones)
    assert lines["Scope"][0].startswith("Incomplete. 1 of 3 expected subscriptions")
    sheets = {line[:2] for line in book["Summary"].iter_rows(values_only=True)}
    for name in SHEETS[1:]:
        assert (name, len(rows(book[name]))) in sheets


def test_exceptions_come_by_severity_and_waivers_leave_them_in(book: Any) -> None:
    found = rows(book["Exceptions"])
    order = [row["Severity"] for row in found]
    assert order == sorted(order, key=["Critical", "High", "Medium", "Low"].index)
    assert len(found) == sum(row["Status"] == "Not satisfied" for row in rows(book["Population"]))
    waived = [row for row in found if row["Waiver"]]
    assert waived
    assert {row["Status"] for row in rows(book["Waived subjects"]) if row["Waiver"]} >= {"Not satisfied"}
    assert all(row["Waiver"] == "W-7 until 2027-01-31" for row in rows(book["Waived subjects"]))


def test_a_control_leads_to_its_population_and_nothing_leads_out(book: Any, path: Path) -> None:
    population = book["Population"]
    for cell in book["Findings"]["A"][2:]:
        sheet, _, place = cell.hyperlink.location.partition("!")
        assert sheet == "'Population'"
        assert population[place].value == cell.value
    links = [
        cell.hyperlink for sheet in book for line in sheet.iter_rows() for cell in line if cell.hyperlink
    ]
    assert len(links) == len(SHEETS) - 1 + 38
    assert not [link for link in links if link.target]
    with zipfile.ZipFile(path) as archive:
        assert not [
            name for name in archive.namelist() if "externalLink" in name or "worksheets/_rels" in name
        ]


def test_a_status_is_coloured_and_worded(book: Any) -> None:
    fills = {cell.value: cell.fill.fgColor.rgb for cell in book["Population"]["D"][2:]}
    assert fills["Not satisfied"] == "FFB3382C"
    assert len(set(fills.values())) == len(fills) == 4


@pytest.mark.parametrize("text", [*FORMULAS, *LINKS, *NUMBERS, *MARKUP], ids=ascii)
def test_text_stays_text(tmp_path: Path, text: str) -> None:
    base = one(text, reason=text, waiver=text)
    facts = replace(base.facts, entity=text, classification=text, engagement=text)
    item = base.observations[0]
    item = replace(item, subject=replace(item.subject, name=text, cluster=text, cluster_id=text, id=text))
    book = reopened(replace(base, facts=facts, observations=(item,)), tmp_path)
    expected = shown(text, builtin())
    assert not [cell for cell in cells(book) if cell.data_type in {"f", "e"}]
    (row,) = rows(book["Population"])
    for head in ("Value 1", "Reason", "Waiver", "Subject", "Cluster", "Subject id"):
        assert (row[head], head) == (expected, head)
    assert not [cell for cell in cells(book) if cell.hyperlink and cell.hyperlink.target]


def test_names_that_try_to_do_harm_are_shown_escaped(book: Any, path: Path) -> None:
    names = {row["Subject"] for row in rows(book["Population"])}
    assert {shown(name, builtin()) for name in factory.HOSTILE} <= names
    assert {"\\u{202E}evil-rtl-override", "\\u{001B}[31mred\\u{001B}[0m", "prod 🚀 cluster"} <= names
    with zipfile.ZipFile(path) as archive:
        parts = b"".join(archive.read(name) for name in archive.namelist() if "sheet" in name)
    assert b"<f>" not in parts
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", parts)


@pytest.mark.parametrize(("text", "expected"), [
    ("a\x00b\x0bc", "a\\u{0000}b\\u{000B}c"), ("\ud800", "\\u{D800}"), ("\ufffe", "\\u{FFFE}"),
    ("<r>x</r>", "\\u{003C}r>x</r>"), ("plain", "plain"),
])  # fmt: skip
def test_what_excel_refuses_is_shown_escaped(text: str, expected: str) -> None:
    assert shown(text, builtin()) == expected


def test_what_excel_would_unescape_is_escaped_for_it(tmp_path: Path) -> None:
    path = WorkbookReport().render(one("_x0041_"), tmp_path)
    with zipfile.ZipFile(path) as archive:
        parts = b"".join(archive.read(name) for name in archive.namelist() if "sheet" in name)
    assert b"<t>_x005F_x0041_</t>" in parts
    assert b"<t>_x0041_</t>" not in parts


@pytest.mark.parametrize("letter", ["x", "ø", "🚀"])
def test_a_text_longer_than_a_cell_is_cut_with_a_word(tmp_path: Path, letter: str) -> None:
    units = len(letter.encode("utf-16-le")) // 2
    whole = letter * (32_767 // units)
    assert shown(whole, builtin()) == whole
    (row,) = rows(reopened(one(letter * 40_000), tmp_path)["Population"])
    assert row["Value 1"].startswith(letter * 1000)
    assert row["Value 1"].endswith("(cut here: a cell holds no more; whole in results/observations.jsonl)")
    assert 32_760 < len(row["Value 1"].encode("utf-16-le")) // 2 <= 32_767


@pytest.mark.parametrize(
    "value", [10**15, -(10**20), float("inf"), float("nan"), None, "", [], {"a": [1, None]}], ids=repr
)
def test_what_a_cell_has_no_type_for_is_text(tmp_path: Path, value: Json) -> None:
    (row,) = rows(reopened(one(value), tmp_path)["Population"])
    texts = {"inf": "Infinity", "nan": "not set", "None": "not set", "": "(empty)", "[]": "(empty list)",
             "{'a': [1, None]}": '{"a": [1, null]}'}  # fmt: skip
    assert row["Value 1"] == texts.get(str(value), str(value))


@pytest.mark.parametrize("number", [0, -1, 1.5, 999_999_999_999_999])
def test_a_number_is_a_number(tmp_path: Path, number: float) -> None:
    (cell,) = reopened(one(number), tmp_path)["Population"]["J"][2:]
    assert (cell.value, cell.data_type) == (number, "n")


def test_a_population_that_a_sheet_cannot_hold_goes_on_in_further_ones(tmp_path: Path) -> None:
    results = factory.few(factory.results(7))
    book = openpyxl.load_workbook(WorkbookReport(rows_a_sheet=10).render(results, tmp_path))
    parts = [name for name in book.sheetnames if name.startswith("Population")]
    assert parts == ["Population", "Population 2", "Population 3"]
    assert [len(rows(book[name])) for name in parts] == [10, 10, 1]
    lines = [row["Line in observations.jsonl"] for name in parts for row in rows(book[name])]
    assert lines == list(range(1, 22))
    told = {line[0]: line for line in book["Summary"].iter_rows(values_only=True)}
    assert told["Population 2"][1:3] == (10, 21)
    assert told["Population 2"][3].startswith("One of 3 sheets")
    for cell in book["Findings"]["A"][2:]:
        sheet, _, place = cell.hyperlink.location.partition("!")
        assert book[sheet.strip("'")][place].value == cell.value


def registers() -> dict[str, Any]:
    """A waiver, an attestation and a response, as fields of the results."""
    waiver = WaiverResult(
        id="W-01", origin="the engagement", controls=("c",), subject="", glob="*/a", reason="=accepted",
        ticket="T-1", requested_by="Ada", approved_by="Bo", approved_on="2026-10-01", begins_on="",
        expires_on="2027-02-30", approval="Minutes", approval_file="", approval_sha256="",
        state=WaiverState.ACTIVE, notes=(WaiverState.LATE,), matched=2, waived=1, late_days=3,
    )  # fmt: skip
    stated = AttestationResult(
        id="A-01", kind="control", about="c", framework="", subject="", person="Ada", role="Owner",
        statement="It is so.", stated_on="2026-10-01", valid_until="2027-10-01", file="f",
        file_sha256="a" * 64, copy="attestations/f", state=AttestationState.CURRENT, relied_on=2,
    )  # fmt: skip
    response = ResponseResult("R-01", "c", "", "Ada", "Fix it.", "2026-10-31", ResponseState.OVERDUE, 2, 1)
    return {"waivers": (waiver,), "attestations": (stated,), "responses": (response,)}


def framework() -> FrameworkResult:
    control = factory.results(1).controls[0].id
    mapped = (
        MappedControl(control, Relation.DIRECT, "CIS"),
        MappedControl("not-run", Relation.SUPPORTING, ""),
    )
    asked = (
        Requirement("1.1", "=Asked", "Group", "automated", "", "the rest", mapped),
        Requirement("1.2", "Provider's", "Group", "inherited", "Theirs.", "", ()),
    )
    lines = (RequirementResult(asked[0], Status.SATISFIED, 0, 0), RequirementResult(asked[1], None, 0, 0))
    return FrameworkResult(Framework("f", "Frame", "=Frame", "1", "P", "S", "", "", asked, ""), lines)


def test_frameworks_as_a_matrix_and_by_requirement(tmp_path: Path) -> None:
    base = factory.results(1, hostile=False)
    book = reopened(replace(base, frameworks=(framework(),)), tmp_path)
    matrix = rows(book["Framework matrix"])
    assert [row["=Frame"] for row in matrix[:2]] == ["1.1", None]
    lines = rows(book["Requirements"])
    assert [(row["Requirement"], row["Control"], row["Mapped by"]) for row in lines] == [
        ("1.1", base.controls[0].id, "CIS"), ("1.1", "not-run", "ours"), ("1.2", None, None),
    ]  # fmt: skip
    assert [row["Remark"] for row in lines[1:]] == ["Not covered: the rest", "Theirs."]


def test_a_parameter_stands_beside_its_default(tmp_path: Path) -> None:
    base = factory.few(factory.results(1, hostile=False), 1)
    notes = {"max_age_days": ParameterNote(30, Weaker.HIGHER, "ours")}
    control = replace(base.controls[0], parameters={"max_age_days": 90}, parameter_notes=notes)
    (row,) = rows(reopened(replace(base, controls=(control,)), tmp_path)["Parameters"])
    assert (row["Value used"], row["Default"], row["Lets more pass"]) == (90, 30, True)


def test_provenance_has_queries_counts_and_times(book: Any) -> None:
    graph = next(row for row in rows(book["Provenance"]) if row["Source id"] == "arg.managed-clusters")
    assert graph["Query"].startswith("resources\n| where type")
    assert (graph["Rows"], graph["Records that exist"], graph["Pages"]) == (41, 41, 3)
    assert graph["From (UTC)"] == datetime(2026, 11, 15, 6, 0)  # noqa: DTZ001
    assert graph["Pages, SHA-256"] == "a" * 64
    assert "az graph query" in graph["Command to repeat it"]


def test_the_same_results_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    for zone in ("UTC", "Pacific/Auckland"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        written.append(WorkbookReport().render(factory.results(5), tmp_path / zone).read_bytes())
    monkeypatch.undo()
    time.tzset()
    assert written[0] == written[1]
    assert [path.name for path in (tmp_path / "UTC").iterdir()] == ["workbook.xlsx"]


def test_the_document_says_when_and_what_it_is(tmp_path: Path, book: Any) -> None:
    assert book.properties.created == datetime(2026, 11, 15, 6, 0)  # noqa: DTZ001
    assert book.properties.title == "Evidence pack 3f9a1c77e2b4"
    assert book.properties.description == "SAMPLE ESTATE: NOT COLLECTED FROM AZURE"
    real = reopened(factory.results(1, CollectionMode.AZURE), tmp_path)
    assert real["Findings"]["A1"].value.startswith("Each control with its result")


def test_an_error_leaves_no_half_workbook(tmp_path: Path) -> None:
    base = factory.few(factory.results(1), 1)
    with pytest.raises(KeyError):
        WorkbookReport().render(replace(base, findings=()), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_subjects_have_the_numbers_that_a_sample_is_drawn_by(book: Any) -> None:
    results = factory.results(30)
    by_control: dict[str, list[str]] = {}
    for item in results.observations:
        by_control.setdefault(item.control, []).append(item.subject.id)
    for row, item in zip(rows(book["Population"]), results.observations, strict=True):
        ids = sampling.numbered(by_control[item.control])
        assert ids[row["Number in the population"] - 1] == item.subject.id
    for row in rows(book["Findings"]):
        assert row["Population, SHA-256"] == sampling.population_sha256(by_control[row["Control"]])


def test_a_control_names_its_evidence_sheets(book: Any) -> None:
    numbers = {row["Source id"]: row["IPE"] for row in rows(book["Provenance"])}
    needs = {control.id: control.needs for control in factory.results(30).controls}
    told = {row["Control"]: row["Evidence sheets"] for row in rows(book["Findings"])}
    assert any(told.values())
    for control, named in told.items():
        assert (named or "") == ", ".join(numbers[need] for need in needs[control] if need in numbers)


def test_exceptions_have_an_owner_and_a_due_day(tmp_path: Path) -> None:
    base = factory.results(30, hostile=False)
    failed = [item for item in base.observations if item.status is Status.NOT_SATISFIED]
    first, other = failed[0], next(item for item in failed if item.control != failed[0].control)
    one = ResponseResult(
        "R-01", first.control, first.subject.id.upper(), "=Ada", "", "2027-01-31", ResponseState.OPEN
    )
    late = replace(one, id="R-02", subject="", owner="Bo", due_on="2026-10-31", state=ResponseState.OVERDUE)
    settled = replace(late, id="R-03", due_on="2026-10-01", state=ResponseState.SETTLED)
    sooner = replace(one, id="R-04", subject=failed[-1].subject.id, due_on="2026-10-15")
    entity = EntityControlResult("A-1", "=Words", "Cy", "", "", "", (other.control, "not-run"), None, 1, 0)
    book = reopened(
        replace(base, responses=(one, late, settled, sooner), entity_controls=(entity,)), tmp_path
    )
    found = {
        (row["Control"], row["Subject id"]): (row["Owner"], row["Due on"], row["Response"])
        for row in rows(book["Exceptions"])
    }
    day = datetime(2027, 1, 31)  # noqa: DTZ001 (a day)
    assert found[first.control, first.subject.id] == ("=Ada", day, "R-01")
    rest = {
        told for (control, id_), told in found.items() if control == first.control and id_ != first.subject.id
    }
    assert rest == {("Bo", datetime(2026, 10, 31), "R-02")}  # noqa: DTZ001
    assert found[other.control, other.subject.id] == ("Cy", None, None)
    told = {row["Control"]: (row["Owner"], row["Due on"]) for row in rows(book["Findings"])}
    assert told[first.control] == ("Bo", datetime(2026, 10, 31))  # noqa: DTZ001
    assert told[other.control] == ("Cy", None)
    assert book.sheetnames[2] == "Entity controls"
    lines = rows(book["Entity controls"])
    assert [(row["In the entity's words"], row["Control"], row["Status"]) for row in lines] == [
        ("=Words", other.control, "Not satisfied"), ("=Words", "not-run", None),
    ]  # fmt: skip


def test_what_people_say_has_sheets_with_days(tmp_path: Path) -> None:
    base = factory.few(factory.results(1, hostile=False), 1)
    book = reopened(replace(base, **registers()), tmp_path)
    (waiver,) = rows(book["Waivers"])
    assert (waiver["Id"], waiver["State"]) == ("W-01", "Applied; Approved after first seen")
    assert (waiver["Approved on"], waiver["Begins on"]) == (datetime(2026, 10, 1), None)  # noqa: DTZ001
    assert (waiver["Expires on"], waiver["Reason"]) == ("2027-02-30", "=accepted")
    (stated,) = rows(book["Attestations"])
    assert (stated["Stated by"], stated["Observations resting on it"]) == ("Ada", 2)
    (response,) = rows(book["Management responses"])
    assert (response["State"], response["Due on"]) == ("Overdue", datetime(2026, 10, 31))  # noqa: DTZ001


def test_own_words_name_sheets_and_heads_and_links_lead_there(tmp_path: Path) -> None:
    own: dict[str, Entry] = {
        "workbook.sheet_population": "L'insieme dei soggetti & cont.",
        "workbook.sheet_gaps": "Lücken",
        "workbook.control": "Kontrolle",
        "workbook.cut": " … (gekürzt)",
        "severity.critical": "Kritisch",
        "values.is_false": "falsch",
        "workbook.about_gaps": '=HYPERLINK("http://x","y")',
    }
    base = replace(one("a" * 40_000), templates=OwnTemplates("look", "", strings=own))
    path = WorkbookReport().render(base, tmp_path)
    book = openpyxl.load_workbook(path)
    population = book["L'insieme dei soggetti & cont."]
    assert population["A2"].value == "Kontrolle"
    assert any(str(cell.value).endswith("… (gekürzt)") for cell in population[3])
    link = book["Findings"]["A3"].hyperlink.location
    assert link == "'L''insieme dei soggetti & cont.'!A3"
    assert population.oddFooter.left.text == "L'insieme dei soggetti && cont."
    note = book["Lücken"]["A1"]
    assert (note.data_type, note.value.endswith('=HYPERLINK("http://x","y")')) == ("s", True)


def test_an_own_name_that_goes_on_in_further_sheets_keeps_room_for_the_number(tmp_path: Path) -> None:
    results = replace(
        factory.few(factory.results(7, hostile=False), 2),
        templates=OwnTemplates(
            "look", "", strings={"workbook.sheet_population": "Alle Gegenstände der Prüfung"}
        ),
    )
    book = openpyxl.load_workbook(WorkbookReport(rows_a_sheet=5).render(results, tmp_path))
    assert {"Alle Gegenstände der Prüfung", "Alle Gegenstände der Prüf 2"} <= set(book.sheetnames)
