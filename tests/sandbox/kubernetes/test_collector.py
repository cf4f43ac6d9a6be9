"""What the collector makes of these servers, by its own requests and by what it stores."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reportgen.collect.connection import Connection
from reportgen.collect.kubernetes.client import AT_ONCE
from reportgen.engagement import Clusters, Scope
from reportgen.sandbox import Fault, Faults, Kind, Sandbox, serve
from reportgen.sandbox.interface import ADMIN_CANARY
from reportgen.snapshot import Reader
from tests.line import collected
from tests.sandbox.conftest import ALPHA, cluster_id
from tests.sandbox.kubernetes.conftest import ACCESS, AS_OF, CLUSTERS, LEAK, REVISION


@dataclass
class Run:
    """One collection over the estate of this package."""

    sandbox: Sandbox
    reader: Reader
    folder: Path

    def items(self, source: str, name: str) -> list[Any]:
        pages = self.reader.pages(source, cluster_id(ALPHA, name))
        return [item for page in pages for item in self.reader.body(page.path)["items"]]

    def provenances(self, source: str) -> list[dict[str, Any]]:
        files = (self.folder / source).rglob("*.provenance.json")
        return [json.loads(path.read_bytes()) for path in sorted(files)]

    def gaps(self, name: str) -> dict[str, str]:
        """Reasons by source of what is missing inside a cluster."""
        key = cluster_id(ALPHA, name).lower()
        inside = [gap for gap in self.reader.gaps if gap.source.startswith("k8s.")]
        return {gap.source: gap.reason for gap in inside if gap.scope.lower() == key}

    def asked(self, part: str) -> list[str]:
        return [line for line in self.sandbox.requests if part in line]


def run(clusters: Path, folder: Path, *faults: Fault, secrets: bool = False) -> Iterator[Run]:
    with serve(clusters, as_of=AS_OF, faults=Faults(calls=faults)) as sandbox:
        settings = Clusters(access="direct", secrets=secrets)
        reader = collected(sandbox, folder, scope=Scope(subscriptions=(ALPHA,)), clusters=settings)
        yield Run(sandbox, reader, folder / "snapshots" / "20261115T060000Z")


@pytest.fixture(scope="module")
def plain(clusters: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """With secrets asked for, and nothing going wrong."""
    yield from run(clusters, tmp_path_factory.mktemp("plain"), secrets=True)


def test_every_cluster_with_a_folder_is_read_and_the_others_are_gaps(plain: Run) -> None:
    reasons = {name: plain.gaps(name).get("k8s.access") for name in CLUSTERS}
    assert {name: reason for name, reason in reasons.items() if reason} == {
        "aks-legacy": "admin-only",
        "aks-stopped": "stopped",
        "aks-hidden": "unreachable",
        "aks-silent": "unreachable",
    }
    for name in {*ACCESS} - {"aks-legacy"}:
        found = [pod["metadata"]["name"] for pod in plain.items("k8s.pods", name)]
        assert found == ["web-1", "web-2", "bare", "db-0"]


def test_what_a_folder_does_not_say_is_a_gap_and_never_an_empty_list(plain: Run) -> None:
    assert plain.items("k8s.cron-jobs", "aks-reader") == []
    assert "k8s.cron-jobs" not in plain.gaps("aks-reader")
    assert plain.gaps("aks-reader")["k8s.jobs"] == "not-found"


def test_no_administrators_credential_is_ever_asked_for(plain: Run) -> None:
    assert plain.sandbox.admin_credentials == []
    assert not plain.asked("listClusterAdminCredential")
    assert not [line for line in plain.asked("listClusterUserCredential") if "aks-legacy" in line]
    assert len(plain.asked("listClusterUserCredential")) == len(CLUSTERS) - 2, "nor of the stopped one"


def test_k32_nothing_but_reads_and_reviews_is_sent(plain: Run) -> None:
    posts = {re.sub(r"^POST [^/]+", "", line) for line in plain.asked(".k8s.") if not line.startswith("GET ")}
    assert posts == {
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        "/apis/authentication.k8s.io/v1/selfsubjectreviews",
    }


def test_k33_secrets_are_asked_for_as_tables_without_objects_alone(plain: Run) -> None:
    lines = plain.asked("/secrets")
    assert lines
    assert {re.sub(r".*/namespaces/[^/]+", "", line) for line in lines} == {
        "/secrets?includeObject=None&limit=500"
    }
    assert [item["metadata"]["name"] for item in plain.items("k8s.secrets", "aks-auditor")] == [
        "db",
        "token",
        "pull",
    ]
    assert plain.gaps("aks-reader")["k8s.secrets"] == "denied"


def test_k34_nothing_that_could_hold_a_secret_is_stored(plain: Run) -> None:
    stored = b"".join(path.read_bytes() for path in plain.folder.rglob("*") if path.is_file())
    assert b"web-1" in stored
    for canary in (LEAK, "managedFields", "last-applied", "CANARY-", ADMIN_CANARY):
        assert canary.encode() not in stored


def test_it_finds_them_by_address_too(clusters: Path, tmp_path: Path) -> None:
    """As an engagement does that names the URL of a sandbox which somebody else has started."""
    with serve(clusters, as_of=AS_OF) as sandbox:
        url = f"https://127.0.0.1:{sandbox.address[1]}"
        reader = collected(
            sandbox,
            tmp_path,
            scope=Scope(subscriptions=(ALPHA,)),
            clusters=Clusters(),
            connection=Connection(url, url, sandbox.ca_file, sleep=lambda seconds: None),
        )
        found = Run(sandbox, reader, tmp_path)
        assert len(found.items("k8s.pods", "aks-reader")) == 4
        assert found.gaps("aks-hidden") == {"k8s.access": "unreachable"}


def test_k35_a_list_that_expires_is_begun_again(clusters: Path, tmp_path: Path) -> None:
    """Pages of 500 are more than this estate has pods; so the collector is made to ask for fewer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reportgen.collect.kubernetes.pager.PAGE", 2)
        once = Fault(Kind.LIST_EXPIRED, match="aks-reader", times=1)
        (found,) = run(clusters, tmp_path / "once", once)
        assert len(found.items("k8s.pods", "aks-reader")) == 4
        pages = [one for one in found.provenances("k8s.pods") if "aks-reader" in str(one["url"])]
        assert [one["parameters"].get("consistency") for one in pages] == [None, None]


def test_k35_one_that_expires_twice_is_marked(clusters: Path, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reportgen.collect.kubernetes.pager.PAGE", 2)
        twice = Fault(Kind.LIST_EXPIRED, match="aks-reader", times=2)
        (found,) = run(clusters, tmp_path / "twice", twice)
        assert len(found.items("k8s.pods", "aks-reader")) == 4
        pages = [one for one in found.provenances("k8s.pods") if "aks-reader" in str(one["url"])]
        assert [one["parameters"].get("consistency") for one in pages] == [None, "not a consistent snapshot"]


def test_k35_no_list_is_asked_for_at_version_zero(plain: Run) -> None:
    assert not plain.asked("resourceVersion")
    bodies = [plain.reader.body(page.path) for page in plain.reader.pages("k8s.pods")]
    assert {body["metadata"]["resourceVersion"] for body in bodies} == {str(REVISION)}


def test_faults_on_the_way_cost_nothing_but_time(clusters: Path, tmp_path: Path, plain: Run) -> None:
    faults = [
        Fault(kind, match=" aks-reader-", after=3 + 5 * number, times=1)
        for number, kind in enumerate(
            (
                Kind.THROTTLED,
                Kind.THROTTLED_SILENTLY,
                Kind.THROTTLED_BY_QUOTA,
                Kind.ERROR_500,
                Kind.ERROR_502,
                Kind.ERROR_503,
                Kind.RESET,
                Kind.TRUNCATED,
                Kind.TOKEN_EXPIRED,
            )
        )
    ]
    (found,) = run(clusters, tmp_path, *faults, secrets=True)
    assert found.gaps("aks-reader") == plain.gaps("aks-reader")
    host = " aks-reader-"
    more = len(found.asked(host)) - len(plain.asked(host))
    beside = AT_ONCE - 1  # calls under way with the token that expires
    assert len(faults) <= more <= len(faults) + beside, "each call was made once more"
