"""In which form objects are sent, and what each form gives away."""

from __future__ import annotations

import pytest

from tests.sandbox.kubernetes.conftest import APPLIED, LEAK, METADATA, ONE_METADATA, TABLE, Api, names

SECRETS = "/api/v1/secrets"


def test_k01_metadata_alone_has_no_data_and_no_type(auditor: Api) -> None:
    answer = auditor.get(SECRETS, METADATA)
    body = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert (body["kind"], body["apiVersion"]) == ("PartialObjectMetadataList", "meta.k8s.io/v1")
    assert {tuple(item) for item in body["items"]} == {("kind", "apiVersion", "metadata")}
    assert {(item["kind"], item["apiVersion"]) for item in body["items"]} == {
        ("PartialObjectMetadata", "meta.k8s.io/v1")
    }
    assert names(answer) == ["db", "token", "pull"]


def test_k02_metadata_alone_still_leaks_what_was_applied(auditor: Api) -> None:
    answer = auditor.get(SECRETS, METADATA)
    first = answer.json()["items"][0]["metadata"]
    assert LEAK in first["annotations"][APPLIED]
    assert first["managedFields"][0]["fieldsV1"] == {"f:data": {"f:password": {}}}
    assert answer.text.count(LEAK) == 1, "the two that were not applied do not leak"


def test_k03_the_type_is_learnt_by_a_field_selector(auditor: Api) -> None:
    def of(selector: str) -> list[str]:
        return names(auditor.get(SECRETS, METADATA, fieldSelector=selector))

    assert of("type=Opaque") == ["db", "token"]
    assert of("type!=Opaque") == of("type=kubernetes.io/dockerconfigjson") == ["pull"]
    refused = auditor.get(SECRETS, METADATA, fieldSelector="data=x")
    assert (refused.status_code, refused.json()["reason"]) == (400, "BadRequest")
    assert refused.json()["message"] == "field label not supported: data"


def test_k04_a_table_without_objects_gives_name_type_number_of_keys_and_age(auditor: Api) -> None:
    namespaced = "/api/v1/namespaces/app-a/secrets"
    answer = auditor.get(namespaced, TABLE, includeObject="None")
    body = answer.json()
    assert (body["kind"], body["apiVersion"]) == ("Table", "meta.k8s.io/v1")
    assert [column["name"] for column in body["columnDefinitions"]] == ["Name", "Type", "Data", "Age"]
    assert body["rows"] == [
        {"cells": ["db", "Opaque", 1, "5d4h"], "object": None},
        {"cells": ["token", "Opaque", 1, "5d4h"], "object": None},
    ]
    assert LEAK not in answer.text
    with_objects = auditor.get(namespaced, TABLE)
    assert LEAK in with_objects.text, "each row bears the annotation"
    assert with_objects.json()["rows"][1]["object"]["kind"] == "PartialObjectMetadata"
    whole = auditor.get(namespaced, TABLE, includeObject="Object").json()["rows"][0]["object"]
    assert (whole["kind"], "data" in whole) == ("Secret", True)
    assert auditor.get(namespaced, TABLE, includeObject="Some").status_code == 400


def test_k04_other_tables_have_a_name_and_a_time(api: Api) -> None:
    body = api.get("/apis/apps/v1/deployments", TABLE, includeObject="None").json()
    assert [column["name"] for column in body["columnDefinitions"]] == ["Name", "Created At"]
    assert body["rows"][0]["cells"] == ["web", "2026-11-10T02:00:00Z"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (SECRETS, "core.SecretList"),
        ("/apis/apps/v1/deployments", "apps.DeploymentList"),
    ],
)
def test_k05_the_form_of_one_object_is_not_that_of_a_list(auditor: Api, path: str, kind: str) -> None:
    answer = auditor.get(path, ONE_METADATA)
    assert (answer.status_code, answer.json()["reason"]) == (406, "NotAcceptable")
    text = "you requested PartialObjectMetadata, but the requested object is a list"
    assert answer.json()["message"] == f"{text} (*{kind})"


def test_k05_nor_the_other_way_round(admin: Api) -> None:
    one = "/api/v1/namespaces/app-a/secrets/db"
    assert admin.get(one, METADATA).status_code == 406
    assert admin.get(one, ONE_METADATA).json().keys() == {"kind", "apiVersion", "metadata"}
    assert (admin.get(one).json()["kind"], admin.get(one).json()["type"]) == ("Secret", "Opaque")


@pytest.mark.parametrize(
    "accept",
    [
        METADATA.replace("PartialObjectMetadataList", "Bogus"),
        METADATA.replace("v=v1", "v=v7"),
        METADATA.replace("meta.k8s.io", "x"),
        "text/html",
    ],
)
def test_k06_a_form_that_nobody_knows_is_not_acceptable(auditor: Api, accept: str) -> None:
    answer = auditor.get(SECRETS, accept)
    assert answer.status_code == 406
    assert answer.json()["message"] == (
        "only the following media types are accepted: application/json, application/yaml, "
        "application/vnd.kubernetes.protobuf"
    )


def test_k07_with_a_second_choice_it_is_the_whole_secrets(auditor: Api) -> None:
    answer = auditor.get(
        SECRETS, METADATA.replace("PartialObjectMetadataList", "Bogus") + ",application/json"
    )
    assert (answer.status_code, answer.json()["kind"]) == (200, "SecretList")
    assert {tuple(item) for item in answer.json()["items"]} == {("metadata", "data", "type")}
    assert auditor.get(SECRETS, f"{METADATA},application/json").json()["kind"] == "PartialObjectMetadataList"


def test_k08_the_beta_version_of_metadata_still_answers(auditor: Api) -> None:
    body = auditor.get(SECRETS, METADATA.replace("v=v1", "v=v1beta1")).json()
    assert (body["apiVersion"], body["items"][0]["apiVersion"]) == ("meta.k8s.io/v1beta1",) * 2


def test_k10_what_is_logged_does_not_tell_the_forms_apart(auditor: Api) -> None:
    before = len(auditor.sandbox.requests)
    auditor.get(SECRETS, METADATA)
    auditor.get(SECRETS)
    auditor.get(SECRETS, TABLE, includeObject="None")
    lines = [known for known in auditor.sandbox.requests[before:] if auditor.host in known]
    assert lines == [f"GET {auditor.host}{SECRETS}"] * 2 + [f"GET {auditor.host}{SECRETS}?includeObject=None"]


def test_items_of_a_list_do_not_say_what_they_are(api: Api) -> None:
    pods = api.get("/api/v1/pods").json()
    assert (pods["kind"], pods["apiVersion"]) == ("PodList", "v1")
    assert not {"kind", "apiVersion"} & {key for item in pods["items"] for key in item}


@pytest.mark.parametrize(("encoding", "packed"), [("gzip", "gzip"), ("identity", None)])
def test_long_answers_are_packed_for_those_who_take_it(admin: Api, encoding: str, packed: str | None) -> None:
    headers = {"Accept-Encoding": encoding}
    long, short = (
        admin.call("GET", path, headers=headers) for path in ("/api/v1/configmaps", "/api/v1/pods")
    )
    assert long.headers.get("Content-Encoding") == packed
    assert short.headers.get("Content-Encoding") is None, "below 128 KiB nothing is packed"
    assert len(long.json()["items"]) == 1202
