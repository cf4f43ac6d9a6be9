"""Every fault of the service: what passes leaves no trace, what stays is a gap, and the rest is whole."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reportgen.collect import graph, jobs
from reportgen.collect.connection import Connection
from reportgen.engagement import Scope
from reportgen.model import Gap
from reportgen.sandbox import Fault, Faults, Kind, Sandbox, serve
from reportgen.snapshot import Reader
from tests import line
from tests.sandbox.conftest import ALPHA, BETA, CLUSTERS_IN_ALPHA, cluster, cluster_id, write

GRAPH = "/providers/microsoft.resourcegraph/resources"
LISTS = "/providers/microsoft.containerservice/managedclusters?"
WINDOWS = f"{cluster_id(ALPHA, 'aks-good')}/maintenanceConfigurations"


@pytest.fixture(scope="module", autouse=True)
def few_queries() -> Iterator[None]:
    """Two of the queries stand for all: what happens to one is what happens to any."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "GRAPH_READS", ("role-assignments", "disks"))
        yield


@pytest.fixture(scope="module")
def snapshot(mixed_estate: Path, few_queries: None, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """The same estate without a fault."""
    with sandbox(mixed_estate) as served:
        return line.collected(served, tmp_path_factory.mktemp("whole"))


@contextmanager
def sandbox(estate: Path, *calls: Fault, **faults: Any) -> Iterator[Sandbox]:
    with serve(estate, as_of=line.NOW, faults=Faults(calls=calls, **faults)) as served:
        yield served


def patient(served: Sandbox, seconds: float = 120.0) -> Connection:
    """Never sleeps between attempts; a call may take so many seconds."""
    return Connection(
        f"https://{served.management_host}",
        f"https://{served.login_host}",
        served.ca_file,
        served.address,
        call_seconds=seconds,
        sleep=lambda _: None,
    )


def content(reader: Reader) -> dict[str, bytes]:
    """Every page by its path."""
    return {
        path: (reader.folder / path).read_bytes()
        for source in reader.sources()
        for path, _ in reader.provenance(source)
    }


PASSING = [
    Fault(Kind.THROTTLED, times=2),
    Fault(Kind.THROTTLED, GRAPH, times=3),
    Fault(Kind.THROTTLED_SILENTLY, times=3),
    Fault(Kind.THROTTLED_SILENTLY, GRAPH, times=3),
    Fault(Kind.THROTTLED_BY_QUOTA, GRAPH, times=2),
    Fault(Kind.ERROR_500, GRAPH, times=2),
    Fault(Kind.ERROR_502, LISTS, times=2),
    Fault(Kind.ERROR_503, times=4),
    Fault(Kind.RESET, LISTS, times=2),
    Fault(Kind.RESET, GRAPH, times=2),
    Fault(Kind.TRUNCATED, LISTS, times=2),
    Fault(Kind.TRUNCATED, GRAPH, times=2),
    Fault(Kind.TOKEN_EXPIRED, "/subscriptions", after=3, times=1),
    Fault(Kind.TOKEN_EXPIRED, GRAPH, times=1),
    Fault(Kind.TOTAL_CHANGES, kql="managedclusters", times=1),
]


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: f"{fault.kind}-{fault.match or fault.kql}"[:40])
def test_what_passes_leaves_no_trace(
    mixed_estate: Path, snapshot: Reader, tmp_path: Path, fault: Fault
) -> None:
    with sandbox(mixed_estate, fault) as served:
        reader = line.collected(served, tmp_path, connection=patient(served))
        assert served.requests
    assert content(reader) == content(snapshot)
    assert reader.gaps == snapshot.gaps


STAYING = [
    (Fault(Kind.THROTTLED, WINDOWS), "throttled", "HTTP 429"),
    (Fault(Kind.THROTTLED, WINDOWS, seconds=3600), "throttled", "HTTP 429"),
    (Fault(Kind.ERROR_500, WINDOWS), "failed", "HTTP 500"),
    (Fault(Kind.ERROR_502, WINDOWS), "failed", "HTTP 502"),
    (Fault(Kind.ERROR_503, WINDOWS), "failed", "HTTP 503"),
    (Fault(Kind.FORBIDDEN, WINDOWS), "denied", "HTTP 403 AuthorizationFailed"),
    (Fault(Kind.RESET, WINDOWS), "failed", "GET "),
    (Fault(Kind.TRUNCATED, WINDOWS), "failed", "breaks off"),
]


@pytest.mark.parametrize(("fault", "reason", "told"), STAYING, ids=lambda value: str(value)[:30])
def test_what_stays_is_one_gap_and_all_else_is_whole(
    mixed_estate: Path, snapshot: Reader, tmp_path: Path, fault: Fault, reason: str, told: str
) -> None:
    with sandbox(mixed_estate, fault) as served:
        reader = line.collected(served, tmp_path, connection=patient(served))
    (gap,) = set(reader.gaps) - set(snapshot.gaps)
    assert (gap.source, gap.reason) == ("arm.maintenance-configurations", reason)
    assert gap.scope.lower() == cluster_id(ALPHA, "aks-good").lower()
    assert told in gap.detail
    lost = content(snapshot).keys() - content(reader).keys()
    assert {path.split("/")[0] for path in lost} == {"arm.maintenance-configurations"}
    assert all(content(snapshot)[path] == body for path, body in content(reader).items())


@pytest.mark.parametrize("kind", [Kind.DRIP, Kind.LATENCY])
def test_an_answer_that_does_not_end_costs_its_own_deadline(
    mixed_estate: Path, snapshot: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Kind
) -> None:
    monkeypatch.setattr("reportgen.collect.policies._ATTEMPTS", 1)
    seconds = {Kind.DRIP: 0.1, Kind.LATENCY: 30.0}[kind]
    with sandbox(mixed_estate, Fault(kind, WINDOWS, seconds=seconds)) as served:
        reader = line.collected(served, tmp_path, connection=patient(served, 1.5))
    (gap,) = set(reader.gaps) - set(snapshot.gaps)
    assert (gap.source, gap.reason) == ("arm.maintenance-configurations", "failed")


def new_gaps(reader: Reader, snapshot: Reader) -> set[Gap]:
    return set(reader.gaps) - set(snapshot.gaps)


def paged_estate(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Eight clusters, and pages of three rows."""
    monkeypatch.setattr("reportgen.collect.azure.GRAPH_PAGE_ROWS", 3)
    return write(folder, {"clusters.json": [cluster(ALPHA, f"aks-{number}") for number in range(8)]})


PAGES = [
    (Fault(Kind.REPEATED_ROWS, kql="managedclusters"), "8 rows, 8 came, 7 of them distinct"),
    (Fault(Kind.TOTAL_CHANGES, kql="managedclusters"), "8 and then 9"),
    (Fault(Kind.NO_TOKEN, kql="managedclusters"), "8 rows, 3 came, 3 of them distinct"),
]


@pytest.mark.parametrize(("fault", "told"), PAGES, ids=lambda value: str(value)[:40])
def test_pages_that_do_not_add_up_are_a_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault, told: str
) -> None:
    estate = paged_estate(tmp_path / "estate", monkeypatch)
    with sandbox(estate, fault) as served:
        reader = line.collected(
            served, tmp_path, connection=patient(served), scope=Scope(subscriptions=(ALPHA,))
        )
    (gap,) = [gap for gap in reader.gaps if gap.reason == "truncated"]
    assert (gap.source, gap.scope) == ("arg.managed-clusters", "tenant")
    assert told in gap.detail


def test_pages_that_add_up_the_second_time_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    estate = paged_estate(tmp_path / "estate", monkeypatch)
    with sandbox(estate, Fault(Kind.REPEATED_ROWS, kql="managedclusters", times=1)) as served:
        reader = line.collected(
            served, tmp_path, connection=patient(served), scope=Scope(subscriptions=(ALPHA,))
        )
    assert not [gap for gap in reader.gaps if gap.reason == "truncated"]
    rows = [row["id"] for page in reader.pages("arg.managed-clusters") for row in page.body["data"]]
    assert len(set(rows)) == len(rows) == 8


def test_one_subscription_without_a_role_costs_that_subscription(
    mixed_estate: Path, snapshot: Reader, tmp_path: Path
) -> None:
    with sandbox(mixed_estate, unreadable=(BETA,)) as served:
        reader = line.collected(served, tmp_path, connection=patient(served))
    assert {gap.scope for gap in new_gaps(reader, snapshot)} == {BETA}
    (beta,) = [known for known in reader.scope.subscriptions if known.id == BETA]
    assert (beta.expected, beta.visible, beta.collected) == (True, False, False)


def test_a_cluster_that_went_in_between_is_not_found_and_still_counted(
    mixed_estate: Path, snapshot: Reader, tmp_path: Path
) -> None:
    gone = cluster_id(ALPHA, "aks-good")
    with sandbox(mixed_estate, deleted=(gone,)) as served:
        reader = line.collected(served, tmp_path, connection=patient(served))
    found = new_gaps(reader, snapshot)
    assert found
    assert {gap.scope.lower().split("/agentpools/")[0] for gap in found} == {gone.lower()}
    assert {gap.reason for gap in found} == {"not-found"}
    names = [body["name"] for page in reader.pages("arm.managed-clusters") for body in page.body["value"]]
    assert "aks-good" in names


def test_a_disabled_subscription_is_read_and_its_state_is_said(mixed_estate: Path, tmp_path: Path) -> None:
    with sandbox(mixed_estate, disabled=(ALPHA,)) as served:
        reader = line.collected(served, tmp_path, connection=patient(served))
    (alpha,) = [known for known in reader.scope.subscriptions if known.id == ALPHA]
    assert alpha.collected
    assert "Its state is Disabled." in alpha.reason


def test_more_subscriptions_than_resource_graph_covers_is_a_gap(
    mixed_estate: Path, snapshot: Reader, tmp_path: Path
) -> None:
    """Naming the subscriptions in scope, as the gap advises, helps."""
    for scope, expected in ((Scope(), [("tenant", "truncated")]), (Scope(subscriptions=(ALPHA, BETA)), [])):
        with sandbox(mixed_estate, subscription_limit=1) as served:
            reader = line.collected(served, tmp_path, connection=patient(served), scope=scope)
        found = [gap for gap in new_gaps(reader, snapshot) if gap.source == "arg.subscriptions"]
        assert [(gap.scope, gap.reason) for gap in found] == expected
        assert all("first 10,000 subscriptions" in gap.detail for gap in found)


@pytest.mark.parametrize(("skew", "known"), [(299.0, 0), (-299.0, 0), (301.0, 1), (-3600.0, 1)])
def test_clocks_that_are_apart_are_a_gap(
    mixed_estate: Path, snapshot: Reader, tmp_path: Path, skew: float, known: int
) -> None:
    with sandbox(mixed_estate, clock_skew=skew) as served:
        reader = line.collected(served, tmp_path, connection=patient(served))
    found = [gap for gap in new_gaps(reader, snapshot) if gap.source == "collector.clock"]
    assert len(found) == known
    if found:
        assert f"{abs(skew):.0f} seconds {'behind' if skew > 0 else 'ahead of'} Azure's" in found[0].detail


def test_lists_of_many_pages_end_with_an_empty_one(large: Path, tmp_path: Path) -> None:
    with sandbox(large) as served:
        reader = line.collected(served, tmp_path, connection=patient(served))
    sizes = [len(page.body["value"]) for page in reader.pages("arm.managed-clusters", ALPHA)]
    assert sizes == [20, CLUSTERS_IN_ALPHA - 20, 0]


def test_the_deadline_of_a_run_ends_it_with_gaps(
    mixed_estate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that goes on by an hour each time it is read; the first units are still in time."""
    hours = itertools.count()
    clock = SimpleNamespace(monotonic=lambda: next(hours) * 3600.0)
    monkeypatch.setattr("reportgen.collect.time", clock)
    with sandbox(mixed_estate) as served:
        reader = line.collected(served, tmp_path, connection=patient(served), run_hours=6)
    late = [gap for gap in reader.gaps if gap.reason == "deadline"]
    assert late
    assert {gap.detail for gap in late} == {"The run's deadline passed before this could be read."}


def test_batches_of_subscriptions_gap_for_themselves(
    mixed_estate: Path, snapshot: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "BATCH", 1)
    fault = Fault(Kind.FORBIDDEN, GRAPH, kql="type =~ 'microsoft.containerservice/managedclusters'", after=2)
    with sandbox(mixed_estate, fault) as served:
        reader = line.collected(served, tmp_path, connection=patient(served))
    found = [gap for gap in new_gaps(reader, snapshot) if gap.source == "arg.managed-clusters"]
    assert [(gap.scope, gap.reason) for gap in found if gap.reason != "differs"] == [(BETA, "denied")]
