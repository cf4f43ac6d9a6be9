"""report.html in a real browser: what the reader does with it, and what hostile names try to do to it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from reportgen.model import (
    Framework,
    FrameworkResult,
    MappedControl,
    Observation,
    Relation,
    Requirement,
    RequirementResult,
    Results,
    Status,
)
from reportgen.render.html import HtmlReport
from tests.render import factory
from tests.tools.conftest import needs_browser
from tools.looking.html import browser

pytestmark = needs_browser
Visit = Callable[..., Page]

HOSTILE = (
    *factory.HOSTILE,
    "x" * 500,
    '<img src="file:///etc/passwd" onerror="alert(1)">',
    "\u2067right to left\u2069",
    "@SUM(1+1)",
    "-2+3",
    "line\r\nbreak",
)
SHOWN = {
    "\u202eevil-rtl-override": "\\u{202E}evil-rtl-override",
    "\x1b[31mred\x1b[0m": "\\u{001B}[31mred\\u{001B}[0m",
    "\u2067right to left\u2069": "\\u{2067}right to left\\u{2069}",
    "line\r\nbreak": "line\\u{000D}\nbreak",
}
"""Names that are not shown as they are."""


@pytest.fixture(scope="module")
def results() -> Results:
    """24 clusters and 10 controls, of which the first two give evidence for a framework."""
    base = factory.results(24, controls_an_area=1)
    mapped = tuple(MappedControl(control.id, Relation.DIRECT, "") for control in base.controls[:2])
    asked = Requirement("X.1", "A requirement", "Group", "automated", "", "", mapped)
    frame = Framework(
        "frame", "The Frame", "Frame", "1", "Somebody", "https://frame.example", "", "", (asked,), ""
    )
    result = FrameworkResult(frame, (RequirementResult(asked, Status.NOT_SATISFIED, 1, 0),))
    return replace(base, sources=base.sources[:3], frameworks=(result,))


@pytest.fixture(scope="module")
def report(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return HtmlReport().render(results, tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture
def visit(chromium: Browser, report: Path) -> Iterator[Visit]:
    """Opens the report, or another; in the end nothing else was asked for and the console is silent."""
    told: list[str] = []
    contexts = []

    def open_page(fragment: str = "", path: Path = report, scripted: bool = True, **options: Any) -> Page:
        context = chromium.new_context(java_script_enabled=scripted, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        address = path.as_uri()
        context.on(
            "request",
            lambda request: None if request.url.partition("#")[0] == address else told.append(request.url),
        )
        page = context.new_page()
        page.on("console", lambda line: told.append(f"{line.type}: {line.text}"))
        page.on("pageerror", lambda error: told.append(f"error: {error}"))
        page.on("dialog", lambda dialog: told.append(f"dialog: {dialog.message}"))
        page.goto(address + fragment)
        if scripted:
            page.wait_for_selector("#explorer", state="visible")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert told == []


def rows(page: Page) -> list[str]:
    return page.locator("#rows tr[data-row]").all_inner_texts()


def found(page: Page) -> int:
    return int(page.inner_text("#found").split(" of ")[0].replace(",", ""))


def of(results: Results, wanted: Callable[[Observation], bool]) -> int:
    return sum(map(wanted, results.observations))


def test_all_observations_are_there_the_exceptions_first(visit: Visit, results: Results) -> None:
    page = visit()
    assert found(page) == len(results.observations)
    assert len(rows(page)) == 50
    failed = of(results, lambda item: item.status is Status.NOT_SATISFIED)
    assert ["Not satisfied" in row for row in rows(page)] == [place < failed for place in range(50)]
    page.click("#next")
    assert page.inner_text("#at").startswith("Page 2 of ")
    assert page.evaluate("location.hash") == "#observations?page=2"


def test_filters_narrow_and_their_counts_follow(visit: Visit, results: Results) -> None:
    page, control = visit(), results.controls[1]
    page.check("[data-facet=status][value=satisfied]")
    assert found(page) == of(results, lambda item: item.status is Status.SATISFIED)
    page.check("[data-facet=status][value=not-assessed]")
    both = (Status.SATISFIED, Status.NOT_ASSESSED)
    assert found(page) == of(results, lambda item: item.status in both)
    page.select_option("[data-facet=control]", control.id)
    mine = [item for item in results.observations if item.control == control.id]
    assert found(page) == sum(item.status in both for item in mine)
    number = page.inner_text(".toggle:has([value=not-satisfied]) .number")
    failed = sum(item.status is Status.NOT_SATISFIED for item in mine)
    assert number == str(failed) != "0"
    assert page.evaluate("document.querySelector('[data-facet=control]').selectedOptions[0].text") == (
        f"{control.title} ({found(page)})"
    )


@pytest.mark.parametrize(
    ("facet", "key"),
    [
        ("cluster", lambda item: item.subject.cluster_id),
        ("subscription", lambda item: item.subject.subscription),
        ("framework", lambda _: "frame"),
    ],
)
def test_each_choice_keeps_its_own(
    visit: Visit, results: Results, facet: str, key: Callable[[Observation], str]
) -> None:
    page, chosen = visit(), key(results.observations[3])
    page.select_option(f"[data-facet={facet}]", chosen)
    mapped = {control.id for control in results.controls[:2]}
    expected = of(
        results, lambda item: item.control in mapped if facet == "framework" else key(item) == chosen
    )
    assert 0 < found(page) == expected < len(results.observations)


def test_severity_keeps_its_own(visit: Visit, results: Results) -> None:
    page = visit()
    page.check("[data-facet=severity][value=high]")
    high = {control.id for control in results.controls if control.severity == "high"}
    assert 0 < found(page) == of(results, lambda item: item.control in high)


def test_free_text_looks_everywhere_and_every_word_counts(visit: Visit, results: Results) -> None:
    page = visit()
    page.fill("#search", "ABSENT")
    assert found(page) == of(results, lambda item: "absent" in item.reason) > 0
    page.fill("#search", "absent payments-weu-011")
    assert found(page) == of(
        results, lambda item: "absent" in item.reason and item.subject.cluster == "aks-payments-weu-011"
    )
    page.fill("#search", '"aks payments"')
    assert found(page) == 0
    page.fill("#search", results.controls[3].id)
    assert found(page) == of(results, lambda item: item.control == results.controls[3].id)


def test_an_empty_result_says_so_and_what_it_was_asked_for(visit: Visit) -> None:
    page = visit()
    page.fill("#search", "<b>nowhere</b>")
    page.check("[data-facet=status][value=satisfied]")
    assert page.locator("#nothing").is_visible()
    assert not page.locator("#rows-box").is_visible()
    assert page.inner_text("#nothing") == (
        "No observation fits this filter. Status: Satisfied; text: <b>nowhere</b>"
    )
    assert page.locator("#copy-rows").is_disabled()


def test_a_view_can_be_sent_and_gone_back_to(visit: Visit) -> None:
    page = visit()
    page.click("[data-sort=subject]")
    page.check("[data-facet=status][value=satisfied]")
    page.fill("#search", "aks & 100% #1")
    sent = page.evaluate("location.hash")
    assert sent == "#observations?status=satisfied&text=aks+%26+100%25+%231&sort=subject"
    page.click("#clear")
    assert page.evaluate("location.hash") == "#observations"
    again = visit("#observations?status=satisfied&text=aks-&sort=-subject")
    assert again.input_value("#search") == "aks-"
    assert again.is_checked("[data-facet=status][value=satisfied]")
    assert again.locator("th[aria-sort=descending]").inner_text().startswith("Subject")
    kept = found(again)
    again.click("tr[data-row] a >> nth=0")
    assert again.evaluate("location.hash").startswith("#c-")
    again.go_back()
    assert found(again) == kept
    assert again.evaluate("document.getElementById('observations').getBoundingClientRect().top") < 40


def test_back_leads_to_the_view_before(visit: Visit, results: Results) -> None:
    page = visit()
    for control in results.controls[1:3]:
        page.locator(f"#c-{control.id} .to-rows a").click()
        assert page.input_value("[data-facet=control]") == control.id
    page.go_back()
    expect(page.locator("[data-facet=control]")).to_have_value(results.controls[1].id)
    assert found(page) == of(results, lambda item: item.control == results.controls[1].id)


def test_a_value_of_another_report_picks_nothing_and_is_named(visit: Visit) -> None:
    page = visit("#observations?control=from-another-pack")
    assert found(page) == 0
    assert "from-another-pack (not in this report)" in page.inner_text("#nothing")
    page.click("#clear")
    assert found(page) > 0


def test_anchors_of_the_document_still_work(visit: Visit, results: Results) -> None:
    anchor = f"c-{results.controls[-1].id}"
    page = visit(f"#{anchor}")
    top = page.evaluate(f"document.getElementById('{anchor}').getBoundingClientRect().top")
    assert 0 <= top < 100
    page.locator(f"#{anchor} .to-rows a").click()
    mine = of(results, lambda item: item.control == results.controls[-1].id)
    assert found(page) == mine
    assert page.input_value("[data-facet=control]") == results.controls[-1].id


def test_sorting_goes_up_down_and_back(visit: Visit, results: Results) -> None:
    page = visit("#observations?status=satisfied")
    titles = sorted({item.control for item in results.observations if item.status is Status.SATISFIED})
    ordered = sorted(control.title for control in results.controls if control.id in titles)
    first = rows(page)[0]
    for expected in (ordered[0], ordered[-1]):
        page.click("[data-sort=control]")
        assert expected in rows(page)[0]
    page.click("[data-sort=control]")
    assert rows(page)[0] == first
    page.click("[data-sort=cluster]")
    names = [
        page.locator(f"#rows tr[data-row] >> nth={place}").locator("bdi").first.inner_text()
        for place in range(4)
    ]
    assert names == sorted(names, key=str.casefold)


def test_a_row_opens_with_all_that_an_engineer_needs(visit: Visit, results: Results) -> None:
    page = visit("#observations?text=aks-payments-weu-011&status=not-satisfied")
    page.locator("#rows .open").first.click()
    details = page.locator("#rows .details")
    text = details.inner_text()
    control = next(one for one in results.controls if one.title in rows(page)[0])
    item = next(
        one
        for one in results.observations
        if one.control == control.id and one.subject.cluster == "aks-payments-weu-011"
    )
    for expected in (
        item.reason,
        *item.evidence,
        control.remediation_text,
        control.remediation_cli,
        item.subject.id,
    ):
        assert expected in text
    links = details.locator("a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert links[0] == item.evidence[0].partition("#")[0]
    assert f"#c-{control.id}" in links
    for target in links[1:]:
        assert page.locator(target).count() == 1
    page.locator("#rows .open").first.click()
    assert details.count() == 0


def copied(page: Page) -> str:
    text = page.evaluate("navigator.clipboard.readText()")
    assert isinstance(text, str)
    return text


def test_what_is_picked_is_copied_as_csv(visit: Visit, results: Results) -> None:
    page = visit("#observations?status=not-satisfied", permissions=["clipboard-read", "clipboard-write"])
    page.click("#copy-rows")
    expect(page.locator("#said")).to_contain_text("copied as CSV.")
    read = list(csv.DictReader(io.StringIO(copied(page), newline="")))
    failed = [item for item in results.observations if item.status is Status.NOT_SATISFIED]
    assert page.inner_text("#said") == f"{len(failed)} observations copied as CSV."
    assert len(read) == len(failed)
    by_key = {(row["control"], row["subject_id"]): row for row in read}
    for item in failed:
        subject_id = item.subject.id.replace("\u202e", "\\u{202E}").replace("\x1b", "\\u{001B}")
        row = by_key[item.control, subject_id]
        assert (row["reason"], row["waiver"]) == (item.reason, item.waiver or "")
        assert row["evidence"] == " ".join(item.evidence)
    cells = {cell for row in read for cell in row.values()}
    assert '\'=cmd|"/c calc"!A1' in cells
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@", "|", "%"))]


def test_a_command_and_a_view_are_copied(visit: Visit, results: Results) -> None:
    page = visit("#observations?status=not-satisfied", permissions=["clipboard-read", "clipboard-write"])
    page.locator("#rows .open").first.click()
    page.locator("#rows .details pre + .copy").click()
    expect(page.locator("#said")).to_have_text("Copied.")
    assert copied(page) == results.controls[0].remediation_cli
    page.click("#clear")
    page.check("[data-facet=status][value=not-satisfied]")
    page.click("#copy-view")
    expect(page.locator("#said")).to_have_text("Copied.")
    assert copied(page).endswith("report.html#observations?status=not-satisfied")


def test_the_keyboard_does_it_all(visit: Visit, results: Results) -> None:
    page, focused = visit(), "document.activeElement.id || document.activeElement.className"
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "skip"
    page.keyboard.press("/")
    assert page.evaluate(focused) == "search"
    page.keyboard.type("absent")
    assert page.input_value("#search") == "absent"
    assert found(page) < len(results.observations)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("#rows tr").nth(2).get_attribute("class") == "details"
    page.keyboard.press("Escape")
    assert page.locator("#rows .details").count() == 0
    assert page.evaluate(focused) == "open"
    page.keyboard.press("Escape")
    assert found(page) == len(results.observations)
    page.keyboard.press("n")
    assert page.inner_text("#at").startswith("Page 2 ")
    page.keyboard.press("p")
    assert page.inner_text("#at").startswith("Page 1 ")
    page.keyboard.press("?")
    assert page.locator("#keys[open]").count() == 1
    page.uncheck("#single-keys")
    page.keyboard.press("n")
    assert page.inner_text("#at").startswith("Page 1 ")


def test_the_switch_changes_the_colours(visit: Visit) -> None:
    page, paper = visit(color_scheme="light"), "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.select_option("#theme", "dark")
    dark = page.evaluate(paper)
    assert light == "rgb(255, 255, 255)" != dark
    page.reload()
    page.wait_for_selector("#explorer", state="visible")
    assert page.evaluate(paper) == dark
    page.emulate_media(color_scheme="dark")
    page.select_option("#theme", "light")
    assert page.evaluate(paper) == light
    page.select_option("#theme", "dark")
    page.check("[data-facet=status][value=satisfied]")
    page.emulate_media(media="print")
    assert page.evaluate(paper) == light
    assert not page.locator(".filter").is_visible()
    assert page.locator("#chosen").is_visible()
    assert page.inner_text("#chosen") == "Status: Satisfied"


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_is_wider_than_the_window(visit: Visit, width: int) -> None:
    page = visit(viewport={"width": width, "height": 900})
    page.locator("#rows .open").first.click()
    unfolded = """() => {
      for (const any of document.querySelectorAll("details")) any.open = true;
      for (const any of document.querySelectorAll(".control")) any.style.contentVisibility = "visible";
      return document.documentElement.scrollWidth - document.documentElement.clientWidth;
    }"""
    assert page.evaluate(unfolded) == 0


def test_without_javascript_it_is_a_document(visit: Visit, results: Results) -> None:
    page = visit(scripted=False)
    assert not page.locator("#explorer").is_visible()
    assert not page.locator("#theme").is_visible()
    note = page.inner_text("#observations-note")
    assert f"All {len(results.observations)} observations stand in results/observations.jsonl" in note
    assert page.locator("article.control").count() == len(results.controls)
    failed = of(results, lambda item: item.status is Status.NOT_SATISFIED)
    assert page.locator("article.control td a", has_text="evidence").count() == failed
    for anchor in ("#scope", "#gaps", "#ipe-01", "#access", "#method"):
        assert page.locator(anchor).is_visible()


def test_hostile_names_are_shown_as_text(visit: Visit, results: Results, tmp_path: Path) -> None:
    base = next(item for item in results.observations if item.status is Status.NOT_SATISFIED)
    hostile = tuple(
        replace(
            base,
            subject=replace(base.subject, id=f"/subjects/{place}/{name}", name=name, cluster=name),
            observed={name: name},
            reason=f"Reason: {name}",
            waiver=name,
            evidence=(f"evidence/{name}.json#/{name}",),
        )
        for place, name in enumerate(HOSTILE)
    )
    path = HtmlReport().render(replace(results, observations=hostile), tmp_path)
    page = visit(path=path, permissions=["clipboard-read", "clipboard-write"])
    assert found(page) == len(HOSTILE)
    for button in page.locator("#rows .open").all():
        button.click()
    shown = page.evaluate("document.getElementById('rows').textContent")
    for name in HOSTILE:
        assert f"Reason: {SHOWN.get(name, name)}" in shown
    assert page.locator("#rows :is(script, img)").count() == 0
    places = page.locator("#rows .details .code a").evaluate_all("all => all.map(one => one.protocol)")
    assert set(places) == {"file:"}
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    page.click("#copy-rows")
    expect(page.locator("#said")).to_contain_text("copied as CSV.")
    read = list(csv.DictReader(io.StringIO(copied(page), newline="")))
    names = {row["subject"] for row in read}
    assert {"'@SUM(1+1)", "'-2+3", '\'=cmd|"/c calc"!A1', "x" * 500} <= names


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_no_violation(chromium: Browser, tmp_path: Path, width: int, scheme: Any) -> None:
    small = factory.few(factory.results(3), 2)
    path = HtmlReport().render(replace(small, sources=small.sources[:3]), tmp_path)
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(path.as_uri())
    page.locator("#rows .open").first.click()
    checked = Axe().run(page, options={"resultTypes": ["violations"]})
    page.close()
    assert checked.response["violations"] == []
    assert checked.response["passes"]
