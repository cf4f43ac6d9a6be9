"""The front matter: who answers for the pack, exceptions in one list, what the results rest on."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from reportgen.model import (
    DocumentControl,
    EntityControlResult,
    Framework,
    FrameworkResult,
    Issue,
    ParameterNote,
    Representation,
    Requirement,
    RequirementResult,
    ResponseResult,
    ResponseState,
    Results,
    Signatory,
    Status,
    Weaker,
)
from reportgen.render.context import report
from reportgen.render.environment import render
from tests.render import factory

BASE = factory.results(3, hostile=False)


def section(results: Results, anchor: str, medium: str = "pdf") -> str:
    """The words of one section."""
    page = render(report(results, medium))
    match = re.search(rf'<section id="{anchor}">(.*?)</section>', page, re.DOTALL)
    assert match, anchor
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", match[1])).split())


def test_an_engagement_that_names_nobody_has_lines_for_the_pen() -> None:
    page = render(report(BASE, "pdf"))
    assert page.count('class="pen"') >= 3 * 4
    told = section(BASE, "document")
    assert "The engagement gives no text." in told
    assert "records no earlier issue" in told


def test_those_who_answer_for_it_are_named() -> None:
    named = DocumentControl(
        prepared_by=Signatory("Ada Berg", "Platform lead"),
        reviewers=(Signatory("Kim Holm", "Head of IT", "2026-11-18"),),
        approvers=(Signatory("Lin Vos <b>", "CISO"),),
        representation=Representation("All clusters are here.", Signatory("Ada Berg", "Lead", "2026-11-16")),
        changes=(Issue("2", "2026-11-20", "Ada Berg", "Second issue"),),
    )
    told = section(replace(BASE, document=named), "document")
    assert "Reviewed by Kim Holm Head of IT 2026-11-18" in told
    assert "Approved by Lin Vos <b> CISO" in told
    assert "All clusters are here." in told
    assert "2 2026-11-20 Ada Berg Second issue" in told
    cover = render(report(replace(BASE, document=named), "pdf")).partition("</header>")[0]
    assert "Ada Berg, Platform lead" in cover


def test_every_control_that_is_not_satisfied_is_listed_the_most_severe_first() -> None:
    front = report(BASE, "html").front
    failed = {finding.control: finding for finding in BASE.findings if finding.status is Status.NOT_SATISFIED}
    assert {line.anchor for line in front.exceptions} == {f"c-{name}" for name in failed}
    ranks = [["critical", "high", "medium", "low"].index(line.severity) for line in front.exceptions]
    assert ranks == sorted(ranks)
    for line in front.exceptions:
        finding = failed[line.anchor.removeprefix("c-")]
        assert (line.number, line.waived) == (finding.exceptions, finding.waived)
        assert line.assessed == finding.exceptions + finding.satisfied
        assert len(line.clusters) + line.more <= 3


def test_the_owner_is_that_of_the_entity_s_control() -> None:
    first = report(BASE, "html").front.exceptions[0].anchor.removeprefix("c-")
    entity = EntityControlResult("A-1", "x", "Head of X", "", "", "", (first,), Status.NOT_SATISFIED, 1, 0)
    results = replace(BASE, entity_controls=(entity,))
    lines = report(results, "html").front.exceptions
    assert [line.owner for line in lines if line.anchor == f"c-{first}"] == ["Head of X"]
    assert "Head of X" in section(results, "exceptions")
    assert "none given" in section(results, "exceptions")


def test_a_response_of_management_gives_owner_and_due_day() -> None:
    first, second = (line.anchor.removeprefix("c-") for line in report(BASE, "html").front.exceptions[:2])
    late = ResponseResult("R-1", first, "", "Owner A", "Fix it.", "2026-10-31", ResponseState.OVERDUE, 2)
    open_ = replace(late, id="R-2", control=second, due_on="2027-01-31", state=ResponseState.OPEN)
    settled = replace(open_, id="R-3", owner="Owner B", state=ResponseState.SETTLED)
    told = section(replace(BASE, responses=(open_, late, settled)), "exceptions")
    assert "Owner A, overdue since 2026-10-31" in told
    assert "Owner A, due 2027-01-31" in told
    assert "Owner B" not in told


def test_a_pdf_says_how_many_exceptions_it_does_not_list() -> None:
    view = report(BASE, "pdf")
    short = replace(view, front=replace(view.front, exceptions=view.front.exceptions[:2]))
    assert f"The first 2 of {view.front.all_exceptions};" in unescape(render(short))


def test_without_exceptions_the_list_claims_no_more_than_that() -> None:
    told = section(factory.clean(), "exceptions")
    assert "No control is not satisfied. What was not assessed" in told


@pytest.mark.parametrize(
    ("value", "told"), [(120, "lets more pass than the default 90"), (30, "30 instead of")]
)
def test_parameters_that_the_engagement_sets_are_listed(value: int, told: str) -> None:
    control = replace(
        BASE.controls[0],
        parameters={"max_age_days": value, "other": 1},
        parameter_notes={
            "max_age_days": ParameterNote(90, Weaker.HIGHER, "us"),
            "other": ParameterNote(1, Weaker.HIGHER, "us"),
        },
    )
    results = replace(BASE, controls=(control, *BASE.controls[1:]), catalogue_version="2026.4")
    words = section(results, "changes")
    assert told in words
    assert "other" not in words.split("Parameters set")[1].split("Templates")[0].replace("another", "")
    assert "Version 2026.4" in words


def test_what_the_catalogue_changed_is_told_newest_first() -> None:
    old = replace(BASE.controls[0], history={"2026.4": "Added."})
    new = replace(BASE.controls[1], history={"2027.1": "Looks at pools too."})
    results = replace(BASE, controls=(old, new, *BASE.controls[2:]))
    words = section(results, "changes")
    assert 0 < words.index("Looks at pools too.") < words.index("Added.")


def test_what_is_inherited_is_listed_by_framework() -> None:
    inherited = Requirement(
        "7.1", "Sites have walls", "P", "inherited", "The provider's audit says so.", "", ()
    )
    other = replace(inherited, id="8.1", method="attestation")
    framework = Framework("f", "Framework F", "FF", "1", "us", "", "", "", (inherited, other), "")
    lines = tuple(RequirementResult(one, None, 0, 0) for one in (inherited, other))
    results = replace(BASE, frameworks=(FrameworkResult(framework, lines),))
    assert "FF 1 requirement: 7.1" in section(results, "responsibility")
    whole = section(results, "responsibility", "html")
    assert "7.1 Sites have walls. The provider's audit says so." in whole
    assert "8.1" not in whole
    assert "etcd and its hosts" in whole


@pytest.mark.parametrize("medium", ["pdf", "html"])
def test_contents_name_every_section_that_is_there_and_no_other(medium: str) -> None:
    page = render(report(BASE, medium))
    for anchor in report(BASE, medium).sections:
        assert f'id="{anchor}"' in page, anchor
        assert anchor == "controls" or f'href="#{anchor}"' in page, anchor
    assert "entity" not in report(BASE, medium).sections
