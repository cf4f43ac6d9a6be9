"""`tools/look.py` as `make look` runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.tools.conftest import LINES, Make, needs_browser, needs_poppler, page
from tools.look import look, main

LOOK = Path(__file__).parents[2] / "tools/look.py"


def write_results(pack: Path, name: str) -> None:
    subject = {"id": f"/subscriptions/1/managedClusters/{name}", "name": name, "cluster": name}
    (pack / "results").mkdir()
    (pack / "results/observations.jsonl").write_text(
        json.dumps({"subject": subject}) + "\n", encoding="utf-8"
    )
    findings = {"scope": {}, "gaps": [{"detail": "it answered NaN"}], "engagement": {"entity": "{% x %}"}}
    (pack / "results/findings.json").write_text(json.dumps(findings), encoding="utf-8")


@needs_poppler
@needs_browser
def test_a_good_pack_gives_0_and_pictures_of_every_page(tmp_path: Path, make_pdf: Make) -> None:
    names = "<p>{{ 7*7 }} and it answered NaN, says {% x %}</p>"
    make_pdf(LINES + f"<div class=new><h2>Part</h2>{LINES}</div>" * 8 + names)
    (tmp_path / "report.html").write_text(page(f"<main>{names}</main>"), encoding="utf-8")
    write_results(tmp_path, "{{ 7*7 }}")
    done = subprocess.run(
        [sys.executable, str(LOOK), str(tmp_path), "--out", str(tmp_path / "look")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    made = tmp_path / "look" / tmp_path.name
    assert f"0 problems; pictures in {made}" in done.stdout
    assert len(list(made.glob("report-page-*.png"))) == 10
    with Image.open(made / "report-sheet-01.png") as sheet, Image.open(made / "report-page-01.png") as one:
        assert sheet.width > 4 * (one.width // 2)
    assert (made / "report-sheet-02.png").is_file()
    assert (made / "html-390-dark-001.png").is_file()


@needs_poppler
def test_a_problem_gives_1_and_its_place(
    tmp_path: Path, make_pdf: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    make_pdf(f"{LINES}<p>Version: undefined</p>").rename(tmp_path / "summary.pdf")
    assert main([str(tmp_path), "--out", str(tmp_path / "look")]) == 1
    assert "  summary.pdf page 2: 'undefined' stands in the text" in capsys.readouterr().out


def test_a_folder_without_report_gives_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert (
        f"error: {tmp_path}: no report.pdf, summary.pdf, annex.pdf or report.html" in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("report", "package"), [("report.pdf", "poppler-utils"), ("report.html", "chromium")]
)
def test_a_missing_program_gives_2_and_names_its_package(
    report: str,
    package: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / report).write_text("nothing is read of it", encoding="utf-8")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main([str(tmp_path), "--out", str(tmp_path / "look")]) == 2
    assert f"apt-get install {package}" in capsys.readouterr().err


@needs_poppler
def test_of_a_long_annex_a_sample_is_looked_at(tmp_path: Path, make_pdf: Make) -> None:
    pages = "".join(f"<div class=new><h2>Control {number}</h2>{LINES}</div>" for number in range(201))
    make_pdf(LINES + pages, tags=False).rename(tmp_path / "annex.pdf")
    out = tmp_path / "look"
    assert look(tmp_path, out, sample=3) == []
    assert [path.stem for path in sorted(out.glob("annex-page-*.png"))] == [
        f"annex-page-{number}" for number in ("001", "102", "203")
    ]
