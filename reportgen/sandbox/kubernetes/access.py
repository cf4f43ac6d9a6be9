"""Who may do what at an API server: by Kubernetes' RBAC, or by Azure's authoriser behind a webhook.

By default the collector holds the ClusterRole that the tool itself hands out, and nothing else. A file
``access.json`` in a cluster's folder changes that; all of its keys may be left out::

    {"rules": [{"verbs": ["list"], "apiGroups": [""], "resources": ["pods"], "namespaces": ["app"]},
               {"verbs": ["get"], "nonResourceURLs": ["/metrics"]}],   in place of the ClusterRole's
     "also": [...],                      rules beside the ClusterRole's
     "deny": ["secrets", "*.apps"],      resources that no rule allows
     "webhook": true,                    answers as Azure's authoriser does
     "anonymous": false,                 401 for who does not say who they are
     "reachable": false,                 no network path leads there from the collector
     "username": "auditor", "groups": ["auditors"]}

The words of Azure's authoriser are those of Guard, which is public.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from reportgen.model import Json
from reportgen.sandbox.interface import OBJECT_ID
from reportgen.sandbox.kubernetes.request import Attributes
from reportgen.sandbox.parsing import BadFile
from reportgen.sources.kubernetes import ROLE, cluster_role

_AUTHENTICATED = "system:authenticated"
_MASTERS = "system:masters"
_ALLOWED_BY_AZURE = (
    "Access allowed by Azure RBAC Role Assignment 6f1d2c8430a74b5e9c1f5a0de5a4d010 "
    "of Role 6f1d2c8430a74b5e9c1f5a0de5a4d011 to user {}"
)
_REFUSED_BY_AZURE = (
    "User does not have access to the resource in Azure. Update role assignment to allow access."
)


@dataclass(frozen=True, slots=True)
class User:
    """Who calls, as a server sees them."""

    name: str
    groups: tuple[str, ...]
    uid: str = ""
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


ANONYMOUS = User("system:anonymous", ("system:unauthenticated",))
ADMIN = User("masterclient", (_MASTERS, _AUTHENTICATED))
"""Whom an administrator's certificate stands for; no authoriser is asked about them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Verbs on resources of groups, in some namespaces (none named: all), or on paths."""

    verbs: tuple[str, ...]
    groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()

    def covers(self, asked: Attributes) -> bool:
        """Whether the rule allows it; ``*`` is asked for as a word and allowed by ``*`` alone."""
        if not _has(self.verbs, asked.verb):
            return False
        if not asked.resource:
            return any(url == asked.path or _begins(url, asked.path) for url in self.urls)
        there = not self.namespaces or asked.namespace in self.namespaces
        return there and _has(self.groups, asked.group) and _has(self.resources, asked.resource_path)

    def as_json(self) -> dict[str, Json]:
        """As a SelfSubjectRulesReview shows it."""
        if self.urls:
            return {"verbs": list(self.verbs), "nonResourceURLs": list(self.urls)}
        return {
            "verbs": list(self.verbs),
            "apiGroups": list(self.groups),
            "resources": list(self.resources),
        }


def _has(known: tuple[str, ...], wanted: str) -> bool:
    return wanted in known or "*" in known


def _begins(url: str, path: str) -> bool:
    return url.endswith("*") and path.startswith(url[:-1])


_INFO = Rule(("get",), urls=("/healthz", "/livez", "/readyz", "/version", "/version/"))
_SIGNED_IN = (
    ("system:public-info-viewer", _INFO),
    (
        "system:discovery",
        Rule(("get",), urls=("/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*")),
    ),
    (
        "system:basic-user",
        Rule(
            ("create",),
            ("authorization.k8s.io",),
            ("selfsubjectaccessreviews", "selfsubjectrulesreviews"),
        ),
    ),
    ("system:basic-user", Rule(("create",), ("authentication.k8s.io",), ("selfsubjectreviews",))),
)
"""What everybody may who is signed in, by the role that says so."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an authoriser says; ``denied`` is a no that ends the matter, which RBAC does not know."""

    allowed: bool
    reason: str = ""
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """The rights at one API server: ``user`` holds ``rules`` but for ``denied`` resources."""

    user: User
    rules: tuple[Rule, ...]
    denied: tuple[str, ...] = ()
    webhook: bool = False
    anonymous: bool = True
    reachable: bool = True

    def verdict(self, user: User, asked: Attributes) -> Verdict:
        """Whether a user may."""
        if _MASTERS in user.groups:
            return Verdict(True)
        for role, rule in _SIGNED_IN:
            if rule.covers(asked) and (user is not ANONYMOUS or rule is _INFO):
                return Verdict(True, _by_binding(role, f'Group "{user.groups[-1]}"'))
        allowed = user is not ANONYMOUS and self._allows(asked)
        if not self.webhook or user is ANONYMOUS:
            return Verdict(allowed, _by_binding(ROLE, f'User "{user.name}"') if allowed else "")
        reason = _ALLOWED_BY_AZURE.format(user.name) if allowed else _REFUSED_BY_AZURE
        return Verdict(allowed, reason, denied=not allowed)

    def rules_in(self, namespace: str) -> tuple[Rule, ...]:
        """The rules that count in a namespace, as far as RBAC knows them: Azure's it does not."""
        known = tuple(rule for _, rule in _SIGNED_IN)
        own = () if self.webhook else self.rules
        return (*known, *(rule for rule in own if not rule.namespaces or namespace in rule.namespaces))

    def _allows(self, asked: Attributes) -> bool:
        if asked.resource and {asked.resource, asked.full_name, f"*.{asked.group}", "*"} & {*self.denied}:
            return False
        return any(rule.covers(asked) for rule in self.rules)


def _by_binding(role: str, subject: str) -> str:
    return f'RBAC: allowed by ClusterRoleBinding "{role}" of ClusterRole "{role}" to {subject}'


def access(described: Json, denied: Iterable[str], *, webhook: bool | None, azure_rbac: bool) -> Access:
    """The rights by what access.json says (None: nothing); BadFile where it is wrong.

    ``denied`` and ``webhook`` (if not None) are said from outside and go before the file.
    """
    said: dict[str, Any] = dict(described or {})
    unknown = sorted({*said} - {*_KEYS})
    if unknown:
        raise BadFile(f": {unknown[0]} is not known; there are {', '.join(_KEYS)}")
    user = User(
        _typed(said, "username", str, OBJECT_ID),
        (*_texts(said, "groups"), _AUTHENTICATED),
        OBJECT_ID,
        {"oid": (OBJECT_ID,)},
    )
    return Access(
        user,
        (*(_rules(said, "rules") if "rules" in said else _handed_out()), *_rules(said, "also")),
        (*_texts(said, "deny"), *denied),
        _typed(said, "webhook", bool, azure_rbac) if webhook is None else webhook,
        _typed(said, "anonymous", bool, True),
        _typed(said, "reachable", bool, True),
    )


_KEYS = ("rules", "also", "deny", "webhook", "anonymous", "reachable", "username", "groups")


@cache
def _handed_out() -> tuple[Rule, ...]:
    """The rules of the tool's own ClusterRole."""
    return _rules(cluster_role(), "rules")


def _rules(said: Mapping[str, Any], key: str) -> tuple[Rule, ...]:
    found = _typed(said, key, list, [])
    if not all(isinstance(rule, dict) for rule in found):
        raise BadFile(f": {key} must be a list of rules, as a ClusterRole has them")
    return tuple(
        Rule(
            _texts(rule, "verbs"),
            _texts(rule, "apiGroups"),
            _texts(rule, "resources"),
            _texts(rule, "namespaces"),
            _texts(rule, "nonResourceURLs"),
        )
        for rule in found
    )


def _texts(said: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = _typed(said, key, list, [])
    if not all(isinstance(text, str) for text in found):
        raise BadFile(f": {key} must be a list of texts")
    return tuple(found)


def _typed(said: Mapping[str, Any], key: str, kind: type[Any], otherwise: Any) -> Any:
    value = said.get(key, otherwise)
    if not isinstance(value, kind):
        raise BadFile(f": {key} must be a {kind.__name__}, found {value!r}")
    return value
