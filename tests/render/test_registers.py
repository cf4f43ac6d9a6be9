"""Waivers, attestations and responses in the reports: in front, in their registers, beside exceptions."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reportgen.model import (
    AttestationResult,
    AttestationState,
    ResponseResult,
    ResponseState,
    Results,
    Status,
    WaiverResult,
    WaiverState,
)
from reportgen.render.context import report
from reportgen.render.data import FindingsJson
from reportgen.render.html import HtmlReport
from reportgen.render.names import Names
from reportgen.render.registers import registers_view
from reportgen.render.schemas import FILES, load
from reportgen.render.strings import builtin
from tests.render import factory
from tests.render.test_html import Page

PLAIN = factory.results(4, hostile=False, controls_an_area=1)
FAILED = next(item for item in PLAIN.observations if item.status is Status.NOT_SATISFIED)
HOSTILE = '<script>alert("x")</script> {{ 7*7 }} \u202e =cmd|x'


def waiver(number: int = 1, state: WaiverState = WaiverState.ACTIVE, **changes: object) -> WaiverResult:
    base = WaiverResult(
        f"W-{number:02d}", "engagement", (FAILED.control,), FAILED.subject.id, "", "Until then.", "RISK-1",
        "ops", "Risk Committee", "2026-09-14", "2026-09-14", "2027-03-31", "minutes", "", "", state,
        matched=1, waived=int(state is WaiverState.ACTIVE),
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def stated(**changes: object) -> AttestationResult:
    base = AttestationResult(
        "A-01", "control", FAILED.control, "", "", "A. Example", "Head", "It is so.", "2026-10-01",
        "2027-10-01", "list.txt", "f" * 64, "evidence/attestations/ffffffffffff-list.txt",
        AttestationState.BESIDE,
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def response(**changes: object) -> ResponseResult:
    base = ResponseResult(
        "R-01", FAILED.control, "", "Head of Platform", "The setting is turned on.", "2026-10-31",
        ResponseState.OVERDUE, exceptions=2,
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def with_registers(
    *waivers: WaiverResult, attestations: tuple[AttestationResult, ...] = (),
    responses: tuple[ResponseResult, ...] = (),
) -> Results:  # fmt: skip
    """The plain results; the first waiver stands beside one exception."""
    beside = waivers[0].id if waivers and waivers[0].waived else None
    findings = tuple(
        replace(one, waived=int(bool(beside) and one.control == FAILED.control)) for one in PLAIN.findings
    )
    observations = tuple(
        replace(item, waiver=beside if item == FAILED else None) for item in PLAIN.observations
    )
    return replace(
        PLAIN, findings=findings, observations=observations, waivers=waivers, attestations=attestations,
        responses=responses,
    )  # fmt: skip


def html(results: Results, folder: Path) -> tuple[str, Page, str]:
    document = HtmlReport().render(results, folder).read_text(encoding="utf-8")
    page = Page(document)
    return document, page, " ".join("".join(page.text).split())


def test_an_exception_names_its_waiver_and_stays_one(tmp_path: Path) -> None:
    document, page, text = html(with_registers(waiver()), tmp_path)
    assert "Waived: W-01 until 2027-03-31" in text
    assert '<a href="#w-01"><bdi>Waived:' in document
    assert "1 exception is waived and still counted as not satisfied." in text
    ids = [attributes.get("id") for _, attributes in page.tags]
    assert {"waivers", "w-01"} <= set(ids)
    assert "waivers-front" not in ids
    for words in ("asked for by ops", "approved by Risk Committee on 2026-09-14", "RISK-1", "Until then."):
        assert words in text


def test_what_needs_a_reader_stands_before_the_summary(tmp_path: Path) -> None:
    expired = waiver(2, WaiverState.EXPIRED, notes=(WaiverState.SELF_APPROVED,))
    late = waiver(3, WaiverState.ACTIVE, notes=(WaiverState.LATE,), late_days=41, waived=0)
    document, _, text = html(with_registers(waiver(), expired, late), tmp_path)
    front = document.index('id="waivers-front"')
    assert document.index('id="nature"') < front < document.index('id="summary"')
    assert "2 waivers need a reader’s eye" in text
    assert "W-02 · Expired, not applied; Not applied, approved by the one who asked" in text
    assert "approved 41 days after first seen" in text


def test_every_link_leads_somewhere(tmp_path: Path) -> None:
    results = with_registers(
        waiver(), waiver(2, WaiverState.UNMATCHED, subject="/nothing"),
        attestations=(stated(), stated(id="A-02", kind="requirement", framework="none", about="1.1")),
        responses=(response(), response(id="R-02", subject=FAILED.subject.id)),
    )  # fmt: skip
    _, page, _ = html(results, tmp_path)
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    links = [attributes.get("href") or "" for tag, attributes in page.tags if tag == "a"]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)


def test_responses_stand_with_their_control_and_in_the_register(tmp_path: Path) -> None:
    _, _, text = html(with_registers(responses=(response(),)), tmp_path)
    line = "Overdue · R-01: The setting is turned on. Owner Head of Platform, due 2026-10-31."
    assert text.count(line) == 1
    assert "Management responses" in text
    assert text.count("The setting is turned on.") == 2


def test_attestations_show_who_states_what_and_the_file_s_hash(tmp_path: Path) -> None:
    _, _, text = html(with_registers(attestations=(stated(),)), tmp_path)
    for words in ("A. Example", "Head", "It is so.", f"list.txt, SHA-256 {'f' * 64}", "Valid, beside a test",
                  "in this pack: evidence/attestations/ffffffffffff-list.txt",
                  "2026-10-01, valid until 2027-10-01"):  # fmt: skip
        assert words in text


def test_malformed_entries_say_what_is_wrong_and_where(tmp_path: Path) -> None:
    wrong: dict[str, Any] = {"problems": ("ticket: missing", f"x: {HOSTILE}"), "where": "registers.yaml:7"}
    results = with_registers(
        waiver(1, WaiverState.LATE),
        waiver(2, WaiverState.MALFORMED, expires_on="", approved_on="", waived=0, **wrong),
        attestations=(stated(state=AttestationState.MALFORMED, stated_on="", valid_until="", **wrong),),
        responses=(response(state=ResponseState.MALFORMED, due_on="", **wrong),),
    )
    document, _, text = html(results, tmp_path)
    front = document[document.index('id="waivers-front"') : document.index('id="summary"')]
    assert front.index("#w-02") < front.index("#w-01")
    assert "no end" not in text
    assert text.count("entry at registers.yaml:7: ticket: missing; x: <script>") == 4
    for words in ("Malformed, not applied", "Malformed, not relied on", "Malformed, not heard"):
        assert words in text
    assert "Overdue · R-01" not in text
    bare = waiver(4, WaiverState.MALFORMED, controls=(), subject="", requested_by="", approved_by="", **wrong)
    _, _, alone = html(with_registers(bare), tmp_path)
    assert "W-04 · Malformed, not applied: entry at registers.yaml:7" in " ".join(alone.split())
    assert "by nobody" not in alone
    assert text.count("The setting is turned on.") == 1
    assert "\u202e" not in document
    shown = json.loads(FindingsJson().render(results, tmp_path).read_bytes())
    found = (shown["waivers"][1], shown["attestations"][0], shown["responses"][0])
    assert {(one["state"], one["where"], tuple(one["problems"])) for one in found} == {
        ("malformed", wrong["where"], wrong["problems"])
    }
    jsonschema.Draft202012Validator(load(FILES["results/findings.json"])).validate(shown)


def test_without_registers_nothing_is_said_of_them(tmp_path: Path) -> None:
    _, page, _ = html(with_registers(), tmp_path)
    ids = {attributes.get("id") for _, attributes in page.tags}
    assert not {"waivers", "waivers-front", "attestations", "responses"} & ids


def test_hostile_texts_are_shown_as_text(tmp_path: Path) -> None:
    results = with_registers(
        waiver(reason=HOSTILE, ticket=HOSTILE, approved_by=HOSTILE, requested_by=HOSTILE, approval=HOSTILE,
               subject=HOSTILE, state=WaiverState.UNMATCHED, name=HOSTILE, category=HOSTILE),
        attestations=(stated(person=HOSTILE, role=HOSTILE, statement=HOSTILE, file=HOSTILE),),
        responses=(response(owner=HOSTILE, plan=HOSTILE),),
    )  # fmt: skip
    document, page, text = html(results, tmp_path)
    assert [tag for tag, _ in page.tags].count("script") == 2  # the page's own
    assert "\u202e" not in document
    assert "{{ 7*7 }} \\u{202E} =cmd|x" in text


@pytest.mark.parametrize("medium", ["pdf", "html"])
def test_a_pdf_prints_those_that_need_a_reader_first_and_says_what_is_left(medium: str) -> None:
    many = [waiver(number, WaiverState.ACTIVE, waived=0) for number in range(1, 60)]
    many.append(waiver(60, WaiverState.EXPIRED))
    view = registers_view(with_registers(*many), Names.of(PLAIN), medium)
    assert view.waivers[0].result.id == "W-60"
    assert (len(view.waivers), view.all_waivers) == (40 if medium == "pdf" else 60, 60)
    hidden = view.beside("W-59")
    assert hidden == (("" if medium == "pdf" else "w-59", "W-59", "2027-03-31"),)


def test_every_state_has_words() -> None:
    entries = builtin().entries
    for section, states in (
        ("waivers", WaiverState), ("attestations", AttestationState), ("responses", ResponseState),
    ):  # fmt: skip
        for state in states:
            assert f"{section}.{state.value.replace('-', '_')}" in entries


def test_findings_json_has_all_of_them(tmp_path: Path) -> None:
    results = with_registers(waiver(), attestations=(stated(),), responses=(response(),))
    document = json.loads(FindingsJson().render(results, tmp_path).read_bytes())
    assert [one["state"] for one in document["waivers"]] == ["active"]
    assert [one["file_sha256"] for one in document["attestations"]] == ["f" * 64]
    assert [one["state"] for one in document["responses"]] == ["overdue"]
    (found,) = [one for one in document["findings"] if one["control"] == FAILED.control]
    assert (found["status"], found["waived"]) == ("not-satisfied", 1)


def test_the_index_counts_what_is_waived() -> None:
    view = report(with_registers(waiver()), "html")
    (shown,) = [one for one in view.controls if one.control.id == FAILED.control]
    assert shown.short[0].endswith("not satisfied (1 waived)")
    assert shown.conclusion.count("1 waived") == 1
