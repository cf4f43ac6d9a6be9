"""Reviews of one's own rights and of who one is: made by POST, answered at once, never kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reportgen.model import Json
from reportgen.sandbox.exchange import Answer, Refused
from reportgen.sandbox.kubernetes.access import Access, User
from reportgen.sandbox.kubernetes.request import Attributes
from reportgen.sandbox.kubernetes.statuses import JSON, bad_request, failure

_GROUP = "authorization.k8s.io"
_EITHER = "exactly one of nonResourceAttributes or resourceAttributes must be specified"


def reviewed(resource: str, body: Json, user: User, access: Access) -> Answer:
    """The answer to a review, 201 as for anything that is made."""
    if not isinstance(body, dict):
        raise bad_request("the object provided is unrecognized: it is no JSON object")
    spec = body.get("spec") or {}
    if resource == "selfsubjectaccessreviews":
        return _answer("SelfSubjectAccessReview", _GROUP, spec, _verdict(spec, user, access))
    if resource == "selfsubjectrulesreviews":
        return _answer("SelfSubjectRulesReview", _GROUP, {}, _rules(spec, access))
    info = {"username": user.name, "uid": user.uid, "groups": list(user.groups)}
    extra = {"extra": {key: list(values) for key, values in user.extra.items()}} if user.extra else {}
    return _answer("SelfSubjectReview", "authentication.k8s.io", None, {"userInfo": info | extra})


def _answer(kind: str, group: str, spec: Json, status: Json) -> Answer:
    body: dict[str, Json] = {
        "kind": kind,
        "apiVersion": f"{group}/v1",
        "metadata": {"creationTimestamp": None},
    }
    if spec is not None:
        body["spec"] = spec
    return Answer(body | {"status": status}, 201, media=JSON)


def _verdict(spec: Mapping[str, Any], user: User, access: Access) -> dict[str, Json]:
    found = access.verdict(user, _attributes(spec))
    status: dict[str, Json] = {"allowed": found.allowed}
    if found.denied:
        status["denied"] = True
    if found.reason:
        status["reason"] = found.reason
    return status


def _attributes(spec: Mapping[str, Any]) -> Attributes:
    """What is asked about; nothing is looked up, so that it need not exist."""
    resource, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if resource is None and path is not None:
        return Attributes(str(path.get("verb", "")), str(path.get("path", "")))
    if resource is None or path is not None:
        raise Refused(_invalid())
    return Attributes(
        str(resource.get("verb", "")),
        "",
        str(resource.get("group", "")),
        str(resource.get("version", "")),
        str(resource.get("resource", "")),
        str(resource.get("subresource", "")),
        str(resource.get("namespace", "")),
        str(resource.get("name", "")),
    )


def _invalid() -> Answer:
    kind, text = "SelfSubjectAccessReview", f"Invalid value: null: {_EITHER}"
    cause = {"reason": "FieldValueInvalid", "message": text, "field": "spec.resourceAttributes"}
    details = {"group": _GROUP, "kind": kind, "causes": [cause]}
    return failure(422, "Invalid", f'{kind}.{_GROUP} "" is invalid: spec.resourceAttributes: {text}', details)


def _rules(spec: Mapping[str, Any], access: Access) -> dict[str, Json]:
    namespace = spec.get("namespace")
    if not namespace:
        raise bad_request("no namespace on request")
    found = access.rules_in(str(namespace))
    status: dict[str, Json] = {
        "resourceRules": [rule.as_json() for rule in found if not rule.urls],
        "nonResourceRules": [rule.as_json() for rule in found if rule.urls],
        "incomplete": access.webhook,
    }
    if access.webhook:
        status["evaluationError"] = "webhook authorizer does not support user rule resolution"
    return status
