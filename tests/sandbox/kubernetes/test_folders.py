"""Which folder is which cluster's, what may lie in it, and how mistakes are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reportgen.errors import UsageError
from reportgen.sandbox import serve
from reportgen.sandbox.estate import load
from reportgen.sandbox.kubernetes import folders
from reportgen.sandbox.parsing import BadFile
from tests.sandbox.conftest import ALPHA, BETA, cluster, cluster_id, write
from tests.sandbox.kubernetes.conftest import AS_OF, Api, fill, listed, names, thing

POD = {"kind": "Pod", "apiVersion": "v1", **thing("one", "app")}
LONG_NAME = f"{BETA}.rg-aks.twin"


def estate(folder: Path) -> Path:
    entra = {"aadProfile": {"managed": True}}
    bodies = [cluster(ALPHA, "one", **entra), cluster(ALPHA, "twin", **entra), cluster(BETA, "twin", **entra)]
    return write(folder, {"clusters.json": bodies})


def problem(folder: Path) -> str:
    with pytest.raises(UsageError) as caught:
        load(folder)
    return str(caught.value)


def test_a_folder_is_named_after_its_cluster_in_any_casing(tmp_path: Path) -> None:
    fill(estate(tmp_path), "ONE", {"pods.json": POD})
    fill(tmp_path, LONG_NAME.upper(), {"pods.json": POD})
    kubernetes = load(tmp_path).kubernetes
    assert len(kubernetes) == 2
    assert cluster_id(ALPHA, "one").lower() in kubernetes
    assert cluster_id(BETA, "twin").lower() in kubernetes


def test_a_name_that_two_clusters_have_says_what_to_call_it(tmp_path: Path) -> None:
    fill(estate(tmp_path), "twin", {"pods.json": POD})
    assert problem(tmp_path) == (
        f"kubernetes/twin: 2 clusters have this name: call it {ALPHA}.rg-aks.twin or {LONG_NAME}"
    )


def test_a_name_that_no_cluster_has(tmp_path: Path) -> None:
    fill(estate(tmp_path), "other", {"pods.json": POD})
    assert problem(tmp_path).startswith("kubernetes/other: no cluster in azure/ has this name")


def test_two_folders_of_one_cluster(tmp_path: Path) -> None:
    fill(estate(tmp_path), "one", {"pods.json": POD})
    fill(tmp_path, f"{ALPHA}.rg-aks.one", {"pods.json": POD})
    assert "is the same cluster; put all of it into one folder" in problem(tmp_path)


def test_what_else_lies_about_is_left_alone_or_refused(tmp_path: Path) -> None:
    fill(estate(tmp_path), "one", {"pods.json": POD, "notes.txt": "x", ".hidden.json": "{"})
    fill(tmp_path, ".git", {"x.json": "{"})
    (tmp_path / "kubernetes" / "README.md").write_text("x", encoding="utf-8")
    assert len(load(tmp_path).kubernetes) == 1
    (tmp_path / "kubernetes" / "pods.json").write_text("{}", encoding="utf-8")
    assert problem(tmp_path) == "kubernetes/pods.json: belongs into the folder of a cluster"


ONE_OF_EACH: dict[str, tuple[str, Any]] = {
    "an object": ("a.json", POD),
    "a list of kubectl": ("a.json", {"kind": "List", "apiVersion": "v1", "items": [POD]}),
    "a list of a server": ("a.json", listed("Pod", thing("one", "app"))),
    "a plain list": ("deep/a.json", [POD]),
    "yaml": ("a.yml", "---\nkind: Pod\napiVersion: v1\nmetadata: {name: one, namespace: app}\n---\n"),
    "a list in yaml": ("a.yaml", "- {kind: Pod, apiVersion: v1, metadata: {name: one, namespace: app}}"),
}


@pytest.mark.parametrize("form", ONE_OF_EACH)
def test_objects_come_in_every_form_that_kubectl_prints(tmp_path: Path, form: str) -> None:
    file, content = ONE_OF_EACH[form]
    fill(estate(tmp_path), "one", {file: content})
    with serve(tmp_path, as_of=AS_OF) as sandbox:
        answer = Api(sandbox, "one").get("/api/v1/pods")
    assert names(answer) == ["one"]
    assert {*answer.json()["items"][0]} == {"metadata"}


def test_files_of_windows_are_read_too(tmp_path: Path) -> None:
    folder = fill(estate(tmp_path), "one", {})
    folder.mkdir(parents=True)
    (folder / "pods.json").write_text(json.dumps(POD), encoding="utf-16")
    assert len(load(tmp_path).kubernetes.contents(cluster_id(ALPHA, "one").lower()).objects) == 1


WRONG: dict[str, tuple[str, Any, str]] = {
    "no JSON": ("a.json", '{"kind":\n x}', "a.json:2:2: not valid JSON: Expecting value"),
    "no YAML": ("a.yaml", "a: [", "a.yaml:1:5: not valid YAML"),
    "no object": ("a.json", "3", "a.json: no object of Kubernetes, and no list of them"),
    "no name": (
        "a.json",
        {"kind": "Pod", "apiVersion": "v1", "metadata": {}},
        "a.json: no object of Kubernetes",
    ),
    "an item without kind": (
        "a.json",
        {"kind": "List", "apiVersion": "v1", "items": [POD, thing("x", "app")]},
        "a.json: item 2: x has no kind and apiVersion, and its list names none",
    ),
    "no kind": ("a.json", thing("x", "app"), "a.json: x has no kind and apiVersion"),
    "no namespace": ("a.json", POD | thing("x"), "a.json: Pod x has no namespace"),
    "a namespace too many": (
        "a.json",
        {"kind": "Node", "apiVersion": "v1", **thing("n", "app")},
        "a.json: Node n has a namespace, and its kind has none",
    ),
    "one object twice": ("a.json", [POD, POD], "a.json, twice: two objects of one name, Pod app/one"),
    "access with a key too many": (
        "access.json",
        {"rule": []},
        "access.json: rule is not known; there are rules",
    ),
    "access of another type": ("access.json", {"webhook": 1}, "access.json: webhook must be a bool, found 1"),
    "rules that are none": ("access.json", {"rules": ["x"]}, "access.json: rules must be a list of rules"),
    "verbs that are none": (
        "access.json",
        {"also": [{"verbs": [1]}]},
        "access.json: verbs must be a list of texts",
    ),
    "access that is a list": ("access.json", [], "access.json: expected one object"),
    "empty that is no list": ("empty.json", {}, "empty.json: expected a list of resources"),
}


@pytest.mark.parametrize("case", WRONG)
def test_mistakes_are_told_with_their_file_before_anything_listens(tmp_path: Path, case: str) -> None:
    file, content, message = WRONG[case]
    fill(estate(tmp_path), "one", {file: content})
    assert problem(tmp_path).startswith(f"kubernetes/one/{message}")


def test_objects_of_one_name_in_two_files(tmp_path: Path) -> None:
    fill(estate(tmp_path), "one", {"a.json": POD, "b.json": POD})
    assert problem(tmp_path) == "kubernetes/one/a.json, b.json: two objects of one name, Pod app/one"


EMPTY: dict[str, tuple[dict[str, Any], bool]] = {
    "a list without a kind, by its file": (
        {"jobs.json": {"kind": "List", "apiVersion": "v1", "items": []}},
        True,
    ),
    "by another file": ({"pods.json": {"kind": "List", "apiVersion": "v1", "items": []}}, False),
    "by its plural": ({"empty.json": ["jobs"]}, True),
    "by its whole name": ({"empty.yaml": "[jobs.batch]"}, True),
    "in all clusters": ({"../empty.json": ["pods", "jobs"]}, True),
    "all that is not there": ({"empty.json": ["*"]}, True),
    "something else": ({"empty.json": ["cronjobs", "jobs.example.com"]}, False),
    "nothing": ({}, False),
}


@pytest.mark.parametrize("case", EMPTY)
def test_an_empty_list_has_to_be_said(tmp_path: Path, case: str) -> None:
    files, said = EMPTY[case]
    fill(estate(tmp_path), "one", {"x.json": POD} | files)
    with serve(tmp_path, as_of=AS_OF) as sandbox:
        answer = Api(sandbox, "one").get("/apis/batch/v1/jobs")
    assert answer.status_code == (200 if said else 404)
    assert answer.json().get("items") == ([] if said else None)


def test_only_so_many_clusters_are_held_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "HELD", 1)
    one = fill(estate(tmp_path), "one", {"a.json": POD})
    fill(tmp_path, LONG_NAME, {"a.json": POD})
    kubernetes = load(tmp_path).kubernetes
    keys = [cluster_id(ALPHA, "one").lower(), cluster_id(BETA, "twin").lower()]
    first = kubernetes.contents(keys[0])
    assert kubernetes.contents(keys[0]) is first
    kubernetes.contents(keys[1])
    assert kubernetes.contents(keys[0]) is not first
    kubernetes.contents(keys[1])
    (one / "a.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadFile, match=r"a\.json:1:2: not valid JSON"):
        kubernetes.contents(keys[0])


def test_a_file_that_is_spoilt_meanwhile_is_an_error_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "HELD", 0)
    folder = fill(estate(tmp_path), "one", {"a.json": POD})
    with serve(tmp_path, as_of=AS_OF) as sandbox:
        api = Api(sandbox, "one")
        assert api.get("/api/v1/pods").status_code == 200
        (folder / "a.json").write_text("{", encoding="utf-8")
        answer = api.get("/api/v1/pods")
    assert (answer.status_code, answer.json()["reason"]) == (500, "InternalError")
    assert "a.json:1:2: not valid JSON" in answer.json()["message"]
