"""The annex on sampling: each population once, by the hash that the commands give."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pdfplumber

from reportgen.model import Results
from reportgen.render.data import findings_document
from reportgen.render.sampling import sampling_view
from reportgen.render.strings import builtin
from reportgen.sampling import METHOD


def test_controls_over_the_same_subjects_share_a_row(mixed: Results) -> None:
    view = sampling_view(mixed, builtin())
    assert [row.subjects for row in view.populations] == ["12 clusters", "24 agent pools"]
    listed = [control.id for row in view.populations for control in row.controls]
    assert sorted(listed) == sorted(control.id for control in mixed.controls)


def test_each_hash_is_that_of_findings_json(mixed: Results) -> None:
    stated = {found["control"]: found["population_sha256"] for found in findings_document(mixed)["findings"]}
    for row in sampling_view(mixed, builtin()).populations:
        assert {stated[control.id] for control in row.controls} == {row.sha256}


def test_a_control_without_subjects_has_nothing_to_draw_from(mixed: Results) -> None:
    kept = tuple(item for item in mixed.observations if item.control != mixed.controls[0].id)
    assert sampling_view(replace(mixed, observations=kept), builtin()).empty == (mixed.controls[0].id,)


def test_both_reports_have_the_annex(mixed: Results, mixed_pdf: Path, mixed_html: str) -> None:
    rows = sampling_view(mixed, builtin()).populations
    with pdfplumber.open(mixed_pdf) as pdf:
        pages = "\n".join(page.extract_text() for page in pdf.pages)
    section = re.sub(r"<[^>]+>", "", mixed_html.partition('id="sampling"')[2].partition("</section>")[0])
    for row in rows:
        assert row.sha256 in section
        assert row.sha256 in pages
        for control in row.controls:
            assert control.id in section
    assert METHOD in section
    assert METHOD in pages
    assert "LC_ALL=C sort | sha256sum" in section
