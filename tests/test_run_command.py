"""The whole line in run-command mode, over the sample estate's private clusters: as if a path led there."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from reportgen import render, run
from reportgen.collect import Request, collect
from reportgen.engagement import Clusters, Engagement, Scope, load
from reportgen.model import CollectionMode, Observation, Status
from reportgen.run import Outcome, Served
from tests.line import NOW

PRODUCTION = "3d7c1f0a-92be-4c57-8e13-b6a4f05d27c9"
LEDGER, PAYMENTS = "aks-ledger-prod-neu", "aks-payments-prod-weu"
"""Both private; the second has run command switched off."""
READ = {"findings.json", "html"}
"""What is looked at of a pack here."""


@dataclass(frozen=True)
class Made:
    """A pack, and how many commands its collection sent."""

    outcome: Outcome
    folder: Path

    def of(self, cluster: str) -> list[Observation]:
        return [seen for seen in self.outcome.results.observations if seen.subject.cluster == cluster]

    def findings(self) -> Any:
        return json.loads((self.outcome.pack / "results" / "findings.json").read_text("utf-8"))


@contextmanager
def at_once(engagement: Engagement, estate: Path) -> Iterator[Served]:
    """As `run.served`, without the pauses between two looks at a command."""
    with run.served(engagement, estate, NOW) as there:
        yield replace(there, connection=replace(there.connection, sleep=lambda seconds: None))


def made(estate: Path, out: Path, access: Any) -> Made:
    changed = {"clusters": Clusters(access=access), "scope": Scope(subscriptions=(PRODUCTION,))}
    engagement = load(estate / "engagement.yaml").model_copy(update=changed)
    with at_once(engagement, estate) as there:
        request = Request(
            folder=out / "snapshots" / "20261115T060000Z",
            mode=CollectionMode.ESTATE,
            connection=there.connection,
            clock=lambda: NOW,
            host="test",
            progress=lambda done, of, what: None,
            secret=there.secret,
        )
        collect(there.engagement, request)
    return Made(run.report(engagement, request.folder, out), request.folder)


@pytest.fixture(scope="module")
def direct(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("direct")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reportgen.render.RENDERERS", render.RENDERERS[:0])
        return made(run.SAMPLES / "contoso", folder, "direct")


@pytest.fixture(scope="module")
def by_command(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("by-command")
    estate = Path(shutil.copytree(run.SAMPLES / "contoso", folder / "estate"))
    for name in (LEDGER, PAYMENTS):
        (estate / "kubernetes" / name / "access.json").write_text('{"reachable": false}', encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        kept = tuple(one for one in render.RENDERERS if one.name in READ)
        patch.setattr("reportgen.render.RENDERERS", kept)
        return made(estate, folder, "run-command")


def judged(observations: list[Observation]) -> dict[tuple[str, str], Observation]:
    """By control and subject, without the pages that they rest on."""
    return {(seen.control, seen.subject.id): replace(seen, evidence=()) for seen in observations}


def test_a_cluster_is_judged_alike_by_both_ways(direct: Made, by_command: Made) -> None:
    one, two = judged(direct.of(LEDGER)), judged(by_command.of(LEDGER))
    assert one.keys() == two.keys()
    unlike = {key: (one[key], two[key]) for key in one if one[key] != two[key]}
    assert {control for control, _ in unlike} == {
        "governance-webhooks-answered-inside",
        "governance-webhooks-fail-closed",
    }
    for theirs, ours in unlike.values():
        assert theirs.observed["Asks"].startswith("https://")
        assert ours.observed["Asks"] == "an address outside the cluster, which run command does not bring"
    statuses = [
        (key[1].rpartition("/")[2], theirs.status, ours.status) for key, (theirs, ours) in unlike.items()
    ]
    assert {line for line in statuses if line[1] is not line[2]} == {
        ("licence.ledgerworks.example", Status.NOT_SATISFIED, Status.NOT_ASSESSED)
    }, "what was not brought is no pass"
    inside = [seen for seen in by_command.of(LEDGER) if "/kubernetes/" in seen.subject.id]
    assert len(inside) > 500


def test_where_a_command_cannot_be_run_nothing_is_judged_and_that_is_said(by_command: Made) -> None:
    (gap,) = (gap for gap in by_command.outcome.results.gaps if gap.scope.endswith(PAYMENTS))
    assert gap.detail.endswith("Run command is switched off on this cluster.")
    inside = [seen for seen in by_command.of(PAYMENTS) if "/kubernetes/" in seen.subject.id]
    assert {(seen.status.value, seen.reason.endswith(gap.detail)) for seen in inside} == {
        ("not-assessed", True)
    }


def test_the_report_names_namespace_and_pods(by_command: Made) -> None:
    (told,) = by_command.findings()["collector"]["commands"]
    assert told["cluster"].endswith(LEDGER)
    assert (told["namespace"], len(set(told["pods"]))) == ("aks-command", 4)
    html = (by_command.outcome.pack / "report.html").read_text("utf-8")
    text = " ".join(re.sub(r"<[^>]+>", " ", html.replace("<wbr>", "")).split())
    part = text[text.index("Commands run inside clusters") :]
    assert f"{LEDGER} aks-command {', '.join(told['pods'])}" in part


def test_where_none_is_run_there_is_no_such_part(direct: Made) -> None:
    assert direct.outcome.results.collector is not None
    assert direct.outcome.results.collector.commands == ()
