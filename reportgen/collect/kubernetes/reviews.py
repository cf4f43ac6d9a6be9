"""What the collector may read, asked of the API server itself before anything is read.

One review for each right: with Azure's authoriser the one answer over all rights is incomplete.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec

from reportgen.collect.azure import Answer
from reportgen.collect.kubernetes.client import Client, Reply
from reportgen.collect.kubernetes.failures import Unread
from reportgen.collect.kubernetes.objects.base import Kube
from reportgen.collect.kubernetes.pager import answer
from reportgen.model import Json
from reportgen.sources.source import Rule


class Attributes(Kube):
    """Which right is asked about."""

    verb: str = "list"
    group: str = ""
    resource: str = ""


class ReviewSpec(Kube):
    """Of a review."""

    resource_attributes: Attributes


class Verdict(Kube):
    """What the authoriser says; ``reason`` names the binding or the assignment by which it allows."""

    allowed: bool = False
    denied: bool | None = None
    reason: str | None = None


class Review(Kube):
    """A SelfSubjectAccessReview."""

    spec: ReviewSpec | None = None
    status: Verdict | None = None


class Asked(msgspec.Struct, rename="camel"):
    """A SelfSubjectAccessReview as it is sent."""

    spec: dict[str, Json]
    kind: str = "SelfSubjectAccessReview"
    api_version: str = "authorization.k8s.io/v1"


class WhoAmI(msgspec.Struct, rename="camel"):
    """A SelfSubjectReview as it is sent."""

    kind: str = "SelfSubjectReview"
    api_version: str = "authentication.k8s.io/v1"


class UserInfo(Kube):
    """Who the API server takes the collector for."""

    username: str | None = None
    uid: str | None = None
    groups: list[str] | None = None


class WhoStatus(Kube):
    """Of a SelfSubjectReview."""

    user_info: UserInfo | None = None


class Who(Kube):
    """A SelfSubjectReview."""

    status: WhoStatus | None = None


_REVIEW = msgspec.json.Decoder(Review)
_WHO = msgspec.json.Decoder(Who)


@dataclass(frozen=True, slots=True)
class Rights:
    """What came of the reviews: the answer to keep, if anything was asked, and the rules not allowed."""

    answer: Answer | None
    denied: frozenset[Rule]


def rights(client: Client, rules: Iterable[Rule]) -> Rights:
    """Ask about each rule once.

    A review that is refused says nothing about the right: it is tried then. Raises Unread where no answer
    comes, or the collector is not let in at all.
    """
    rules = tuple(rules)
    replies = client.at_once(lambda rule: _let_in(client.review(_asked(rule))), rules)
    items: list[Json] = []
    denied: set[Rule] = set()
    for rule, reply in zip(rules, replies, strict=True):
        verdict = _verdict(reply)
        if verdict and not verdict.allowed:
            denied.add(rule)
        items.append(_item(rule, reply, verdict))
    return Rights(_together(replies, items) if replies else None, frozenset(denied))


def who(client: Client) -> Answer | None:
    """Who the API server takes the collector for; None from a server that does not tell (before 1.28)."""
    reply = _let_in(client.who(WhoAmI()))
    if reply.status != 201:
        return None
    try:
        found = _WHO.decode(reply.content)
    except msgspec.DecodeError:
        return None
    body = {"kind": "SelfSubjectReview", **msgspec.to_builtins(found)}
    return answer(reply, body, "authentication.k8s.io/v1")


def _let_in(reply: Reply) -> Reply:
    if reply.status == 401:
        raise Unread("denied", f"{reply.words}: the API server does not know the collector's token.")
    return reply


def _asked(rule: Rule) -> Asked:
    return Asked({"resourceAttributes": {"verb": "list", "group": rule.group, "resource": rule.resource}})


def _verdict(reply: Reply) -> Verdict | None:
    if reply.status != 201:
        return None
    try:
        return _REVIEW.decode(reply.content).status
    except msgspec.DecodeError:
        return None


def _item(rule: Rule, reply: Reply, verdict: Verdict | None) -> Json:
    attributes = {"verb": "list", "group": rule.group, "resource": rule.resource}
    status = msgspec.to_builtins(verdict) if verdict else {"error": reply.words}
    if verdict:
        status["allowed"] = verdict.allowed
    return {"spec": {"resourceAttributes": attributes}, "status": status}


def _together(replies: list[Reply], items: list[Json]) -> Answer:
    """All reviews as one answer; the hash is over the hashes of their bytes, one after the other."""
    digests = "".join(hashlib.sha256(reply.content).hexdigest() for reply in replies)
    body = {"kind": "SelfSubjectAccessReviewList", "apiVersion": "authorization.k8s.io/v1", "items": items}
    one = replace(replies[-1], started_at=replies[0].started_at, content=digests.encode())
    told = {"calls": len(replies), "wire_sha256": "over the SHA-256 of each answer, one after the other"}
    return answer(one, body, "authorization.k8s.io/v1", told)
