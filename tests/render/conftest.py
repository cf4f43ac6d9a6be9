"""One rendering of the mixed estate in both formats, shared by the tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.model import Results
from reportgen.render.html import HtmlReport
from reportgen.render.pdf import PdfReport
from tests.render import factory, names


@pytest.fixture(scope="session")
def mixed() -> Results:
    """Twelve clusters and 19 controls with every status, cause and hostile name."""
    return factory.results(12, controls_an_area=2)


@pytest.fixture(scope="session")
def mixed_pdf(mixed: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The PDF of `mixed`."""
    return PdfReport().render(mixed, tmp_path_factory.mktemp("pdf"))


@pytest.fixture(scope="session")
def mixed_html(mixed: Results, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The HTML of `mixed`."""
    return HtmlReport().render(mixed, tmp_path_factory.mktemp("html")).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def named_pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The PDF of `names`, in a folder with the data files that it carries."""
    return names.pack(tmp_path_factory.mktemp("named"))
