"""How findings and test procedures are put into words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reportgen.model import Finding, Status
from reportgen.render.strings import builtin
from reportgen.render.wording import conclusion, population, procedure, short
from tests.render import factory


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        (
            (41, 38, 3, 0, 0, 1),
            "3 of 41 clusters assessed not satisfied at 2026-11-15 06:00:00 UTC; 1 waived.",
        ),
        (
            (43, 41, 0, 2, 0, 0),
            "41 of 41 clusters assessed satisfied at 2026-11-15 06:00:00 UTC; 2 not assessed.",
        ),
        (
            (2, 0, 0, 0, 2, 0),
            "0 of 2 clusters assessed at 2026-11-15 06:00:00 UTC; 2 not applicable.",
        ),
        (
            (0, 0, 0, 0, 0, 0),
            "The population is 0 clusters: there was nothing to assess at 2026-11-15 06:00:00 UTC.",
        ),
    ],
)
def test_conclusions_are_counts_at_a_time(counts: tuple[int, ...], sentence: str) -> None:
    control = factory.results(1).controls[0]
    finding = Finding(control.id, Status.SATISFIED, *counts)
    assert conclusion(control, finding, "2026-11-15T06:00:00Z", builtin()) == sentence


@pytest.mark.parametrize(
    ("counts", "clusters", "subscriptions", "sentence"),
    [
        (
            (294, 61, 12, 0, 221),
            *(4, 0),
            (
                "12 of 73 clusters assessed not satisfied; an unknown number on 4 clusters where they were "
                "not read; 221 not applicable."
            ),
        ),
        (
            (0, 0, 0, 0, 0),
            *(1, 0),
            "0 clusters assessed; an unknown number on 1 cluster where they were not read.",
        ),
        (
            (2, 0, 0, 2, 0),
            *(1, 2),
            (
                "0 of 2 clusters assessed; an unknown number on 1 cluster where they were not read, and an "
                "unknown number in 2 subscriptions where they were not read; 2 not assessed."
            ),
        ),
    ],
)
def test_nobody_counts_what_was_not_listed(
    counts: tuple[int, ...], clusters: int, subscriptions: int, sentence: str
) -> None:
    control = factory.results(1).controls[0]
    finding = Finding(
        control.id,
        Status.NOT_ASSESSED,
        *counts,
    )
    finding = replace(finding, unlisted_clusters=clusters, unlisted_subscriptions=subscriptions)
    assert conclusion(control, finding, "", builtin()) == sentence
    places = clusters + subscriptions
    assert short(finding, builtin())[-1] == f"{places} place{'s' * (places > 1)} not read"


def test_a_waiver_is_told_right_behind_the_exceptions() -> None:
    control = factory.results(1).controls[0]
    finding = Finding(control.id, Status.NOT_SATISFIED, 9, 8, 1, 0, 0, waived=1, unlisted_clusters=2)
    told = conclusion(control, finding, "", builtin())
    assert "not satisfied; 1 waived; an unknown number on 2 clusters" in told


def test_a_population_says_where_it_is_not_known() -> None:
    finding = Finding("some-control", Status.NOT_ASSESSED, 73, 73, 0, 0, 0, unlisted_clusters=4)
    assert population("role-binding", finding, builtin()) == (
        "73 role bindings, and an unknown number on 4 clusters where they were not read"
    )
    assert population("role-binding", replace(finding, unlisted_clusters=0), builtin()) == "73 role bindings"


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((41, 38, 3, 0, 0, 1), ("3 of 41 not satisfied (1 waived)",)),
        ((43, 41, 0, 2, 0, 0), ("41 of 41 satisfied", "2 not assessed")),
        ((12, 0, 0, 12, 0, 0), ("12 not assessed",)),
        ((12, 0, 0, 1, 11, 0), ("1 not assessed", "11 not applicable")),
        ((0, 0, 0, 0, 0, 0), ("a population of 0",)),
    ],
)
def test_the_index_says_what_was_assessed_and_what_was_not(
    counts: tuple[int, ...], said: tuple[str, ...]
) -> None:
    assert short(Finding("some-control", Status.SATISFIED, *counts), builtin()) == said


def test_commands_are_taken_out_of_the_procedure() -> None:
    assert procedure("Read a. To re-perform, run az a b -n <and> and az c and kubectl d") == (
        "Read a.",
        "az a b -n <and>\naz c\nkubectl d",
    )
    assert procedure("Ask the owner.") == ("Ask the owner.", "")


def test_what_to_do_with_an_answer_is_a_comment_to_the_shell() -> None:
    pods = "kubectl get pods -A -o json and read hostPID of pods"
    rights = "kubectl auth can-i list secrets for a principal"
    _, commands = procedure(f"To re-perform, run {pods}; {rights}, and kubectl get nodes")
    assert commands.splitlines() == [
        "kubectl get pods -A -o json  # read hostPID of pods",
        "kubectl auth can-i list secrets  # for a principal",
        "kubectl get nodes",
    ]
