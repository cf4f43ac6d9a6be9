"""What the report says of the evidence itself: rights, an export, differences, closing counts."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from reportgen.model import Collector, Difference, Export, Gap, HeldRights, Results
from reportgen.render.html import HtmlReport
from reportgen.render.ipe import sheets
from reportgen.render.strings import builtin
from tests.render import factory

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def base() -> Results:
    return factory.few(factory.results(3))


def text(results: Results, folder: Path) -> str:
    document = HtmlReport().render(results, folder).read_text(encoding="utf-8")
    return " ".join(re.sub(r"<[^>]+>", "", document.replace("<wbr>", "")).split())


def collector(*rights: HeldRights, resumed_at: tuple[str, ...] = ()) -> Collector:
    return Collector(
        "host-7", f"CONTAINER_APP_JOB_NAME={HOSTILE}", "https://a.example", "p:8080", True, resumed_at, rights
    )


def test_a_right_beyond_reading_is_shown_first(base: Results, tmp_path: Path) -> None:
    one, two = factory.subscription_id(0), factory.subscription_id(1)
    held = collector(
        HeldRights(one, True, ()),
        HeldRights(two, True, ("Microsoft.Compute/*/write",)),
        resumed_at=("2026-11-15T07:00:00Z",),
    )
    shown = text(replace(base, collector=held), tmp_path)
    assert "More than reading: Microsoft.Compute/*/write." in shown
    assert shown.index("More than reading") < shown.index("Nothing beyond reading.")
    assert "interrupted and gone on with at 2026-11-15 07:00:00 UTC" in shown
    assert "through the proxy p:8080" in shown
    assert "&lt;script&gt;" in shown


def test_rights_that_could_not_be_read_are_said_to_be_unknown(base: Results, tmp_path: Path) -> None:
    held = collector(HeldRights(factory.subscription_id(0), False, ()))
    assert "Could not be read; see the gaps." in text(replace(base, collector=held), tmp_path)


def test_differences_stand_with_both_values(base: Results, tmp_path: Path) -> None:
    cluster = base.observations[0].subject.cluster_id
    unlike = (
        Difference(cluster, "properties.agentPoolProfiles[a].count", 3, 5),
        Difference(cluster, "properties.agentPoolProfiles[b].count", 1, 2),
        Difference(cluster, "properties.securityProfile", None, {"sshAccess": HOSTILE}),
    )
    shown = text(replace(base, differences=unlike), tmp_path)
    assert "3 properties of 1 cluster differ, 2 of them in value" in shown
    assert "properties.agentPoolProfiles[].count" in shown
    assert "&lt;script&gt;" in shown
    assert "no property differs" in text(base, tmp_path)


def test_an_export_is_named_with_its_hash_and_both_differences(base: Results, tmp_path: Path) -> None:
    export = Export("CMDB, view AKS", "2026-11-14", "cmdb.csv", "ab" * 32, 7, "expected-scope.csv")
    scope = replace(
        base.scope,
        export=export,
        clusters_missing=("/subscriptions/x/gone",),
        clusters_unexpected=("/y/new",),
    )
    shown = text(replace(base, scope=scope), tmp_path)
    assert "Named by the export and not found: 1 cluster" in shown
    assert "Found and not named by the export: 1 cluster" in shown
    for words in ("CMDB, view AKS", "ab" * 32, "7 rows", "/subscriptions/x/gone", "/y/new"):
        assert words in shown


@pytest.mark.parametrize(
    ("rows", "counted", "verdict"),
    [(41, 41, "the numbers agree"), (41, 40, "THE NUMBERS DIFFER"), (40, 41, "THE NUMBERS DIFFER")],
)
def test_the_closing_count_is_one_of_the_numbers(
    base: Results, rows: int, counted: int, verdict: str
) -> None:
    source = next(known for known in base.sources if known.total_records is not None)
    changed = replace(source, rows=rows, total_records=41, closing_count=counted)
    (sheet,) = sheets(replace(base, sources=(changed,)), builtin())
    assert sheet.rows_said.endswith(verdict)
    assert f"{counted:,} counted after the last page" in sheet.rows_said


def test_what_the_engagement_left_out_is_listed_and_makes_nothing_incomplete(tmp_path: Path) -> None:
    whole = factory.clean()
    left_out = Gap("k8s.access", "tenant", "tenant", "excluded", "The engagement says clusters.access none.")
    shown = text(replace(whole, gaps=(left_out,)), tmp_path)
    assert "there is no gap. 1 exclusion, listed below." in shown
    assert "Gaps and exclusions: 1" in shown
    assert "Incomplete" not in shown.split("Nature of this document")[0].split("Scope and completeness")[-1]
