"""No text of a report is hard-wired: in a pseudo-locale every word that is not data has its accents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from reportgen.model import (
    CollectionMode,
    Collector,
    Difference,
    DocumentControl,
    EntityControlResult,
    Framework,
    FrameworkResult,
    HeldRights,
    Issue,
    MappedControl,
    Relation,
    Representation,
    Requirement,
    RequirementResult,
    Results,
    RunCommands,
    Signatory,
    Status,
    WaiverState,
)
from reportgen.render import strings
from reportgen.render.context import report
from reportgen.render.environment import render
from reportgen.render.frameworks import METHODS
from reportgen.render.strings import builtin
from tests.render import factory
from tests.render.pseudo import accented, hard_wired, in_pseudo
from tests.render.test_estate import with_estate
from tests.render.test_period import period
from tests.render.test_registers import response, stated, waiver
from tests.render.test_runs import BASE as RUN
from tests.render.test_runs import listing

WEEK = ("2026-10-01", "2026-10-07")


def everything() -> Results:
    """Small results that fill every part."""
    base = factory.few(factory.results(3, hostile=False), 12)
    base = with_estate(base, ("1.32.7", "2026-03-31", ("2026-11-10", "")), ("1.35", "2027-03-31", ()))
    cluster = base.observations[0].subject
    return replace(
        base,
        differences=(Difference(cluster.id, "properties.x", "1", "2"),),
        collector=Collector(
            "h-1", "", "https://management.azure.com", "", False, (),
            (HeldRights(cluster.subscription, True, ("Microsoft.Storage/*",)),),
            (RunCommands(cluster.id, "aks-command", ("command-1",)),),
        ),
        entity_controls=(
            EntityControlResult("ITGC-1", "Text.", "Owner A", "", "", "", (base.controls[0].id,),
                                Status.NOT_SATISFIED, 1, 0),
        ),
        document=DocumentControl(
            Signatory("Ada Berg", "Lead"), (), (), Representation("Words.", Signatory("Ada Berg")),
            (Issue("1", "2026-11-16", "Ada Berg", "First issue"),),
        ),
        catalogue_version="2026.4",
        frameworks=(framework(base),),
        runs=listing(RUN, replace(RUN, why="failed", result="failed"), schedule="weekly", due=(WEEK,) * 3),
        period=replace(period(base), unused=()),
        waivers=(waiver(controls=(base.controls[0].id,)), waiver(2, WaiverState.EXPIRED)),
        attestations=(stated(),),
        responses=(response(control=base.controls[1].id),),
    )  # fmt: skip


def nothing() -> Results:
    """Results that leave every part as empty as it can be."""
    times = ("2026-11-15T06:00:00Z",)
    collector = Collector("h-1", "", "https://x", "http://proxy:3128", True, times, ())
    return replace(factory.clean(), gaps=(), sources=(), access=(), principals={}, collector=collector)


def alone() -> Results:
    """One cluster by a kubeconfig, with gaps."""
    base = everything()
    return replace(base, facts=replace(base.facts, collection_mode=CollectionMode.KUBECONFIG))


def framework(results: Results) -> FrameworkResult:
    """One with requirements of every kind."""
    mapped = (
        MappedControl(results.controls[0].id, Relation.DIRECT, ""),
        MappedControl(results.controls[1].id, Relation.SUPPORTING, "Somebody Else"),
    )
    asked = (
        Requirement("1.1", "First", "Group G", "automated", "", "The rest.", mapped),
        Requirement("1.2", "Second", "Group G", "automated", "", "", mapped[1:]),
        *(
            Requirement(f"2.{place}", f"Title {method}", "Group H", method, "For a reason.", "", ())
            for place, method in enumerate(METHODS[1:])
        ),
    )
    lines = (
        RequirementResult(asked[0], Status.NOT_SATISFIED, 3, 2),
        RequirementResult(asked[1], Status.SATISFIED, 0, 0, supporting_only=True),
        *(RequirementResult(one, None, 0, 0) for one in asked[2:]),
    )
    shipped = Framework("f", "Frame F", "Frame", "v1", "Publisher P", "https://f", "", "", asked, "")
    return FrameworkResult(shipped, lines)


@pytest.fixture(autouse=True)
def unprotected(monkeypatch: pytest.MonkeyPatch) -> None:
    """With protected texts in the pseudo-locale alone: shipped words in a report were written there."""
    monkeypatch.setattr(strings, "builtin", lambda: replace(builtin(), protected=frozenset()))


@pytest.mark.parametrize(
    ("medium", "profile"), [("pdf", "standard"), ("html", "standard"), ("pdf", "summary")]
)
@pytest.mark.parametrize("make", [everything, nothing, alone])
def test_no_part_has_texts_of_its_own(make: Callable[[], Results], medium: str, profile: str) -> None:
    results = in_pseudo(make())
    found = hard_wired(render(report(results, medium, profile)), results)
    assert found == {}, "\n".join(f"{place}: {text}" for place in found for text in found[place])


def test_a_word_written_into_a_template_is_found() -> None:
    results = in_pseudo(everything())
    part = '<section id="s"><p>Ŵöŕđš öƒ <b>Contoso Energy</b>{}</p><td data-label="{}">x</td></section>'
    found = hard_wired(part.format(", hard-wired", "Name"), results)
    assert found == {"s": ["Ŵöŕđš öƒ Contoso Energy, hard-wired", "Name"]}
    assert hard_wired(part.format("", "Ñåɱé"), results) == {}


def test_placeholders_are_left_as_they_are() -> None:
    assert accented("of {number} pages") == "öƒ {number} þåĝéš"
