"""No text of a report is hard-wired: in a pseudo-locale every word that is not data has its accents."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reportgen.model import (
    Collector,
    Difference,
    DocumentControl,
    EntityControlResult,
    HeldRights,
    Issue,
    Representation,
    Results,
    RunCommands,
    Signatory,
    Status,
)
from reportgen.render.context import report
from reportgen.render.environment import render
from tests.render import factory
from tests.render.pseudo import accented, hard_wired, in_pseudo
from tests.render.test_estate import with_estate


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
    )  # fmt: skip


@pytest.mark.parametrize(
    ("medium", "profile"), [("pdf", "standard"), ("html", "standard"), ("pdf", "summary")]
)
def test_no_part_has_texts_of_its_own(medium: str, profile: str) -> None:
    results = in_pseudo(everything())
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
