"""A company's own templates through the second half of the line: the pack is made, whatever they hold."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest

from reportgen import engagement
from reportgen.errors import UsageError
from tests import line
from tests.conftest import Run

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
