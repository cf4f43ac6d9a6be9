"""report.html, parsed as a browser would."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from reportgen.model import ImportedFile, Results
from reportgen.render.html import HtmlReport
from tests.render import factory
from tests.render.test_pdf import FORBIDDEN

LOADING = {
    "img",
    "link",
    "iframe",
    "object",
    "embed",
    "video",
    "audio",
    "source",
    "form",
    "base",
}


class Page(HTMLParser):
    """Tags with attributes, ids, and the text outside the style sheet and the scripts."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._code = False
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._code = tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.text.append(data)


@pytest.fixture(scope="module")
def page(mixed_html: str) -> Page:
    return Page(mixed_html)


def test_it_loads_nothing(page: Page, mixed_html: str) -> None:
    assert [tag for tag, _ in page.tags if tag in LOADING] == []
    assert [
        attrs for _, attrs in page.tags if any(name.startswith("on") or name == "style" for name in attrs)
    ] == []
    style = re.search(r"<style>(.*?)</style>", mixed_html, re.DOTALL)
    assert style
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    scripts = [attrs for tag, attrs in page.tags if tag == "script"]
    assert scripts == [{"type": "application/gzip", "id": "packed"}, {"type": "module"}]


def test_its_policy_allows_its_own_style_and_script_and_nothing_else(page: Page, mixed_html: str) -> None:
    policies = [a["content"] for tag, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"]
    style = re.findall(r"<style>(.*?)</style>", mixed_html, re.DOTALL)
    script = re.findall(r'<script type="module">(.*?)</script>', mixed_html, re.DOTALL)
    assert len(policies) == len(style) == len(script) == 1
    digests = [
        base64.b64encode(hashlib.sha256(text[0].encode()).digest()).decode() for text in (style, script)
    ]
    assert policies[0] == (
        f"default-src 'none'; style-src 'sha256-{digests[0]}'; script-src 'sha256-{digests[1]}'; "
        "img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    )


def test_hostile_names_are_text(page: Page, mixed_html: str) -> None:
    assert mixed_html.count("<script") == 2
    text = "".join(page.text)
    assert '<script>alert("x")</script>' in text
    assert "\\u{202E}evil-rtl-override" in text
    assert "prod 🚀 cluster" in text
    assert "{{ 7*7 }} {% raw %}" in text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", mixed_html)


def test_links_inside_lead_somewhere(page: Page) -> None:
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    targets = {attrs["href"] for tag, attrs in page.tags if tag == "a"}
    broken = {target for target in targets if target and target.startswith("#") and target[1:] not in ids}
    assert broken == set()
    outside = {target for target in targets if target and not target.startswith(("#", "evidence/"))}
    assert outside == {"https://learn.microsoft.com/azure/aks/concepts-security"}


def test_no_word_claims_too_much(page: Page) -> None:
    assert [match[0] for match in FORBIDDEN.finditer("\n".join(page.text))] == []


def test_every_control_has_its_exceptions_or_says_where_the_rest_is(mixed: Results, mixed_html: str) -> None:
    text = re.sub("<wbr>", "", mixed_html)
    assert "and report.html" not in text
    for control in mixed.controls:
        part = re.search(
            rf'<article class="control" id="c-{control.id}"[^>]*>(.*?)</article>',
            text,
            re.DOTALL,
        )
        assert part
        found = next(finding for finding in mixed.findings if finding.control == control.id)
        assert (f"<h3>Exceptions: {found.exceptions}</h3>" in part[1]) is bool(found.exceptions)
        told = f"Each with what was observed in results/csv/{control.id}.csv."
        assert (told in part[1]) is bool(found.satisfied)


def test_a_long_list_of_exceptions_is_cut_and_says_so(tmp_path: Path) -> None:
    estate = factory.few(factory.results(120, hostile=False), 3)
    control = max(estate.findings, key=lambda finding: finding.exceptions)
    assert control.exceptions > 25
    text = HtmlReport().render(estate, tmp_path).read_text(encoding="utf-8")
    part = text.partition(f'id="c-{control.control}"')[2].partition("</article>")[0]
    assert part.count(">evidence</a>") == 25
    assert f"25 of {control.exceptions} exceptions" in part
    assert f"all are in results/csv/{control.control}.csv" in part


def test_300_clusters_stay_small_and_the_same(tmp_path: Path) -> None:
    estate = factory.results(300)
    first = HtmlReport().render(estate, tmp_path).read_bytes()
    assert len(first) < 5_000_000
    assert HtmlReport().render(estate, tmp_path).read_bytes() == first


@pytest.mark.parametrize("clusters", [0, 1])
def test_small_estates_render(clusters: int, tmp_path: Path) -> None:
    text = "".join(
        Page(HtmlReport().render(factory.results(clusters), tmp_path).read_text(encoding="utf-8")).text
    )
    assert ("No cluster was found in scope." in text) is (clusters == 0)
    assert ("The population is 0 clusters" in text) is (clusters == 0)


def test_a_source_of_which_nothing_could_be_read_says_so_and_offers_no_command(
    mixed: Results, tmp_path: Path
) -> None:
    unread = replace(mixed.sources[0], pages=0, rows=0, url="", query="", api_versions=(), request_ids=())
    document = HtmlReport().render(replace(mixed, sources=(unread,)), tmp_path).read_text(encoding="utf-8")
    sheet = document.partition('id="ipe-01"')[2].partition("</article>")[0]
    assert "Nothing could be read: 0 gaps" in sheet
    assert not re.search(r"To do again|API version|<dt>(URL|Request ids)", sheet)


def test_a_sheet_of_imported_files_names_each_as_another_tools(mixed: Results, tmp_path: Path) -> None:
    one = ImportedFile(
        file="<b>bench</b>.json",
        sha256="c" * 64,
        cluster="aks-one",
        tool="kube-bench, aks-1.8.0",
        taken_at="2026-01-01T00:00:00Z",
        taken_from="the engagement",
        calls_it="aks-two",
    )
    source = replace(
        mixed.sources[0], source="imported.kube-bench", files=(one, one), query="", pages=2, api_versions=()
    )
    document = HtmlReport().render(replace(mixed, sources=(source,)), tmp_path).read_text(encoding="utf-8")
    sheet = document.partition('id="ipe-01"')[2].partition("</article>")[0].replace("<wbr>", "")
    assert sheet.count("c" * 64) == 2
    assert "&lt;b&gt;bench&lt;/b&gt;.json" in sheet
    assert "by kube-bench, aks-1.8.0, made 2026-01-01 00:00:00 UTC as the engagement says" in sheet
    assert "the file calls the cluster aks-two" in sheet
    assert not re.search(r"To do again|Truncated|API version|<dt>(URL|Request ids|Parameters)", sheet)


def test_the_commands_of_a_procedure_stand_by_themselves(mixed_html: str) -> None:
    assert "To re-perform, run" not in mixed_html
    again = re.findall(r"<dt>To re-perform</dt><dd><pre>(.*?)</pre>", mixed_html)
    assert len(again) == mixed_html.count('<article class="control"')
    assert all(commands.count('class="line"') == 2 for commands in again)
