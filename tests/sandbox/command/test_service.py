"""Run command over HTTPS: started, asked for, refused; and what comes of it held to a shell with kubectl."""

from __future__ import annotations

import base64
import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from azure.mgmt.containerservice.models import RunCommandRequest

from reportgen.collect.kubernetes import script
from reportgen.sandbox import Fault, Faults, Kind
from reportgen.sandbox.interface import ADMIN_CANARY
from tests.collect.proxy import proxy
from tests.sandbox.command.conftest import Commands, served, unpacked
from tests.sandbox.conftest import ALPHA, cluster_id
from tests.sandbox.test_container_service import sdk

PODS = ("k8s.pods",)


def test_a_command_is_accepted_runs_and_ends(commands: Commands) -> None:
    answer = commands.send("aks-private", PODS)
    assert (answer.status_code, answer.content) == (202, b"")
    place = answer.headers["Location"]
    assert f"{cluster_id(ALPHA, 'aks-private')}/commandResults/" in place
    running = commands.client.get(place)
    assert (running.status_code, running.headers["Location"]) == (202, place)
    assert running.json()["properties"] == {"provisioningState": "Running"}
    ended = commands.client.get(place)
    assert ended.status_code == 200
    assert place.partition("?")[0].endswith(ended.json()["id"])
    assert {key: value for key, value in ended.json()["properties"].items() if key != "logs"} == {
        "provisioningState": "Succeeded",
        "exitCode": 0,
        "startedAt": "2026-11-15T06:00:00Z",
        "finishedAt": "2026-11-15T06:00:00Z",
    }
    assert commands.client.get(place).json() == ended.json(), "and it stays there"


def test_the_sdk_follows_it(commands: Commands) -> None:
    client = sdk(commands.client, ALPHA)
    body = RunCommandRequest(
        command=script.command(PODS), context=script.context(PODS), cluster_token=commands.sign_in()
    )
    running = client.managed_clusters.begin_run_command("rg-aks", "aks-private", body, polling_interval=0)
    result = running.result()
    assert (result.provisioning_state, result.exit_code) == ("Succeeded", 0)
    assert "@@k8s.pods pods" in unpacked(result.logs)


def test_a_script_prints_what_its_templates_let_through(commands: Commands) -> None:
    printed = commands.prints("aks-private", "k8s.pods", "k8s.constraints", "k8s.certificates", "k8s.version")
    heads = [line for line in printed.splitlines() if line[:2] in ("@@", "##")]
    assert heads == [
        "@@k8s.pods pods",
        "##read",
        "@@k8s.constraints constraints",
        "##read",
        "@@k8s.certificates certificates.cert-manager.io",
        "##none",
        "@@k8s.version version",
        "##read",
    ]
    assert '"name":"odd"' in printed
    assert "k8sallowedrepos" in printed
    assert "k8srequiredlabels" in printed
    assert '"gitVersion":"v1.33"' in printed
    assert "CANARY" not in printed
    other = commands.ends("aks-private", PODS, command="sh read.sh k8s.version k8s.unheard-of")["logs"]
    assert unpacked(other).count("@@") == 1, "of a name that the script does not know nothing is printed"


def test_it_runs_as_whom_its_token_is_about(commands: Commands) -> None:
    assert '@@k8s.pods pods\n{"items":[]}\n##denied' in commands.prints("aks-denied", "k8s.pods", "k8s.nodes")
    arm = commands.client.token
    elsewhere = commands.ends("aks-private", PODS, clusterToken=arm)
    assert '@@k8s.pods pods\n{"items":[]}\n##failed' in unpacked(elsewhere["logs"])


REFUSED: dict[str, tuple[str, dict[str, Any], int, str]] = {
    "stopped": ("aks-stopped", {}, 409, "OperationNotAllowed"),
    "switched off": ("aks-off", {}, 400, "BadRequest"),
    "no token": ("aks-private", {"clusterToken": None}, 400, "BadRequest"),
    "another command": ("aks-private", {"command": "kubectl get secrets -A -o yaml"}, 400, "BadRequest"),
    "more behind it": ("aks-private", {"command": "sh read.sh k8s.pods; id"}, 400, "BadRequest"),
    "no command": ("aks-private", {"command": None}, 400, "BadRequest"),
    "no cluster": ("aks-gone", {}, 404, "ResourceNotFound"),
}


@pytest.mark.parametrize(("name", "changes", "status", "code"), REFUSED.values(), ids=REFUSED)
def test_some_are_refused(
    commands: Commands, name: str, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = commands.send(name, PODS, **changes)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert "Location" not in answer.headers


def test_a_result_belongs_to_its_cluster(commands: Commands) -> None:
    place = commands.send("aks-private", PODS).headers["Location"]
    assert commands.client.get(place.replace("aks-private", "aks-denied")).status_code == 404
    assert commands.client.get(place.replace("?", "0?")).status_code == 404


def test_without_files_there_is_no_script(commands: Commands) -> None:
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("other", "")
    for context in ("CANARY", base64.b64encode(empty.getvalue()).decode(), None):
        assert commands.ends("aks-private", PODS, context=context)["exitCode"] == 2


def test_a_cluster_that_the_estate_has_no_folder_of_is_no_success(commands: Commands) -> None:
    ended = commands.ends("aks-empty", PODS)
    assert (ended["exitCode"], ended["logs"]) == (1, "The estate has no folder of this cluster's objects.\n")


def test_without_entra_it_is_an_administrators(commands: Commands) -> None:
    before = len(commands.sandbox.admin_credentials)
    assert "##read" in commands.prints("aks-legacy", "k8s.pods")
    assert commands.sandbox.admin_credentials[before:] == [cluster_id(ALPHA, "aks-legacy")]
    assert ADMIN_CANARY not in commands.prints("aks-legacy", "k8s.pods")


def test_the_same_command_has_the_same_id_in_another_run(hidden: Path, commands: Commands) -> None:
    def number(there: Commands) -> str:
        place = urlsplit(there.send("aks-private", ("k8s.jobs",)).headers["Location"])
        return place.path.rpartition("/")[2]

    (one,) = map(number, served(hidden))
    assert number(commands) == one
    assert number(commands) != one, "sent again it is another command"


def faulty(hidden: Path, *kinds: Kind, **changes: Any) -> Iterator[Commands]:
    calls = tuple(Fault(kind, command="k8s.pods", after=number, times=1) for number, kind in enumerate(kinds))
    yield from served(hidden, Faults(calls=calls, **changes))


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (Kind.COMMAND_FAILED, {"provisioningState": "Failed", "exitCode": None, "logs": None}),
        (Kind.COMMAND_KILLED, {"provisioningState": "Succeeded", "exitCode": 137, "logs": ""}),
    ],
)
def test_a_command_can_fail(hidden: Path, kind: Kind, wanted: dict[str, Any]) -> None:
    for commands in faulty(hidden, kind):
        ended = commands.ends("aks-private", PODS)
        assert {key: ended.get(key) for key in wanted} == wanted
        assert commands.ends("aks-private", PODS)["exitCode"] == 0, "once"


def test_what_it_prints_can_be_cut_or_altered(hidden: Path) -> None:
    for commands in faulty(hidden, Kind.COMMAND_CUT, Kind.COMMAND_ALTERED):
        cut, altered, whole = (commands.ends("aks-private", PODS)["logs"] for _ in range(3))
        assert whole.startswith(cut)
        assert len(cut) == len(whole) // 2
        assert altered != whole
        assert altered.partition("\n")[0] == whole.partition("\n")[0]


def test_azure_keeps_so_many_bytes(hidden: Path, commands: Commands) -> None:
    whole = commands.ends("aks-private", PODS)["logs"]
    for cutting in served(hidden, Faults(command_output=100)):
        assert cutting.ends("aks-private", PODS)["logs"] == whole[:100]


def test_a_pod_may_have_no_kubectl_or_never_end_or_not_start(hidden: Path) -> None:
    kinds = (Kind.COMMAND_WITHOUT_KUBECTL, Kind.COMMAND_HANGS, Kind.COMMAND_NOT_STARTED)
    for commands in faulty(hidden, *kinds):
        assert unpacked(commands.ends("aks-private", PODS)["logs"]) == "@@k8s.pods pods\n\n##failed\n"
        place = commands.send("aks-private", PODS).headers["Location"]
        assert {commands.client.get(place).status_code for _ in range(5)} == {202}
        answer = commands.send("aks-private", PODS)
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == "KubernetesPerformanceError"
        assert "container command-" in answer.json()["error"]["message"]


@pytest.mark.parametrize("sources", script.BATCHES, ids=lambda sources: sources[-1])
@pytest.mark.parametrize("name", ["aks-private", "aks-denied"])
def test_a_shell_and_kubectl_print_the_same(
    commands: Commands, tmp_path: Path, name: str, sources: tuple[str, ...]
) -> None:
    if not shutil.which("kubectl"):
        pytest.skip("no kubectl here to run the script with")
    with proxy(commands.sandbox.address) as way:
        by_shell = by_kubectl(commands, name, sources, tmp_path, f"http://{way.host}")
    by_sandbox = commands.ends(name, sources)["logs"]
    assert unpacked(by_sandbox) == unpacked(by_shell)
    assert by_sandbox.partition("\n")[2] == by_shell.partition("\n")[2], "size and hash"


def by_kubectl(commands: Commands, name: str, sources: tuple[str, ...], folder: Path, way: str) -> str:
    """What the script prints that is run by a shell, with kubectl led to the sandbox by a proxy."""
    server = f"https://{commands.sandbox.api_servers[cluster_id(ALPHA, name).lower()]}"
    known = {"server": server, "certificate-authority": str(commands.sandbox.ca_file), "proxy-url": way}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": known}],
        "users": [{"name": "u", "user": {"token": commands.sign_in()}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    (folder / "config").write_text(yaml.safe_dump(config), encoding="utf-8")
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(script.context(sources)))) as archive:
        archive.extractall(folder)
    done = subprocess.run(
        ["sh", "-c", script.command(sources)],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "KUBECONFIG": str(folder / "config")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not done.stderr
    return done.stdout
