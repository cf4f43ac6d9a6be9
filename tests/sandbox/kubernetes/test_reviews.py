"""Reviews of one's own rights, by Kubernetes' RBAC and by Azure's authoriser."""

from __future__ import annotations

from pathlib import Path

from reportgen.sandbox import Faults, serve
from reportgen.sandbox.interface import OBJECT_ID
from tests.sandbox.kubernetes.conftest import AS_OF, CLUSTERS, Api

PODS = {"verb": "list", "group": "", "resource": "pods"}
BY = 'RBAC: allowed by ClusterRoleBinding "{0}" of ClusterRole "{0}" to {1}'


def test_k25_a_review_says_yes_with_a_reason_and_no_without(api: Api) -> None:
    answer = api.post("selfsubjectaccessreviews", {"resourceAttributes": PODS})
    assert answer.status_code == 201
    assert answer.json() == {
        "kind": "SelfSubjectAccessReview",
        "apiVersion": "authorization.k8s.io/v1",
        "metadata": {"creationTimestamp": None},
        "spec": {"resourceAttributes": PODS},
        "status": {"allowed": True, "reason": BY.format("reportgen-reader", f'User "{OBJECT_ID}"')},
    }
    assert api.review(verb="list", resource="secrets") == {"allowed": False}
    assert api.review(verb="get", resource="pods") == {"allowed": False}


def test_k25_the_rights_that_everybody_has(api: Api) -> None:
    everybody = 'Group "system:authenticated"'
    basic = api.review(verb="create", group="authorization.k8s.io", resource="selfsubjectaccessreviews")
    assert basic == {"allowed": True, "reason": BY.format("system:basic-user", everybody)}
    spec = {"nonResourceAttributes": {"path": "/apis/apps/v1", "verb": "get"}}
    path = api.post("selfsubjectaccessreviews", spec).json()["status"]
    assert path == {"allowed": True, "reason": BY.format("system:discovery", everybody)}


def test_k26_nothing_that_is_asked_about_need_exist(api: Api, admin: Api) -> None:
    widgets = {"verb": "list", "group": "example.com", "resource": "widgets"}
    assert not api.review(**widgets)["allowed"]
    assert admin.review(**widgets)["allowed"]


def test_k26_an_empty_review_is_invalid(api: Api) -> None:
    for spec in ({}, {"resourceAttributes": PODS, "nonResourceAttributes": {"path": "/"}}):
        answer = api.post("selfsubjectaccessreviews", spec)
        assert (answer.status_code, answer.json()["reason"]) == (422, "Invalid")
        assert answer.json()["details"]["causes"][0]["field"] == "spec.resourceAttributes"
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    assert api.call("POST", path, data=b"{").status_code == 400


def test_k26_anonymous_users_may_not_ask(api: Api) -> None:
    answer = api.post("selfsubjectaccessreviews", {"resourceAttributes": PODS}, token=None)
    assert answer.status_code == 403
    assert answer.json()["message"] == (
        'selfsubjectaccessreviews.authorization.k8s.io is forbidden: User "system:anonymous" cannot create '
        'resource "selfsubjectaccessreviews" in API group "authorization.k8s.io" at the cluster scope'
    )


def test_k27_a_star_asks_whether_everything_is_allowed(api: Api, admin: Api) -> None:
    everything = {"verb": "*", "group": "*", "resource": "*"}
    assert [server.review(**everything)["allowed"] for server in (api, admin)] == [False, True]
    assert not api.review(verb="*", resource="pods")["allowed"]


def test_k27_all_rules_at_once(api: Api) -> None:
    answer = api.post("selfsubjectrulesreviews", {"namespace": "app-a"})
    status = answer.json()["status"]
    assert (answer.status_code, status["incomplete"]) == (201, False)
    batch = {"verbs": ["list"], "apiGroups": ["batch"], "resources": ["cronjobs", "jobs"]}
    assert batch in status["resourceRules"]
    assert not any("secrets" in rule["resources"] for rule in status["resourceRules"])
    assert status["nonResourceRules"][0]["nonResourceURLs"][0] == "/healthz"
    without = api.post("selfsubjectrulesreviews", {})
    assert (without.status_code, without.json()["message"]) == (400, "no namespace on request")


def test_k27_who_one_is(api: Api, auditor: Api) -> None:
    def who(server: Api) -> dict[str, object]:
        answer = server.post("selfsubjectreviews", None, "authentication.k8s.io")
        assert (answer.status_code, answer.json()["kind"]) == (201, "SelfSubjectReview")
        return dict(answer.json()["status"]["userInfo"])

    assert who(api) == {
        "username": OBJECT_ID,
        "uid": OBJECT_ID,
        "groups": ["system:authenticated"],
        "extra": {"oid": [OBJECT_ID]},
    }
    assert who(auditor)["groups"] == ["auditors", "system:authenticated"]


def test_k28_reviews_are_posts_and_cannot_be_read(api: Api, admin: Api) -> None:
    before = len(api.sandbox.requests)
    api.review(**PODS)
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    assert api.sandbox.requests[before:] == [f"POST {api.host}{path}"]
    assert admin.get(path).status_code == 405
    assert api.get(path).status_code == 403


def test_k32_who_may_only_list_may_still_post_reviews_and_nothing_else(api: Api) -> None:
    assert api.review(**PODS)["allowed"]
    assert api.post("selfsubjectrulesreviews", {"namespace": "x"}).status_code == 201
    assert api.post("selfsubjectreviews", None, "authentication.k8s.io").status_code == 201
    assert api.post("subjectaccessreviews", {}).status_code == 403
    assert api.post("tokenreviews", {}, "authentication.k8s.io").status_code == 403
    assert (
        api.call("POST", "/api/v1/namespaces/app-a/serviceaccounts/default/token", json={}).status_code == 403
    )


def test_azures_authoriser_gives_reasons_and_cannot_list_rules(api: Api) -> None:
    guarded = api.of("aks-guarded")
    allowed, denied = guarded.review(**PODS), guarded.review(verb="list", resource="secrets")
    assert allowed["reason"].startswith("Access allowed by Azure RBAC Role Assignment ")
    assert allowed["reason"].endswith(f" to user {OBJECT_ID}")
    assert denied == {
        "allowed": False,
        "denied": True,
        "reason": "User does not have access to the resource in Azure. "
        "Update role assignment to allow access.",
    }
    status = guarded.post("selfsubjectrulesreviews", {"namespace": "app-a"}).json()["status"]
    assert status["incomplete"] is True
    assert status["evaluationError"] == "webhook authorizer does not support user rule resolution"
    assert not any("pods" in rule["resources"] for rule in status["resourceRules"])


def test_every_server_can_be_made_to_answer_like_azures_or_none(clusters: Path) -> None:
    for webhook in (True, False):
        with serve(clusters, as_of=AS_OF, faults=Faults(webhook=webhook)) as sandbox:
            for name in ("aks-reader", "aks-guarded"):
                reason = Api(sandbox, name).review(**PODS)["reason"]
                assert reason.startswith("Access allowed by Azure" if webhook else "RBAC: allowed by")
    assert CLUSTERS["aks-guarded"]["aadProfile"]["enableAzureRBAC"]
