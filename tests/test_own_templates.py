"""A company's own templates through the second half of the line: the pack is made, whatever they hold."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import openpyxl
import pytest

from reportgen import engagement
from reportgen.errors import UsageError
from tests import line
from tests.conftest import Run
from tests.deliver import parcels

KEYS = """\
templates: look
prepared_by: {name: Ada Berg, role: Platform lead}
reviewers: [{name: Kim Holm, role: Head of IT, date: 2026-11-18}, {name: Lin Vos, approves: true}]
representation: {text: All clusters are here., name: Ada Berg, date: 2026-11-16}
record_of_changes: [{version: 1, date: 2026-11-16, text: First issue}]
"""


@pytest.fixture
def own(mixed_run: Run, tmp_path: Path) -> Path:
    """The engagement of `mixed_run` with a folder of templates beside it, still empty."""
    (tmp_path / "look" / "parts").mkdir(parents=True)
    path = tmp_path / "engagement.yaml"
    path.write_text(line.MIXED_ENGAGEMENT + KEYS.replace("version: 1,", 'version: "1",'), encoding="utf-8")
    return path


def reported(own: Path, run: Run) -> line.Result:
    return line.command("report", own, "--snapshot", run.snapshot, "--out", own.parent / "out")


def test_a_broken_part_is_named_and_the_pack_is_made(own: Path, mixed_run: Run, without_pdf: None) -> None:
    (own.parent / "look" / "parts" / "cover.html.j2").write_text("<p>\n{{ nothing }}", encoding="utf-8")
    (own.parent / "look" / "branding.yaml").write_text("logo: logo.png\n", encoding="utf-8")
    result = reported(own, mixed_run)
    assert result.code == 3
    page = unescape((result.pack / "report.html").read_text(encoding="utf-8"))
    for problem in (
        "look/parts/cover.html.j2:2: UndefinedError: 'nothing' is undefined; the shipped one is used",
        "look/logo.png: no such file",
    ):
        assert f"warning: {problem}" in result.err
        assert f"<li>{problem}" in page
    assert "Period of review" in page


BRANDING = """\
strings:
  banner: {estate: "ORDNER: NICHT AUS AZURE"}
  status: {not_satisfied: Erfüllt}
  ticket: {scope: Umfang}
  oscal: {reviewed: Alle Kontrollen.}
  workbook:
    sheet_findings: Feststellungen
    sheet_gaps: "Lücken: alle"
"""


def test_own_words_are_in_every_file_and_never_in_place_of_a_warning(
    own: Path, mixed_run: Run, without_pdf: None
) -> None:
    (own.parent / "look" / "branding.yaml").write_text(BRANDING, encoding="utf-8")
    result = reported(own, mixed_run)
    banner = "ESTATE FOLDER: NOT COLLECTED FROM AZURE / ORDNER: NICHT AUS AZURE"
    problem = (
        "look/branding.yaml:8: strings.workbook.sheet_gaps: a sheet's name cannot have : in it, nor any of "
        "[]:*?/\\; the shipped one is used"
    )
    assert f"warning: {problem}" in result.err
    page = unescape((result.pack / "report.html").read_text(encoding="utf-8"))
    ticket = (result.pack / "summary.md").read_text(encoding="utf-8")
    oscal = (result.pack / "results" / "oscal-assessment-results.json").read_text(encoding="utf-8")
    for text in (page, ticket, oscal):
        assert banner in text
    for text in (page, ticket):
        assert "Not satisfied / Erfüllt" in text
        assert "look/branding.yaml:8: strings.workbook.sheet" in text.replace("\\", "")
    assert "## Umfang" in ticket
    assert '"description": "Alle Kontrollen."' in oscal
    book = openpyxl.load_workbook(result.pack / "workbook.xlsx")
    assert {"Feststellungen", "Gaps", "Exceptions"} <= set(book.sheetnames)
    assert str(book["Gaps"]["A1"].value).startswith(banner)
    front = [str(cell) for row in book["Summary"].iter_rows(values_only=True) for cell in row]
    assert problem in front


def test_a_delivery_names_what_is_wrong_with_the_words_of_its_mails(tmp_path: Path) -> None:
    (tmp_path / "look").mkdir()
    (tmp_path / "look" / "branding.yaml").write_text("strings: {mail: {draft: ' '}}", encoding="utf-8")
    more = "credential: managed-identity\ntemplates: look"
    file = parcels.file(tmp_path, "release: automatic\nfolder: handed\n", more)
    pack = parcels.pack(tmp_path / "out")
    result = line.command("deliver", pack, file, "--out", tmp_path / "out")
    assert result.code == 0
    assert (
        "warning: look/branding.yaml:1: strings.mail.draft: expected some words; the shipped one is used"
        in result.err
    )


def test_people_of_the_engagement_are_in_the_report(own: Path, mixed_run: Run, without_pdf: None) -> None:
    page = (reported(own, mixed_run).pack / "report.html").read_text(encoding="utf-8")
    for words in ("Ada Berg", "Kim Holm", "2026-11-18", "Lin Vos", "All clusters are here.", "First issue"):
        assert words in page


def test_the_pack_id_covers_the_templates_used(own: Path, mixed_run: Run, without_pdf: None) -> None:
    packs = set()
    for text in ("{% extends 'shipped/parts/cover.html.j2' %}", "Ours."):
        (own.parent / "look" / "parts" / "cover.html.j2").write_text(text, encoding="utf-8")
        result = reported(own, mixed_run)
        assert "warning: look" not in result.err
        packs.add(result.pack.name)
    assert len(packs) == 2


@pytest.mark.parametrize("folder", ["../look", "/etc", "look/../../x"])
def test_a_folder_elsewhere_is_refused_with_its_line(folder: str) -> None:
    with pytest.raises(UsageError, match=r"e:6: templates: expected a folder inside the engagement's own"):
        engagement.parse(line.MIXED_ENGAGEMENT + f"templates: {folder}\n", "e")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("representation: {name: Ada}", "e:6: representation.text: missing"),
        ("record_of_changes:\n  - {version: '1', date: soon, text: x}", "e:7: record_of_changes.0.date"),
        ("reviewers:\n  - {name: Kim, signed: true}", "e:7: reviewers.0.signed: unknown key"),
    ],
)
def test_a_slip_in_the_new_keys_is_named_by_line(text: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        engagement.parse(f"{line.MIXED_ENGAGEMENT}{text}\n", "e")
    assert told in str(caught.value)
