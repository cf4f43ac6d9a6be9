"""Run command: a fixed script where no path leads to the API server, its output held to size and hash."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from azure.core.rest import HttpRequest

from reportgen.collect.kubernetes import script
from reportgen.collect.kubernetes.reads import READS
from reportgen.collect.kubernetes.run_command import LARGEST_OUTPUT
from reportgen.collect.kubernetes.templates import as_json
from reportgen.errors import ReportgenError
from reportgen.model import Json
from tests.collect.kubernetes import world
from tests.collect.kubernetes.conftest import GROUP, ID, Bench, entra
from tests.collect.kubernetes.server import API, MANAGEMENT, Call, Reply, Server

NOWHERE = "https://x.privatelink.azmk8s.io"
PRIVATE = entra(apiServerAccessProfile={"enablePrivateCluster": True})
SOURCES = [source for batch in script.BATCHES for source in batch]


def packed(text: bytes) -> str:
    """An output as the script ends it."""
    body = base64.b64encode(gzip.compress(text)).decode()
    return f"{body}\nreportgen {len(text)} {hashlib.sha256(text).hexdigest()}\n"


def sections(sources: tuple[str, ...], content: str = '{"items":[]}', state: str = "read") -> bytes:
    """What the script prints about these sources, the same for each."""
    lines = []
    for source in sources:
        read = next((read for read in READS if read.source == source), None)
        for resource in script.resources(read) if read else ("version",):
            body = content if read else '{"gitVersion": "v1.34.1"}'
            lines.append(f"@@{source} {resource}\n{body}\n##{state}\n")
    return "".join(lines).encode()


@dataclass
class Arm:
    """Resource Manager's run command: ``prints`` gives the logs for a command's sources."""

    server: Server
    prints: Any = lambda sources: packed(sections(sources))
    exit_code: int | None = 0
    state: str = "Succeeded"
    polls: int = 1
    bodies: list[Json] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.server.gives_kubeconfig(NOWHERE)
        self.server.arm["runcommand"] = self.run
        self.server.faults.append(self.result)

    def run(self, call: Call) -> Reply:
        self.bodies.append(call.json())
        number = f"id{len(self.bodies)}"
        self.left[number] = self.polls
        place = f"https://{MANAGEMENT}{GROUP}/aks-one/commandResults/{number}?api-version=2026-08-01"
        return Reply(status=202, raw=b"", headers={"Location": place})

    def result(self, call: Call) -> Reply | None:
        number = call.path.rsplit("/", 1)[-1]
        if "/commandResults/" not in call.path:
            return None
        if self.left[number]:
            self.left[number] -= 1
            return Reply(
                {"id": number, "properties": {"provisioningState": "Running"}},
                202,
                {"Location": self._same(call)},
            )
        sources = tuple(self.bodies[int(number[2:]) - 1]["command"].split()[2:])
        properties = {
            "provisioningState": self.state,
            "exitCode": self.exit_code,
            "logs": self.prints(sources),
        }
        return Reply({"id": number, "properties": properties})

    def _same(self, call: Call) -> str:
        return f"https://{MANAGEMENT}{call.path}?api-version=2026-08-01"


@pytest.fixture
def arm(server: Server) -> Arm:
    return Arm(server)


def test_it_is_not_done_unless_the_engagement_says_so(bench: Bench, arm: Arm) -> None:
    bench.collect(PRIVATE)
    assert not arm.bodies
    assert [gap.reason for gap in bench.gaps] == ["unreachable"]


def test_where_a_path_leads_to_the_server_no_command_is_run(bench: Bench, arm: Arm) -> None:
    bench.server.gives_kubeconfig()
    world.fill(bench.server.cluster)
    bench.collect(PRIVATE, access="run-command")
    assert not arm.bodies
    assert bench.items("k8s.pods")


def test_a_cluster_without_a_path_is_read_by_a_few_commands(bench: Bench, arm: Arm) -> None:
    item = '{"items":[{"":0,"metadata":{"":0,"name":"a\\a\\x7f"}}]}'
    arm.prints = lambda sources: packed(sections(sources, item))
    bench.collect(PRIVATE, access="run-command")
    assert not bench.gaps
    assert [body["command"] for body in arm.bodies] == [script.command(batch) for batch in script.BATCHES]
    assert bench.items("k8s.pods") == [{"metadata": {"name": "a\x07\x7f"}}]
    assert bench.pages("k8s.pods")[0]["kind"] == "PodList"
    assert [item["kind"] for item in bench.items("k8s.secret-stores")] == [
        "SecretStore",
        "ClusterSecretStore",
    ]
    assert bench.pages("k8s.version") == [{"kind": "Version", "gitVersion": "v1.34.1"}]


def test_the_namespace_and_the_pods_that_were_made_are_named(bench: Bench, arm: Arm) -> None:
    bench.collect(PRIVATE, access="run-command")
    pages = bench.pages("k8s.access")
    assert pages[0]["kind"] == "ClusterEndpoint"
    assert [(page["kind"], page["namespace"], page["pod"]) for page in pages[1:]] == [
        ("RunCommand", "aks-command", f"command-id{number}") for number in range(1, 5)
    ]
    (told,) = bench.provenance("k8s.pods")
    assert (told.method, told.parameters["pod"], told.parameters["namespace"]) == (
        "POST",
        "command-id2",
        "aks-command",
    )
    assert told.url.startswith(f"https://{MANAGEMENT}{GROUP}/aks-one/runCommand?")
    assert told.query.startswith(
        "sh read.sh k8s.pods\nkubectl get pods --all-namespaces -o go-template-file="
    )


def test_a_command_bears_the_callers_own_token_and_it_is_not_kept(bench: Bench, arm: Arm) -> None:
    bench.collect(PRIVATE, access="run-command")
    token = arm.bodies[0]["clusterToken"]
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert claims["aud"] == "6dae42f8-4368-4678-94ff-3960e28e3630/.default"
    assert token not in bench.text()


def test_a_command_is_never_repeated(bench: Bench, arm: Arm) -> None:
    bench.server.arm["runcommand"] = lambda call: arm.run(call) and Reply(status=503, raw=b"<html>")
    bench.collect(PRIVATE, access="run-command")
    assert len(arm.bodies) == 1
    (gap,) = bench.gaps
    assert (gap.source, gap.reason) == ("k8s.access", "failed")
    assert gap.detail.endswith("does not resolve from here. Run command: HTTP 503 from runCommand.")


def test_one_that_breaks_off_is_not_repeated_either(bench: Bench, arm: Arm) -> None:
    bench.server.arm["runcommand"] = lambda call: arm.run(call) and Reply({"id": "x" * 99}, cut=True)
    bench.collect(PRIVATE, access="run-command")
    assert len(arm.bodies) == 1
    assert "whether a pod was started is not known" in bench.gaps[0].detail


def test_an_output_of_more_than_azure_keeps_is_read_source_by_source(bench: Bench, arm: Arm) -> None:
    arm.prints = lambda sources: "x" * LARGEST_OUTPUT if len(sources) > 1 else packed(sections(sources))
    bench.collect(PRIVATE, access="run-command", run_command_limit=99)
    assert not bench.gaps
    assert {body["command"] for body in arm.bodies} >= {f"sh read.sh {source}" for source in SOURCES}


CUT: dict[str, tuple[Any, str]] = {
    "cut": (lambda text: text[: len(text) // 2], "does not end as it should"),
    "nothing": (lambda text: "", "does not end as it should"),
    "too long": (lambda text: "x" * LARGEST_OUTPUT + text, "more than 512 kB"),
    "other hash": (lambda text: re.sub(r"[0-9a-f]{64}", "0" * 64, text), "not of the size or hash"),
    "other size": (lambda text: text.replace("reportgen ", "reportgen 1"), "not of the size or hash"),
    "not packed": (lambda text: "CANARY=" + text, "cannot be unpacked"),
    "cut in the middle": (lambda text: text[40:], "cannot be unpacked"),
}


@pytest.mark.parametrize(("change", "words"), CUT.values(), ids=CUT)
def test_an_output_that_is_not_whole_is_a_gap(bench: Bench, arm: Arm, change: Any, words: str) -> None:
    def prints(sources: tuple[str, ...]) -> str:
        whole = packed(sections(sources))
        return change(whole) if sources == ("k8s.pods",) else whole

    arm.prints = prints
    bench.collect(PRIVATE, access="run-command")
    (gap,) = bench.gaps
    assert (gap.source, gap.reason) == ("k8s.pods", "truncated")
    assert words in gap.detail
    assert not bench.pages("k8s.pods")
    assert "CANARY" not in bench.text()


@pytest.mark.parametrize(
    ("state", "code"), [("Failed", 1), ("Succeeded", 137), ("Failed", None), ("CANARY 1", 0)]
)
def test_a_command_that_does_not_end_well_is_a_gap(
    bench: Bench, arm: Arm, state: str, code: int | None
) -> None:
    arm.state, arm.exit_code = state, code
    bench.collect(PRIVATE, access="run-command")
    (gap,) = bench.gaps
    assert gap.source == "k8s.access"
    assert "Run command: The command ended in state" in gap.detail
    assert "CANARY" not in gap.detail


def test_a_source_that_kubectl_may_not_list_is_a_gap_and_one_that_is_not_there_is_none(
    bench: Bench, arm: Arm
) -> None:
    def prints(sources: tuple[str, ...]) -> str:
        text = sections(sources).decode()
        denied = text.replace(
            '@@k8s.services services\n{"items":[]}\n##read', "@@k8s.services services\n\n##denied"
        )
        none = denied.replace(
            'certificates.cert-manager.io\n{"items":[]}\n##read', "certificates.cert-manager.io\n\n##none"
        )
        return packed(
            none.replace(
                '@@k8s.jobs jobs.batch\n{"items":[]}\n##read', "@@k8s.jobs jobs.batch\n{CANARY\n##read"
            ).encode()
        )

    arm.prints = prints
    bench.collect(PRIVATE, access="run-command")
    assert {(gap.source, gap.reason): gap.detail for gap in bench.gaps} == {
        (
            "k8s.services",
            "denied",
        ): "kubectl is refused. Needed right in the cluster: list services in the core API group.",
        ("k8s.jobs", "failed"): "What was printed is not as declared.",
    }
    assert bench.items("k8s.certificates") == []
    assert bench.provenance("k8s.certificates")[0].parameters["served"] is False


def test_there_is_a_ceiling_on_commands_for_the_whole_run(bench: Bench, arm: Arm) -> None:
    two = entra("aks-two", apiServerAccessProfile={"enablePrivateCluster": True})
    bench.collect(PRIVATE, two, access="run-command", run_command_limit=3)
    assert len(arm.bodies) == 3
    reasons = {(gap.scope, gap.source): gap.reason for gap in bench.gaps}
    assert reasons[(ID, "k8s.runtime-classes")] == "limit"
    assert reasons[(f"{GROUP}/aks-two", "k8s.access")] == "limit"
    assert "The 3 commands of clusters.run_command_limit were used up" in bench.gaps[-1].detail


def test_it_is_not_done_where_the_cluster_has_it_switched_off(bench: Bench, arm: Arm) -> None:
    off = entra(apiServerAccessProfile={"enablePrivateCluster": True, "disableRunCommand": True})
    bench.collect(off, access="run-command")
    assert not arm.bodies
    assert bench.gaps[0].detail.endswith("Run command is switched off on this cluster.")


def test_without_the_permission_the_gap_names_it(bench: Bench, arm: Arm) -> None:
    bench.server.arm["runcommand"] = lambda call: Reply(
        {"error": {"code": "AuthorizationFailed", "message": "CANARY"}}, 403
    )
    bench.collect(PRIVATE, access="run-command")
    (gap,) = bench.gaps
    assert gap.reason == "denied"
    assert gap.detail.endswith(
        "Needed permission: Microsoft.ContainerService/managedClusters/runCommand/action."
    )
    assert "CANARY" not in gap.detail


def test_a_result_elsewhere_is_not_fetched(bench: Bench, arm: Arm) -> None:
    bench.server.arm["runcommand"] = lambda call: Reply(
        status=202, raw=b"", headers={"Location": "https://elsewhere.test/x"}
    )
    bench.collect(PRIVATE, access="run-command")
    assert "not said where its result will be" in bench.gaps[0].detail


def test_a_command_that_never_ends_ends_with_the_deadline(bench: Bench, arm: Arm) -> None:
    arm.polls = 10**6
    bench.collect(PRIVATE, access="run-command", deadline_seconds=5)
    assert bench.gaps[0].reason == "deadline"


def test_secrets_are_not_read_this_way(bench: Bench, arm: Arm) -> None:
    bench.collect(PRIVATE, access="run-command", secrets=True)
    assert [(gap.source, gap.detail) for gap in bench.gaps] == [
        ("k8s.secrets", "Secrets are not read by run command.")
    ]
    assert not [
        line for line in script.script().splitlines() if "secrets ;;" in line and "external" not in line
    ]


COMMAND = script.command(script.BATCHES[1])
FORBIDDEN: dict[str, Json] = {
    "another command": {"command": "kubectl get secrets -A -o yaml", "context": ""},
    "more behind it": {"command": f"{COMMAND}; id", "context": script.context(script.BATCHES[1])},
    "other files": {"command": COMMAND, "context": "UEsDBA=="},
    "files of another": {"command": COMMAND, "context": script.context(script.BATCHES[0])},
    "no files": {"command": COMMAND},
    "no command": {"context": ""},
}


@pytest.mark.parametrize("body", FORBIDDEN.values(), ids=FORBIDDEN)
def test_the_door_to_azure_lets_no_other_command_through(bench: Bench, arm: Arm, body: Json) -> None:
    bench.collect(PRIVATE, access="run-command")
    before = len(arm.bodies)
    client = bench.recorder.azure._arm
    with pytest.raises(ReportgenError, match="refused, reportgen only reads"):
        client.send_request(HttpRequest("POST", f"https://{MANAGEMENT}{ID}/runCommand", json=body))
    assert len(arm.bodies) == before


def test_the_door_lets_none_through_in_another_mode(bench: Bench, arm: Arm) -> None:
    bench.collect(PRIVATE)
    body = {"command": COMMAND, "context": script.context(script.BATCHES[1])}
    with pytest.raises(ReportgenError, match="refused, reportgen only reads"):
        bench.recorder.azure._arm.send_request(
            HttpRequest("POST", f"https://{MANAGEMENT}{ID}/runCommand", json=body)
        )
    assert not arm.bodies


def test_commands_and_their_files_are_always_the_same() -> None:
    assert {source for batch in script.BATCHES for source in batch} == {
        script.VERSION,
        *(read.source for read in READS),
    }
    first = script.commands()[COMMAND]
    script.context.cache_clear()
    assert script.context(script.BATCHES[1]) == first
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(first))) as archive:
        assert archive.namelist() == ["read.sh", "k8s.pods.gotemplate"]
        assert b"'" not in archive.read("k8s.pods.gotemplate")


def test_what_go_quotes_is_read_as_json() -> None:
    cases = {
        rb'"a"': "a",
        rb'"\a\v\x7f\x00"': "\x07\x0b\x7f\x00",
        rb'"\\x41 \\a"': "\\x41 \\a",
        rb'"\"\n\t"': '"\n\t',
        rb'"\u200b\U000e0001"': "\u200b\U000e0001",
    }
    for printed, wanted in cases.items():
        assert json.loads(as_json(printed)) == wanted


# With kubectl itself


@pytest.fixture
def kubectl(server: Server, tmp_path: Path) -> dict[str, str]:
    """An environment in which kubectl finds the server's cluster."""
    found = shutil.which("kubectl")
    if not found:
        pytest.skip("no kubectl here to run the script with")
    host, port = server.address
    server.clusters[host] = server.cluster
    config = server.kubeconfig(f"https://{host}:{port}").replace(
        "cluster: {", f"cluster: {{tls-server-name: {API}, "
    )
    config = re.sub(r"user: \{client.*\}", "user: {token: t}", config)
    (tmp_path / "config").write_text(config, encoding="utf-8")
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "KUBECONFIG": str(tmp_path / "config")}


def run(command: str, context: str, folder: Path, environment: dict[str, str]) -> str:
    """What a command prints where its files are."""
    folder.mkdir()
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(context))) as archive:
        archive.extractall(folder)
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    assert not done.stderr
    return done.stdout


def test_what_kubectl_prints_is_what_is_read_directly(
    bench: Bench, arm: Arm, kubectl: dict[str, str], tmp_path: Path
) -> None:
    world.fill(bench.server.cluster)
    printed: list[str] = []

    def prints(sources: tuple[str, ...]) -> str:
        folder = tmp_path / f"pod-{len(printed)}"
        printed.append(run(script.command(sources), script.context(sources), folder, kubectl))
        return printed[-1]

    arm.prints = prints
    bench.collect(PRIVATE, access="run-command")
    assert not bench.gaps
    direct = Bench(bench.server, tmp_path / "direct")
    bench.server.gives_kubeconfig()
    direct.collect()
    for read in READS:
        expected = direct.items(read.source)
        if read.source.endswith("-webhooks"):
            for item in expected:
                # a URL does not leave the cluster by this way, that there is one does
                item["webhooks"][0]["clientConfig"] = {"url": ""}
        assert bench.items(read.source) == expected, read.source
        assert expected, read.source
    assert bench.pages("k8s.version") == direct.pages("k8s.version")
    unpacked = b"".join(gzip.decompress(base64.b64decode(text.partition("\n")[0])) for text in printed)
    assert b"CANARY" not in unpacked, "nothing crosses Azure that is not to be kept"


def test_kubectl_that_is_refused_or_finds_nothing_says_which(
    bench: Bench, arm: Arm, kubectl: dict[str, str], tmp_path: Path
) -> None:
    bench.server.cluster.add("v1", "pods", "Pod", world.pod("a"))
    bench.server.cluster.add("v1", "services", "Service")
    bench.server.cluster.denied = {"pods"}
    numbers = iter(range(99))
    arm.prints = lambda sources: run(
        script.command(sources), script.context(sources), tmp_path / f"pod-{next(numbers)}", kubectl
    )
    bench.collect(PRIVATE, access="run-command")
    assert [(gap.source, gap.reason) for gap in bench.gaps] == [("k8s.pods", "denied")]
    assert bench.items("k8s.services") == []
    assert bench.items("k8s.certificates") == []
    assert bench.items("k8s.constraints") == []
