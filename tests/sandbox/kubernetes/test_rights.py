"""Who is let in, who may do what, and how a server says no."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from reportgen.sandbox import Fault, Faults, Kind, serve
from reportgen.sandbox.interface import OBJECT_ID
from reportgen.sources.kubernetes import KUBERNETES, SECRETS
from tests.sandbox.conftest import ALPHA, cluster, write
from tests.sandbox.kubernetes.conftest import AS_OF, METADATA, ONE_METADATA, Api, fill, objects

STATUS = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
FORBIDDEN = STATUS | {"reason": "Forbidden", "code": 403}
CANNOT = f'User "{OBJECT_ID}" cannot'


def test_k09_the_right_to_list_gives_everything_and_no_other_right(auditor: Api) -> None:
    assert "data" in auditor.get("/api/v1/secrets").json()["items"][0], "a list of whole objects"
    one = "/api/v1/namespaces/app-a/secrets/db"
    assert [auditor.get(one, accept).status_code for accept in ("", ONE_METADATA)] == [403, 403]
    watch = auditor.get("/api/v1/secrets", METADATA, watch="true")
    assert (watch.status_code, "cannot watch resource" in watch.json()["message"]) == (403, True)
    assert auditor.get("/api/v1/watch/secrets").status_code == 403


def test_k18_a_refused_list_names_user_verb_resource_and_scope(api: Api) -> None:
    answer = api.get("/api/v1/secrets")
    message = f'secrets is forbidden: {CANNOT} list resource "secrets" in API group "" at the cluster scope'
    assert answer.status_code == 403
    assert answer.json() == FORBIDDEN | {"message": message, "details": {"kind": "secrets"}}


def test_k19_a_refusal_names_namespace_name_and_group(api: Api) -> None:
    namespaced = api.get("/api/v1/namespaces/app-a/secrets").json()
    assert namespaced["message"].endswith('in API group "" in the namespace "app-a"')
    named = api.get("/api/v1/namespaces/app-a/secrets/db").json()
    assert named["message"] == (
        f'secrets "db" is forbidden: {CANNOT} get resource "secrets" in API group "" in the namespace "app-a"'
    )
    assert named["details"] == {"name": "db", "kind": "secrets"}
    namespace = api.get("/api/v1/namespaces/app-a").json()["message"]
    assert namespace.endswith('get resource "namespaces" in API group "" in the namespace "app-a"')
    of_group = api.get("/apis/apps/v1/namespaces/app-a/deployments/web").json()
    assert of_group["details"] == {"name": "web", "group": "apps", "kind": "deployments"}
    assert of_group["message"].startswith('deployments.apps "web" is forbidden: ')
    log = api.get("/api/v1/namespaces/app-a/pods/web-1/log").json()["message"]
    assert log.startswith('pods "web-1" is forbidden: ')
    assert 'cannot get resource "pods/log"' in log


def test_k19_a_refusal_does_not_tell_what_exists(api: Api) -> None:
    there = api.get("/api/v1/namespaces/app-a/secrets/db").text
    assert api.get("/api/v1/namespaces/app-a/secrets/none").text == there.replace('"db', '"none').replace(
        '\\"db\\"', '\\"none\\"'
    )
    assert api.get("/api/v1/namespaces/none/secrets").json()["message"].endswith('in the namespace "none"')


@pytest.mark.parametrize(
    "path", ["/api/v1/widgets", "/apis/example.com/v1/widgets", "/apis/apps/v7/deployments"]
)
def test_k20_what_is_unknown_is_refused_or_not_found(api: Api, admin: Api, path: str) -> None:
    refused = api.get(path.replace("deployments", "widgets"))
    assert (refused.status_code, refused.json()["reason"]) == (403, "Forbidden")
    answer = admin.get(path)
    assert answer.status_code == 404
    assert answer.json()["message"] == "the server could not find the requested resource"


def test_k20_one_that_is_not_there(admin: Api) -> None:
    answer = admin.get("/api/v1/namespaces/app-a/pods/none")
    assert (answer.status_code, answer.json()["message"]) == (404, 'pods "none" not found')
    assert answer.json()["details"] == {"name": "none", "kind": "pods"}


def test_k21_a_path_that_is_no_resource(api: Api) -> None:
    answer = api.get("/metrics")
    message = f'forbidden: {CANNOT} get path "/metrics"'
    assert (answer.status_code, answer.json()) == (403, FORBIDDEN | {"message": message, "details": {}})


def test_k21_a_change_is_refused_be_it_a_trial(api: Api) -> None:
    path = "/api/v1/namespaces/app-a/pods"
    trial = api.call("POST", path, params={"dryRun": "All"}, json={"kind": "Pod"})
    assert (trial.status_code, "cannot create resource" in trial.json()["message"]) == (403, True)
    for method, verb in (("PUT", "update"), ("PATCH", "patch"), ("DELETE", "delete")):
        refused = api.call(method, f"{path}/web-1")
        assert (refused.status_code, f"cannot {verb} resource" in refused.json()["message"]) == (403, True)
    assert "cannot deletecollection" in api.call("DELETE", path).json()["message"]


def test_k21_a_namespace_that_is_not_there_has_an_empty_list(api: Api) -> None:
    answer = api.get("/api/v1/namespaces/none/pods")
    assert (answer.status_code, answer.json()["items"]) == (200, [])


def test_nobody_changes_anything_here(admin: Api) -> None:
    pod = "/api/v1/namespaces/app-a/pods/web-1"
    for method, path in (("DELETE", pod), ("POST", f"{pod}/exec"), ("GET", "/api/v1/nodes/n/proxy")):
        assert admin.call(method, path).status_code == 405
    assert admin.get("/api/v1/pods", watch="1").json()["reason"] == "MethodNotAllowed"


@pytest.mark.parametrize("token", ["nonsense", "ey.ey.x"])
def test_k22_a_token_that_is_no_good(api: Api, token: str) -> None:
    answer = api.call("GET", "/api/v1/pods", token=token)
    assert answer.status_code == 401
    assert answer.json() == STATUS | {"message": "Unauthorized", "reason": "Unauthorized", "code": 401}
    assert "WWW-Authenticate" not in answer.headers


def test_k22_a_token_for_somebody_else(api: Api) -> None:
    elsewhere = api.sign_in("https://management.azure.com")
    assert api.call("GET", "/version", token=elsewhere).status_code == 401


@pytest.mark.parametrize("token", [None, "", " "])
def test_k23_without_a_token_one_is_anonymous(api: Api, token: str | None) -> None:
    answer = api.call("GET", "/api/v1/pods", token=token)
    assert answer.status_code == 403
    assert answer.json()["message"].startswith('pods is forbidden: User "system:anonymous" cannot list')


def test_k23_unless_nobody_may_be(api: Api) -> None:
    closed = api.of("aks-closed")
    for path in ("/api/v1/pods", "/version", "/healthz"):
        assert closed.call("GET", path, token=None).status_code == 401
    assert closed.get("/version").status_code == 200


def test_k24_what_everybody_may_see(api: Api) -> None:
    for path in ("/version", "/healthz", "/livez", "/readyz"):
        assert api.call("GET", path, token=None).status_code == 200
    for path in ("/api", "/apis", "/openapi/v2", "/api/v1"):
        answer = api.call("GET", path, token=None)
        assert (answer.status_code, answer.json()["details"]) == (403, {})
    assert api.call("GET", "/healthz", token=None).text == "ok"


def test_k31_a_refusal_may_come_without_a_body(clusters: Path) -> None:
    fault = Fault(Kind.FORBIDDEN_SILENTLY, match="/api/v1/pods", times=1)
    with serve(clusters, as_of=AS_OF, faults=Faults(calls=(fault,))) as sandbox:
        api = Api(sandbox, "aks-reader")
        answer = api.get("/api/v1/pods")
        assert (answer.status_code, answer.content) == (403, b"")
        assert api.get("/api/v1/pods").status_code == 200


def test_k36_the_tools_own_role_reads_roles_and_all_else_but_secrets(api: Api) -> None:
    for path in ("roles", "clusterroles", "rolebindings", "clusterrolebindings"):
        assert api.get(f"/apis/rbac.authorization.k8s.io/v1/{path}").status_code in (200, 404)
    assert (
        api.get("/apis/rbac.authorization.k8s.io/v1/roles").json()["items"][0]["metadata"]["name"] == "reader"
    )
    rules = [(rule, source.name) for source in KUBERNETES for rule in source.rules]
    refused = [
        source
        for rule, source in rules
        if not api.review(verb="list", group=rule.group, resource=rule.resource)["allowed"]
    ]
    assert refused == [SECRETS]


def test_azures_authoriser_refuses_in_words_of_its_own(api: Api) -> None:
    answer = api.of("aks-guarded").get("/api/v1/secrets").json()
    assert answer["message"] == (
        f'secrets is forbidden: {CANNOT} list resource "secrets" in API group "" at the cluster scope: '
        "User does not have access to the resource in Azure. Update role assignment to allow access."
    )


def test_rules_can_hold_in_some_namespaces_and_on_some_paths(tmp_path: Path) -> None:
    pods = {"verbs": ["list"], "apiGroups": [""], "resources": ["pods"], "namespaces": ["app-a"]}
    paths = {"verbs": ["get"], "nonResourceURLs": ["/logs/*"]}
    write(tmp_path, {"a.json": cluster(ALPHA, "aks", aadProfile={"managed": True})})
    fill(tmp_path, "aks", objects() | {"access.json": {"rules": [pods, paths]}})
    with serve(tmp_path, as_of=AS_OF) as sandbox:
        api = Api(sandbox, "aks")
        found = [
            api.get(f"/api/v1/{path}pods").status_code
            for path in ("namespaces/app-a/", "namespaces/app-b/", "")
        ]
        assert found == [200, 403, 403]
        assert [api.get(path).status_code for path in ("/logs/x", "/metrics")] == [404, 403]
        assert api.review(verb="list", resource="pods", namespace="app-a")["allowed"]
        for namespace in ("app-a", "app-b"):
            status = api.post("selfsubjectrulesreviews", {"namespace": namespace}).json()["status"]
            assert any("pods" in rule["resources"] for rule in status["resourceRules"]) == (
                namespace == "app-a"
            )


def test_resources_can_be_denied_in_every_cluster(clusters: Path) -> None:
    faults = Faults(denied_resources=("pods", "*.apps"))
    with serve(clusters, as_of=AS_OF, faults=faults) as sandbox:
        for name in ("aks-reader", "aks-guarded", "aks-admin"):
            api = Api(sandbox, name)
            paths = ("/api/v1/pods", "/apis/apps/v1/deployments", "/api/v1/namespaces")
            assert [api.get(path).status_code for path in paths] == [403, 403, 200]
            assert not api.review(verb="list", resource="pods")["allowed"]


def test_calls_say_through_which_level_of_priority_they_went(api: Api) -> None:
    def told(answer: requests.Response) -> set[str]:
        return {name for name in answer.headers if name.startswith("x-kubernetes-pf-")}

    both = {"x-kubernetes-pf-flowschema-uid", "x-kubernetes-pf-prioritylevel-uid"}
    assert told(api.get("/api/v1/pods")) == told(api.get("/api/v1/secrets")) == both
    assert told(api.call("GET", "/version", token="nonsense")) == set()
