"""The PDFs keep to their lengths at any size of the estate and of the catalogue."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from reportgen.model import Results
from reportgen.render.pdf import PdfReport
from tests.render import factory


def large(clusters: int, controls: int) -> Results:
    """So many controls with texts as long as those of the packaged catalogue, most of them not satisfied."""
    base = factory.results(clusters, hostile=False)
    copies = -(-controls // len(base.controls))
    made, findings, observations = [], [], []
    for copy in range(copies):
        for control, finding in zip(base.controls, base.findings, strict=True):
            name = f"{control.id}-{copy}"
            made.append(
                replace(
                    control,
                    id=name,
                    test_procedure="Read the setting of every subject and compare it with the value. " * 8,
                    remediation_text="Turn the setting on, and roll the nodes that were there before. " * 3,
                    needs=tuple(source.source for source in base.sources[copy : copy + 4]),
                )
            )
            findings.append(replace(finding, control=name))
        observations += [
            replace(item, control=f"{item.control}-{copy}", reason=item.reason and item.reason * 3)
            for item in base.observations
        ]
    return replace(base, controls=tuple(made), findings=tuple(findings), observations=tuple(observations))


@pytest.mark.parametrize("clusters", [1, 300])
def test_a_summary_has_at_most_twelve_pages(tmp_path: Path, clusters: int) -> None:
    path = PdfReport("summary").render(large(clusters, 38 if clusters > 1 else 264), tmp_path)
    assert path.name == "summary.pdf"
    with pikepdf.open(path) as pdf:
        assert 4 <= len(pdf.pages) <= 12


@pytest.mark.scale
@pytest.mark.parametrize(("clusters", "controls"), [(1, 38), (300, 38), (60, 264), (8, 1200)])
def test_a_report_has_at_most_120_pages(tmp_path: Path, clusters: int, controls: int) -> None:
    with pikepdf.open(PdfReport().render(large(clusters, controls), tmp_path)) as pdf:
        assert len(pdf.pages) <= 120
