"""`make conformance`: veraPDF's word on small files, where it is installed, and how it is read."""

from __future__ import annotations

from pathlib import Path

import pytest
import weasyprint

from reportgen.render import archival
from reportgen.render.strings import builtin
from tests.render.test_untagged import annex
from tools.conformance import __main__ as conformance
from tools.conformance.verapdf import Lacking, Rule, Verdict, validate, verdicts

PAGE = """<html lang=en><title>A page</title><h1 id=top>A page</h1>
<p>To <a href="#top"><b>the <i>top</i></b></a> and <a href="https://example.org/">elsewhere</a>.</p>
<table><thead><tr><th>Name</th></tr></thead><tbody><tr><td>Value</td></tr></tbody></table>
<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" role="img"><title>A box</title>
<rect width="9" height="9" fill="#b3382c"/></svg>
<style>@page { @top-left { content: "A running head" } }</style>"""


def test_verdicts_are_read_with_their_rules() -> None:
    told = ["file\t3a\ta.pdf\ttrue\t12", "file\tua1\ta.pdf\tfalse\t9", "rule\t7.18.5-1\t3\tLinks.\troot/x"]
    assert list(verdicts(told)) == [
        Verdict("3a", Path("a.pdf"), True, 12, ()),
        Verdict("ua1", Path("a.pdf"), False, 9, (Rule("7.18.5-1", 3, "Links.", "root/x"),)),
    ]


def test_a_broken_rule_is_printed_below_its_file() -> None:
    verdict = Verdict("ua1", Path("report.pdf"), False, 1234, (Rule("7.18.5-1", 8104, "Links.", "root/x"),))
    head, rule = conformance.lines(verdict)
    assert head == "report.pdf     PDF/UA-1  NOT VALID, 1,234 checks"
    assert rule == "    7.18.5-1: 8,104 times. Links. First: root/x"


def test_a_pack_without_a_report_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert conformance.main([str(tmp_path)]) == 2
    assert "report.pdf" in capsys.readouterr().err


def test_verapdf_accepts_what_we_write_and_refuses_a_plain_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = weasyprint.HTML(string=PAGE).render(**archival.OPTIONS)
    (tmp_path / "report.pdf").write_bytes(archival.written(document, builtin(), "0123456789ab"))
    annex(tmp_path / "annex.pdf")
    try:
        validate([])
    except Lacking as error:
        pytest.skip(f"veraPDF cannot run here: {error}")
    code = conformance.main([str(tmp_path)])
    said = capsys.readouterr().out
    assert code == 0, said
    assert [line.split(",")[0].split() for line in said.splitlines()[:3]] == [
        ["report.pdf", "PDF/A-3a", "valid"],
        ["report.pdf", "PDF/UA-1", "valid"],
        ["annex.pdf", "PDF/A-3b", "valid"],
    ]
    assert "fails all, as it must" in said
    (tmp_path / "report.pdf").write_bytes(weasyprint.HTML(string=PAGE).write_pdf(pdf_tags=True))
    assert conformance.main([str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "    7.1-8: 1 times." in said
    assert "    7.18.5-1: 2 times." in said
