"""What is decoded of an object: what is declared, and never more."""

from __future__ import annotations

import ast
import json
import pickle
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reportgen.collect.kubernetes import reads
from reportgen.collect.kubernetes.objects.allowed import ANNOTATIONS, NOT_READ
from reportgen.collect.kubernetes.objects.base import Metadata
from reportgen.collect.kubernetes.objects.cluster import Node, StorageClass
from reportgen.collect.kubernetes.objects.pods import Pod
from reportgen.collect.kubernetes.reads import READS, decoder
from reportgen.sources.kubernetes import KUBERNETES
from tests.collect.kubernetes import world
from tests.collect.kubernetes.conftest import Bench
from tests.collect.kubernetes.server import Cluster

MARKS = re.compile(r"CANARY[-\w]*|Q0FOQVJZ")


def test_no_marked_value_of_any_object_reaches_the_snapshot(bench: Bench) -> None:
    cluster = bench.server.cluster
    world.fill(cluster)
    planted = MARKS.findall(json.dumps([resource.items for resource in cluster.resources.values()]))
    assert len(set(planted)) > 35
    bench.collect(secrets=True)
    assert not bench.gaps
    for source in KUBERNETES:
        assert bench.pages(source.name), source.name
    assert not MARKS.findall(bench.text())


@pytest.mark.parametrize("read", READS, ids=[read.source for read in READS])
def test_nothing_undeclared_is_in_memory(read: Any) -> None:
    cluster = Cluster()
    world.fill(cluster)
    rules = {(rule.group, rule.resource) for rule in read.rules}
    found = [
        item
        for (group, _, plural), resource in cluster.resources.items()
        if (group, plural) in rules or (group, "*") in rules
        for item in resource.items
    ]
    content = json.dumps({"kind": "List", "items": found}).encode()
    listed = decoder(read.item).decode(content)
    assert len(listed.items or []) == len(found) > 0
    assert not MARKS.findall(pickle.dumps(listed).decode("latin-1"))


def test_ten_thousand_pods_are_ten_thousand_and_hold_nothing_undeclared() -> None:
    one = json.dumps(world.pod("web"))
    content = f'{{"kind": "PodList", "items": [{",".join([one] * 10_000)}]}}'.encode()
    assert content.count(b"CANARY") > 100_000
    listed = decoder(Pod).decode(content)
    items = listed.items or []
    assert len(items) == 10_000
    assert {type(item) for item in items} == {Pod}
    assert b"CANARY" not in pickle.dumps(listed)
    assert "CANARY" not in str(msgspec.to_builtins(items[0]))


def test_annotations_are_kept_by_name_by_beginning_or_as_there() -> None:
    values = {
        "weave.works/kured-most-recent-reboot-needed": "2026-11-14T00:00:00Z",
        "kubernetes.azure.com/set-kubelet-serving-ca": "x",
        "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
        "nginx.ingress.kubernetes.io/configuration-snippet": "CANARY",
        "kubectl.kubernetes.io/last-applied-configuration": "CANARY",
        "weave.works": "CANARY",
        "xkubernetes.azure.com/x": "CANARY",
        "service.beta.kubernetes.io/azure-load-balancer-internal-x": "CANARY",
    }
    found = msgspec.json.decode(json.dumps({"annotations": values}), type=Metadata)
    assert msgspec.to_builtins(found)["annotations"] == {
        "weave.works/kured-most-recent-reboot-needed": "2026-11-14T00:00:00Z",
        "kubernetes.azure.com/set-kubelet-serving-ca": "x",
        "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
        "nginx.ingress.kubernetes.io/configuration-snippet": NOT_READ,
    }
    assert not ANNOTATIONS.reads("kubectl.kubernetes.io/last-applied-configuration")


def test_parameters_of_storage_are_known_in_any_casing() -> None:
    raw = {"parameters": {"SKUNAME": "Premium_LRS", "diskEncryptionSetId": "/des", "password": "CANARY"}}
    found = msgspec.json.decode(json.dumps(raw), type=StorageClass)
    assert msgspec.to_builtins(found) == {
        "parameters": {"SKUNAME": "Premium_LRS", "diskEncryptionSetId": "/des"}
    }


def test_off_and_absent_and_empty_are_three_things(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.collect()
    first, second = (item["spec"] for item in bench.items("k8s.pods"))
    assert (first["hostPID"], first["hostNetwork"], first["automountServiceAccountToken"]) == (
        True,
        False,
        False,
    )
    assert "hostPID" not in second
    assert "hostIPC" not in first
    assert first["volumes"][4] == {"name": "scratch", "emptyDir": {}}
    deny, some = (item["spec"] for item in bench.items("k8s.network-policies"))
    assert deny == {"podSelector": {}, "policyTypes": ["Ingress"]}
    assert some["ingress"][0] == {}


def test_of_secrets_in_use_the_names_are_kept(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.collect()
    (pod, _) = bench.items("k8s.pods")
    container = pod["spec"]["containers"][0]
    assert container["env"] == [
        {"name": "PASSWORD"},
        {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "db", "key": "token"}}},
        {"name": "NODE", "valueFrom": {"fieldRef": {}}},
    ]
    assert container["envFrom"] == [{"prefix": "X_", "secretRef": {"name": "all"}}]
    assert (container["livenessProbe"], "command" in container, "args" in container) == ({}, False, False)
    volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
    assert volumes["secret"]["secret"] == {"secretName": "db", "items": [{"key": "token"}]}
    assert volumes["vault"]["csi"] == {
        "driver": "secrets-store.csi.k8s.io",
        "readOnly": True,
        "volumeAttributes": {"secretProviderClass": "kv"},
    }
    assert volumes["token"]["projected"]["sources"][0]["serviceAccountToken"]["audience"] == "vault"
    assert pod["spec"]["imagePullSecrets"] == [{"name": "registry"}]
    store, other = bench.items("k8s.secret-stores")
    assert store["spec"]["provider"] == {"azurekv": {"vaultUrl": "https://kv.vault.azure.net"}}
    assert other["spec"]["provider"] == {"fake": NOT_READ}


def test_of_a_webhooks_address_the_host_is_kept(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.collect()
    (item,) = bench.items("k8s.validating-webhooks")
    assert [hook["clientConfig"] for hook in item["webhooks"]] == [
        {"url": "https://hook.example"},
        {"service": {"name": "s", "namespace": "n"}},
    ]


def test_recorded_nodes_and_pods_are_understood(recorded: Path) -> None:
    nodes = [
        item
        for path in sorted((recorded / "k8s").glob("*nodes*.json"))
        for item in decoder(Node).decode(path.read_bytes()).items or []
    ]
    assert len(nodes) > 1
    assert all(
        node.status and node.status.node_info and node.status.node_info.kubelet_version for node in nodes
    )
    (path,) = (recorded / "k8s").glob("pods*.json")
    pods = decoder(Pod).decode(path.read_bytes()).items or []
    raw = json.loads(path.read_bytes())["items"]
    assert [pod.metadata and pod.metadata.name for pod in pods] == [pod["metadata"]["name"] for pod in raw]
    kept = json.dumps(msgspec.to_builtins(pods))
    assert "managedFields" in json.dumps(raw)
    assert not [word for word in ("managedFields", '"command"', '"args"', "lastAppliedTime") if word in kept]


def test_no_decoder_is_made_while_clusters_are_read() -> None:
    """In threads msgspec crashes where one decodes what another is preparing; `Raw` and text it need not."""
    folder = Path(reads.__file__).parent
    made = [
        f"{path.name}: {ast.unparse(call)}"
        for path in folder.rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("msgspec.json.")
    ]
    assert made
    prepares = re.compile(r"json\.Decoder|type=(?!msgspec\.Raw\)|str \| None\))")
    assert not [line for line in made if prepares.search(line)]
