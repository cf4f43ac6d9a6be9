"""Documents read by the quick parser are drawn to the same bytes as by WeasyPrint's own."""

from __future__ import annotations

from typing import cast

import pytest
import weasyprint

from reportgen.render.context import report
from reportgen.render.environment import TEMPLATES, render
from reportgen.render.fetching import packaged_only
from reportgen.render.page import Page
from tests.render import factory

BASE = f"{TEMPLATES.resolve().as_uri()}/"


def _pdf(page: weasyprint.HTML) -> bytes:
    return cast("bytes", page.write_pdf(pdf_identifier=b"x", pdf_tags=True))


def test_a_report_is_drawn_as_weasyprint_alone_draws_it() -> None:
    document = render(report(factory.few(factory.results(2), 3), "pdf"))
    quick = Page(document, BASE, packaged_only())
    own = weasyprint.HTML(string=document, base_url=BASE, url_fetcher=packaged_only())
    assert quick.etree_element.find(".//col") is not None
    assert _pdf(quick) == _pdf(own)


@pytest.mark.parametrize("part", ["<p>never <b>closed</p>", "a&nbsp;word", "<td noattribute>"])
def test_what_is_not_well_formed_is_read_as_html(part: str) -> None:
    document = f"<!DOCTYPE html><html lang='en'><head><title>t</title></head><body>{part}</body></html>"
    page = Page(document, BASE, packaged_only())
    assert page.etree_element.find("body") is not None
    assert _pdf(page) == _pdf(weasyprint.HTML(string=document, base_url=BASE, url_fetcher=packaged_only()))
