"""The collector's run-command mode against the sandbox: over HTTPS, and with everything that goes wrong."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reportgen.collect.connection import Connection
from reportgen.collect.kubernetes import fleet, script
from reportgen.collect.kubernetes.reads import READS
from reportgen.collect.kubernetes.transport import Deadline
from reportgen.engagement import Clusters, Scope
from reportgen.facts import collector
from reportgen.sandbox import Fault, Faults, Kind, Sandbox, serve
from reportgen.sandbox.interface import ADMIN_CANARY
from reportgen.snapshot import Reader
from tests.line import answer, collected
from tests.sandbox.command.conftest import CLUSTERS, NO_PATH, odd_objects
from tests.sandbox.conftest import ALPHA, cluster, cluster_id, write
from tests.sandbox.kubernetes.conftest import AS_OF, fill, listed, thing

SOURCES = {source for batch in script.BATCHES for source in batch}
PRIVATE = cluster_id(ALPHA, "aks-private")
SECOND: dict[Kind, tuple[str, str]] = {
    Kind.COMMAND_FAILED: ("failed", "ended in state Failed with no exit code"),
    Kind.COMMAND_KILLED: ("failed", "ended in state Succeeded with exit code 137"),
    Kind.COMMAND_CUT: ("truncated", "does not end as it should: it is not whole"),
    Kind.COMMAND_ALTERED: ("truncated", "is not of the size or hash that it says it has"),
    Kind.COMMAND_NOT_STARTED: ("failed", "HTTP 400 KubernetesPerformanceError from runCommand."),
    Kind.FORBIDDEN: (
        "denied",
        "Needed permission: Microsoft.ContainerService/managedClusters/runCommand/action",
    ),
    Kind.THROTTLED: ("throttled", "HTTP 429 "),
    Kind.ERROR_503: ("failed", "HTTP 503 from runCommand."),
}
"""What befalls the second command, which is about pods alone."""
FIRST = (Kind.COMMAND_FAILED, Kind.COMMAND_KILLED, Kind.COMMAND_NOT_STARTED)


@dataclass
class Run:
    """One collection in run-command mode."""

    sandbox: Sandbox
    reader: Reader
    folder: Path

    def items(self, source: str, name: str = "aks-private") -> list[Any]:
        pages = self.reader.pages(source, cluster_id(ALPHA, name))
        return [item for page in pages for item in page.body["items"]]

    def gaps(self, name: str = "aks-private") -> dict[str, tuple[str, str]]:
        """Reason and detail by source of what is missing inside a cluster."""
        key = cluster_id(ALPHA, name).lower()
        inside = [gap for gap in self.reader.gaps if gap.source.startswith("k8s.")]
        return {gap.source: (gap.reason, gap.detail) for gap in inside if gap.scope.lower() == key}

    def read(self, name: str = "aks-private") -> set[str]:
        """The sources that hold a page of the cluster."""
        return {source for source in SOURCES if list(self.reader.pages(source, cluster_id(ALPHA, name)))}

    def sent(self, name: str = "aks-private") -> int:
        """How many commands were sent to the cluster."""
        return sum("/runCommand" in line and f"/{name}/" in line for line in self.sandbox.requests)


def run(
    estate: Path,
    folder: Path,
    *faults: Fault,
    waited: Callable[[float], None] = lambda seconds: None,
    **clusters: Any,
) -> Iterator[Run]:
    with serve(estate, as_of=AS_OF, faults=Faults(calls=faults)) as sandbox:
        reader = collected(
            sandbox,
            folder,
            scope=Scope(subscriptions=(ALPHA,)),
            clusters=Clusters(access="run-command", **clusters),
            connection=Connection(
                f"https://{sandbox.management_host}",
                f"https://{sandbox.login_host}",
                sandbox.ca_file,
                sandbox.address,
                sleep=waited,
            ),
        )
        yield Run(sandbox, reader, folder)


@pytest.fixture(scope="module")
def plain(hidden: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    yield from run(hidden, tmp_path_factory.mktemp("plain"))


def hidden_clusters(folder: Path, *names: str, **files: Any) -> Path:
    """An estate of clusters that no path leads to, all alike."""
    write(folder, {f"{name}.json": cluster(ALPHA, name, **CLUSTERS["aks-private"]) for name in names})
    for name in names:
        fill(folder, name, odd_objects(3) | {"access.json": NO_PATH} | files)
    return folder


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """One collection in which every cluster has a fault of its own: the one it is called after."""
    folder = tmp_path_factory.mktemp("spoilt")
    second = [Fault(kind, f"/{kind}/runCommand", command="k8s.pods") for kind in SECOND]
    first = [Fault(kind, f"/first-{kind}/runCommand") for kind in FIRST]
    others = [
        Fault(Kind.ERROR_503, "/no-results/commandResults/", after=2),
        Fault(Kind.COMMAND_WITHOUT_KUBECTL, "/no-kubectl/runCommand"),
    ]
    names = [*SECOND, *(f"first-{kind}" for kind in FIRST), "no-results", "no-kubectl"]
    estate = hidden_clusters(folder / "estate", *names)
    yield from run(estate, folder / "out", *second, *first, *others, run_command_limit=999)


def test_clusters_without_a_path_are_read_by_commands(plain: Run) -> None:
    assert not plain.gaps()
    assert plain.read() == SOURCES
    assert plain.sent() == len(script.BATCHES)
    assert [pod["metadata"]["name"] for pod in plain.items("k8s.pods")] == ["odd", "bare"]
    assert len(plain.items("k8s.service-accounts")) == 520


def test_those_that_it_cannot_be_run_in_are_gaps(plain: Run) -> None:
    assert plain.gaps("aks-off")["k8s.access"][1].endswith("Run command is switched off on this cluster.")
    assert plain.gaps("aks-stopped")["k8s.access"][0] == "stopped"
    assert plain.gaps("aks-legacy")["k8s.access"][0] == "admin-only"
    assert [plain.sent(name) for name in ("aks-off", "aks-stopped", "aks-legacy")] == [0, 0, 0]
    assert plain.sandbox.admin_credentials == []
    reason, detail = plain.gaps("aks-denied")["k8s.pods"]
    assert (reason, detail) == (
        "denied",
        "kubectl is refused. Needed right in the cluster: list pods in the core API group.",
    )
    assert plain.read("aks-denied") == SOURCES - {"k8s.pods"}


def test_a_command_that_ends_badly_is_a_gap_that_says_how(plain: Run) -> None:
    reason, detail = plain.gaps("aks-empty")["k8s.access"]
    assert reason == "failed"
    assert "Run command: The command ended in state Succeeded with exit code 1." in detail
    assert "The command's pod is command-" in detail
    assert detail.endswith("in the namespace aks-command.")
    assert plain.sent("aks-empty") == 1


def test_the_pods_are_named(plain: Run) -> None:
    run_in = {one.cluster.rpartition("/")[2]: one for one in collector(plain.reader).commands}
    assert set(run_in) == {"aks-private", "aks-denied"}
    pods = run_in["aks-private"].pods
    assert len(set(pods)) == len(script.BATCHES)
    assert all(pod.startswith("command-") for pod in pods)
    assert {one.namespace for one in run_in.values()} == {"aks-command"}


def test_nothing_that_could_hold_a_secret_is_stored(plain: Run) -> None:
    stored = b"".join(path.read_bytes() for path in plain.folder.rglob("*") if path.is_file())
    assert b'"odd"' in stored
    for canary in (b"CANARY", b"managedFields", b"last-applied", ADMIN_CANARY.encode(), b"eyJ"):
        assert canary not in stored


def test_it_brings_what_an_api_server_says(plain: Run, tmp_path: Path) -> None:
    reachable = tmp_path / "reachable"
    write(reachable, {"one.json": cluster(ALPHA, "aks-private", **CLUSTERS["aks-private"])})
    fill(reachable, "aks-private", odd_objects())
    for direct in run(reachable, tmp_path / "out"):
        assert direct.sent() == 0
        assert not direct.gaps()
        for read in READS:
            assert plain.items(read.source) == direct.items(read.source), read.source
        (version,) = (page.body for page in plain.reader.pages("k8s.version", PRIVATE))
        assert [page.body for page in direct.reader.pages("k8s.version", PRIVATE)] == [version]


@pytest.mark.parametrize(("kind", "told"), SECOND.items(), ids=SECOND)
def test_what_befalls_one_command_costs_its_sources_alone(
    spoilt: Run, kind: Kind, told: tuple[str, str]
) -> None:
    reason, detail = spoilt.gaps(kind)["k8s.pods"]
    assert reason == told[0]
    assert told[1] in detail
    assert ("The command's pod is command-" in detail) is kind.startswith("command-")
    assert set(spoilt.gaps(kind)) == {"k8s.pods"}
    assert spoilt.read(kind) == SOURCES - {"k8s.pods"}
    assert spoilt.sent(kind) == len(script.BATCHES), "nothing was sent again"


@pytest.mark.parametrize("kind", FIRST)
def test_what_befalls_the_first_command_is_a_gap_of_the_way_in(spoilt: Run, kind: Kind) -> None:
    name = f"first-{kind}"
    assert set(spoilt.gaps(name)) == {"k8s.access"}
    assert "Run command: " in spoilt.gaps(name)["k8s.access"][1]
    assert "The command's pod is command-" in spoilt.gaps(name)["k8s.access"][1]
    assert spoilt.sent(name) == 1
    assert not spoilt.read(name)


def test_results_that_cannot_be_asked_for_are_gaps(spoilt: Run) -> None:
    assert spoilt.read("no-results") == set(script.BATCHES[0])
    assert set(spoilt.gaps("no-results")) == SOURCES - spoilt.read("no-results")
    assert "HTTP 503 from runCommand. The command's pod is" in spoilt.gaps("no-results")["k8s.pods"][1]
    assert spoilt.sent("no-results") == len(script.BATCHES)


def test_a_pod_without_kubectl_is_a_gap_of_each_source(spoilt: Run) -> None:
    assert not spoilt.read("no-kubectl")
    assert set(spoilt.gaps("no-kubectl")) == SOURCES
    assert spoilt.gaps("no-kubectl")["k8s.version"] == ("failed", "kubectl could not read /version.")
    assert spoilt.gaps("no-kubectl")["k8s.pods"] == ("failed", "kubectl could not list pods.")


def test_a_command_that_hangs_ends_with_the_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time goes by as the collector waits, and so nobody does."""
    waited: list[float] = []
    monkeypatch.setattr(fleet, "Deadline", lambda seconds: Deadline(seconds, lambda: sum(waited)))
    estate = hidden_clusters(tmp_path / "estate", "aks-private")
    hanging = Fault(Kind.COMMAND_HANGS, command="k8s.pods")
    for found in run(estate, tmp_path, hanging, waited=waited.append, deadline_seconds=60):
        reason, detail = found.gaps()["k8s.pods"]
        assert reason == "deadline"
        assert "The command's pod is command-" in detail
        assert found.read() == set(script.BATCHES[0])
        assert set(found.gaps()) == SOURCES - found.read()
        assert 50 <= sum(waited) <= 60


def test_what_is_cut_off_is_read_source_by_source(tmp_path: Path) -> None:
    """Azure keeps 512 kB of what a command prints; random names do not pack."""
    jobs = [
        thing(f"job-{number}", "bulk", metadata={"labels": {"x": secrets.token_hex(400)}})
        for number in range(1100)
    ]
    many = {"jobs.json": listed("Job", *jobs, api_version="batch/v1")}
    for found in run(hidden_clusters(tmp_path / "estate", "aks-private", **many), tmp_path):
        assert set(found.gaps()) == {"k8s.jobs"}
        reason, detail = found.gaps()["k8s.jobs"]
        assert reason == "truncated"
        assert detail.startswith("The command printed more than 512 kB, which is where Azure cuts.")
        assert found.read() == SOURCES - {"k8s.jobs"}
        assert found.sent() == len(script.BATCHES) + len(script.BATCHES[2]), "never the same command twice"


def test_commands_beyond_the_ceiling_are_gaps(tmp_path: Path) -> None:
    for found in run(hidden_clusters(tmp_path / "estate", "aks-private"), tmp_path, run_command_limit=2):
        assert found.sent() == 2
        assert found.read() == {*script.BATCHES[0], *script.BATCHES[1]}
        assert {reason for reason, _ in found.gaps().values()} == {"limit"}
        assert set(found.gaps()) == SOURCES - found.read()


def test_a_cluster_that_was_stopped_or_switched_off_since_is_a_gap(tmp_path: Path) -> None:
    """Its body still says that it runs, and Azure refuses."""
    refusals = {"aks-stopped": (409, "OperationNotAllowed"), "aks-off": (400, "BadRequest")}
    estate = hidden_clusters(tmp_path / "estate", *refusals)
    for name, (status, code) in refusals.items():
        body = {"error": {"code": code, "message": "CANARY"}}
        said = answer(f"{cluster_id(ALPHA, name)}/runCommand", body, status)
        said["request"]["method"] = "POST"
        write(estate, {f"refusal-{name}.json": said})
    for found in run(estate, tmp_path):
        for name, (status, code) in refusals.items():
            reason, detail = found.gaps(name)["k8s.access"]
            assert reason == "failed"
            assert detail.endswith(f"Run command: HTTP {status} {code} from runCommand.")
            assert found.sent(name) == 1


def test_what_befalls_a_list_inside_the_cluster_is_a_gap_of_that_list(tmp_path: Path) -> None:
    once = Fault(Kind.ERROR_500, match="/api/v1/pods", times=1)
    for found in run(hidden_clusters(tmp_path / "estate", "aks-private"), tmp_path, once):
        assert found.gaps() == {"k8s.pods": ("failed", "kubectl could not list pods.")}
        assert found.read() == SOURCES - {"k8s.pods"}
        assert found.sent() == len(script.BATCHES)
