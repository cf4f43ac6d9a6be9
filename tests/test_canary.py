"""No secret ever: marked values are planted wherever a secret can lie, and looked for in all that is left.

With the pruning switched off the same search finds them: it looks in the right places.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, Literal

import msgspec
import pytest

from reportgen import run, sandbox
from reportgen.collect import arm, graph
from reportgen.collect.kubernetes import pager, secrets
from reportgen.collect.kubernetes.client import JSON
from reportgen.collect.kubernetes.objects.allowed import Allowed
from reportgen.collect.kubernetes.objects.base import ObjectList
from reportgen.engagement import Clusters, Scope
from reportgen.sandbox import Fault, Faults, Kind, Sandbox, app, identity
from reportgen.sandbox.exchange import Answer
from reportgen.sandbox.kubernetes import credentials, servers, statuses
from reportgen.sandbox.resource_manager import forbidden
from reportgen.snapshot import Reader
from tests import line
from tests.canary import estate, watched
from tests.canary.search import Hit, Marks, hits
from tests.sandbox.conftest import ALPHA, cluster_id

FAULTS = Faults(
    calls=(
        Fault(Kind.ERROR_500, "/runtimeclasses"),
        Fault(Kind.FORBIDDEN, "/resourcequotas"),
        Fault(Kind.ERROR_502, f"{estate.LEGACY}/agentPools"),
        Fault(Kind.FORBIDDEN, f"{estate.LEGACY}/trustedAccessRoleBindings"),
    )
)
"""Refusals whose bodies bear marks."""


@dataclass(frozen=True)
class Place:
    """A served estate, with an engagement that points at it; the marks grow as they are handed out."""

    sandbox: Sandbox
    marks: Marks
    folder: Path

    @property
    def engagement(self) -> Path:
        clusters = {"access": "direct", "secrets": True}
        return line.engagement_file(
            self.folder / "engagement.yaml", self.sandbox, scope={"subscriptions": [ALPHA]}, clusters=clusters
        )

    def watched(self, *arguments: str | Path, **environment: str) -> CompletedProcess[str]:
        """The command as a process of its own, whose temporary files and home are ours."""
        for name in PLACES.values():
            (self.folder / name).mkdir(exist_ok=True)
        own = {name: str(self.folder / place) for name, place in PLACES.items()} | environment
        secret = self.sandbox.client_secret
        return line.python(
            "-m", "tests.canary.watched", *arguments, cwd=line.ROOT, SANDBOX_SECRET=secret, **own
        )

    def found(self, *finished: CompletedProcess[str]) -> set[Hit]:
        """What of the marks is in any file below the folder, or was said; the estate lies elsewhere."""
        texts = {f"stdout {n}": one.stdout for n, one in enumerate(finished)}
        texts |= {f"stderr {n}": one.stderr for n, one in enumerate(finished)}
        return hits([self.folder], texts, self.marks.names)


PLACES = {"TMPDIR": "tmp", "HOME": "home", "XDG_CACHE_HOME": "home", watched.KEPT: "kept"}


def mark_the_sandbox(patch: pytest.MonkeyPatch, mark: Marks) -> str:
    """Let all that the sandbox hands out in confidence, and its errors, bear marks; its client secret."""
    secret = mark("client-secret")
    patch.setattr(identity, "CLIENT_SECRET", secret)
    patch.setattr("reportgen.sandbox.identity.secrets.token_urlsafe", lambda size: mark("access-token"))
    for module in (credentials, servers):
        patch.setattr(module, "ADMIN_CANARY", mark("admin-credential"))
    page = f"<html><body>{mark('error-page')}</body></html>"
    for module in (app, servers):
        patch.setattr(module, "broken", lambda status: Answer(status=status, html=page))
    status = statuses.forbidden
    patch.setattr(
        statuses, "forbidden", lambda user, asked, reason="": status(user, asked, mark("error-status"))
    )
    patch.setattr(app, "forbidden", lambda *call: _with(forbidden(*call), mark("error-resource-manager")))
    return secret


def _with(answer: Answer, text: str) -> Answer:
    answer.body["error"]["message"] += f" {text}"
    return answer


def serve(folder: Path, faults: Faults = FAULTS) -> Iterator[Place]:
    """The canary's estate, served."""
    marks = Marks()
    own = folder / "run"
    own.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        secret = mark_the_sandbox(patch, marks)
        with sandbox.serve(
            estate.write(folder / "estate", marks), as_of=line.NOW, limits=None, faults=faults
        ) as served:
            yield Place(replace(served, client_secret=secret), marks, own)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    yield from serve(tmp_path_factory.mktemp("canary"))


@pytest.fixture(scope="module")
def finished(place: Place) -> CompletedProcess[str]:
    """The whole line but for the PDF as a process, talking as much as it can."""
    arguments = ("--debug", "run", place.engagement, "--out", place.folder / "out", "--log-format", "json")
    result = place.watched(*arguments)
    assert result.returncode == 3, result.stderr
    return result


@pytest.fixture(scope="module")
def printed(place: Place, finished: CompletedProcess[str]) -> CompletedProcess[str]:
    """A report with the PDFs, on the same snapshot."""
    arguments = ("--debug", "report", place.engagement, "--out", place.folder / "printed")
    snapshot = run.latest_snapshot(place.folder / "out")
    result = place.watched(*arguments, "--snapshot", snapshot, **{watched.PRINTED: "yes"})
    assert result.returncode == 3, result.stderr
    return result


def test_no_marked_value_is_left_anywhere(
    place: Place, finished: CompletedProcess[str], printed: CompletedProcess[str]
) -> None:
    names = {path.name for path in place.folder.rglob("*")}
    assert {"report.pdf", "report.html", "findings.json", "observations.jsonl", "snapshot.json"} <= names
    assert any(name.endswith(".zip") for name in names)
    assert any(name.endswith(".csv") for name in names)
    assert any(name.endswith("journal.jsonl") for name in names)
    assert '"level": "info"' in finished.stderr
    assert not place.found(finished, printed)


def test_nothing_was_asked_for_that_gives_an_administrators_credential(
    place: Place, finished: CompletedProcess[str]
) -> None:
    asked = [call.lower() for call in place.sandbox.requests if "credential" in call.lower()]
    good = cluster_id(ALPHA, estate.GOOD).lower()
    assert [call.partition("?")[0] for call in asked] == [f"post {good}/listclusterusercredential"]
    assert not place.sandbox.admin_credentials
    gaps = Reader(run.latest_snapshot(place.folder / "out")).gaps
    (legacy,) = [gap for gap in gaps if gap.source == "k8s.access"]
    assert (legacy.scope_name, legacy.reason) == (estate.LEGACY, "admin-only")


def test_what_was_refused_is_a_gap_by_its_code_alone(place: Place, finished: CompletedProcess[str]) -> None:
    gaps = {gap.source: gap.detail for gap in Reader(run.latest_snapshot(place.folder / "out")).gaps}
    assert gaps["k8s.runtime-classes"] == "HTTP 500."
    assert gaps["k8s.resource-quotas"].startswith("HTTP 403 Forbidden. Needed right")
    assert gaps["arm.agent-pools"] == "HTTP 502: the answer was no JSON object."
    assert gaps["arm.diagnostic-settings"].startswith("HTTP 403 AuthorizationFailed. Needed permission")
    assert gaps["arm.maintenance-configurations"] == "HTTP 400."
    assert gaps["arm.upgrade-profiles"] == "HTTP 500."


def test_an_error_with_all_its_details_shows_no_body(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = replace(place, folder=tmp_path)
    refuse = identity.Identity._refuse

    def refused(*arguments: Any) -> Answer:
        answer = refuse(*arguments)
        answer.body["error_description"] += f" {place.marks('error-entra-description')}"
        answer.body["suberror"] = place.marks("error-entra-field")
        return answer

    monkeypatch.setattr(identity.Identity, "_refuse", refused)
    monkeypatch.setattr(identity, "_proves_itself", lambda form: False)
    failed = own.watched("--debug", "collect", own.engagement, "--out", own.folder / "failed")
    assert failed.returncode == 2
    assert "Traceback" in failed.stderr
    assert "AADSTS7000215" in failed.stderr
    assert not own.found(failed)


def collected(place: Place, folder: Path, access: Literal["direct", "run-command"] = "direct") -> set[str]:
    """What marks a collection in this process leaves in its snapshot."""
    line.collected(
        place.sandbox,
        folder,
        scope=Scope(subscriptions=(ALPHA,)),
        clusters=Clusters(access=access, secrets=access == "direct"),
    )
    return {hit.mark for hit in hits([folder], {}, place.marks.names)}


def test_a_collection_by_run_command_leaves_no_marked_value(place: Place, tmp_path: Path) -> None:
    assert not collected(place, tmp_path / "snapshot", "run-command")
    reader = Reader(run.latest_snapshot(tmp_path / "snapshot"))
    assert {"k8s.pods", "k8s.nodes"} <= set(reader.sources())


def whole(item: Any) -> Any:
    """A decoder of lists that keeps all that an object holds."""
    del item
    return msgspec.json.Decoder(ObjectList[dict[str, Any]])


def everything(call: Any, content: bytes) -> tuple[Any, str]:
    """A list of secrets as a server gives it to kubectl, kept as it came."""
    del call
    return {"kind": "SecretList", "items": msgspec.json.decode(content)["items"]}, ""


def without_allow_list(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Allowed, "reads", lambda self, name: True)


def without_declarations(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(pager, "decoder", whole)
    patch.setattr(pager.ListCall, "accept", JSON)


def without_the_table(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(secrets.TableCall, "accept", JSON)
    patch.setattr(secrets.TableCall, "decoded", everything)


def without_pruning(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("reportgen.snapshot.prune", lambda value: value)


def without_choice_of_keys(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(arm, "only", lambda value, keys: value)


def with_messages(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("reportgen.collect.interface.error_code", json.dumps)


def with_every_column(patch: pytest.MonkeyPatch) -> None:
    names = (
        "scale-sets",
        "virtual-machines",
        "kubernetes-extensions",
        "flux-configurations",
        "network-gateways",
    )
    load = graph.load

    def loaded(name: str) -> graph.GraphRead:
        read = load(name)
        head = read.query.partition("| project")[0]
        return (
            replace(read, query=f"{head}| project id, properties\n| order by id asc")
            if name in names
            else read
        )

    patch.setattr(graph, "load", loaded)


MADE = ("applied", "annotation", "manager", "managed")
KINDS = (
    "Pod",
    "Deployment",
    "Node",
    "Service",
    "Ingress",
    "ServiceAccount",
    "SecretProviderClass",
    "K8sAzureOne",
)
MUTANTS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], set[str]]] = {
    "annotations": (
        without_allow_list,
        {f"k8s-{kind.lower()}-{what}" for kind in KINDS[:-1] for what in ("applied", "annotation")}
        | {"k8s-provider-objects", "k8s-class-parameter", "k8s-volume-attribute"},
    ),
    "declarations": (
        without_declarations,
        {f"k8s-{kind.lower()}-{what}" for kind in KINDS for what in MADE}
        | {
            f"k8s-{pod}-{container}-{what}"
            for pod, container in (("pod", "web"), ("pod", "init"), ("pod", "debug"), ("cronjob", "web"))
            for what in ("env", "command", "args", "header", "probe", "lifecycle")
        }
        | {f"k8s-{what}" for what in (
            "node-message", "pod-state", "pod-sysctl", "pod-csi", "pod-flex", "pod-path", "ingress-snippet",
            "gateway-tls", "route-header", "cilium-header", "webhook-path", "webhook-ca", "violation",
            "policy-expression", "constraint-parameter", "external-template", "store-value", "store-auth",
        )},
    ),
    "secrets": (
        without_the_table,
        {"k8s-secret-data", "k8s-secret-string", "k8s-secret-applied", "k8s-service-account-token"},
    ),
    "pruning": (
        without_pruning,
        {f"arm-{what}" for what in (
            "windows-password", "principal-secret", "proxy-password", "proxy-token", "workspace-key",
            "account-key", "shared-access", "signature", "token", "server-app-secret", "policy-parameter",
            "policy-nested", "change-before-0", "change-after-1", "change-after-2", "flux-password",
        )},
    ),
    "keys": (
        without_choice_of_keys,
        {f"arm-event-{what}" for what in ("claim", "request", "body", "response", "message")},
    ),
    "messages": (
        with_messages,
        {"error-arm-message", "error-arm-details", "error-arm-text", "error-arm-code"},
    ),
    "columns": (
        with_every_column,
        {f"arm-{what}" for what in (
            "scale-set-settings", "scale-set-certificate", "machine-certificate", "extension-settings",
        )},
    ),
}  # fmt: skip
"""What is switched off, and the marks that have to be found then: the search would miss nothing of them."""


def test_a_collection_in_this_process_leaves_no_marked_value(place: Place, tmp_path: Path) -> None:
    assert not collected(place, tmp_path)


@pytest.mark.parametrize("name", MUTANTS)
def test_with_the_pruning_switched_off_marked_values_are_found(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    switch, expected = MUTANTS[name]
    switch(monkeypatch)
    assert expected <= collected(place, tmp_path)
