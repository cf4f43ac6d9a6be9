"""What an oracle function is given and what it answers: raw bodies in, plain tuples out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, NamedTuple

YES, NO = "satisfied", "not-satisfied"
NOT_APPLICABLE, NOT_ASSESSED = "not-applicable", "not-assessed"

Json = Any


class Answer(NamedTuple):
    """One subject's status; ``cause`` only where it is not-assessed."""

    subject: str
    status: str
    cause: str | None = None


class Verdict(NamedTuple):
    """A status without its subject."""

    status: str
    cause: str | None = None


UNDETERMINED = Verdict(NOT_ASSESSED, "undetermined")
GAP = Verdict(NOT_ASSESSED, "gap")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was read about one cluster, as Azure sent it.

    ``body`` is the ARM body, casing and nulls as they came. A list that is None could not be read.
    ``offered`` are the ``values`` of the region's kubernetesVersions answer.
    """

    body: dict[str, Json]
    api_version: str
    as_of: datetime
    maintenance: list[Json] | None = None
    diagnostics: list[Json] | None = None
    offered: list[Json] | None = None
    read_with: dict[str, str] = field(default_factory=dict)
    """API versions of the other lists, by the name of the field; today's where not named."""


Oracle = Callable[[Evidence], list[Answer]]


def look(value: Json, *path: str) -> Json:
    """The value below ``path``, whatever the casing of its keys; None where it is null or not there."""
    for name in path:
        if not isinstance(value, dict):
            return None
        value = next((item for key, item in value.items() if key.lower() == name.lower()), None)
    return value


def text(value: Json, *path: str) -> str:
    """The text below ``path`` in lower case; empty where there is none."""
    found = look(value, *path)
    return found.lower() if isinstance(found, str) else ""


def pools(body: Json) -> list[dict[str, Json]]:
    """Every pool in the cluster's body."""
    return [pool for pool in look(body, "properties", "agentPoolProfiles") or [] if isinstance(pool, dict)]


def makes_its_own_nodes(body: Json) -> bool:
    """Whether node auto-provisioning is on: it makes nodes that are in no pool."""
    return text(body, "properties", "nodeProvisioningProfile", "mode") == "auto"


def _unlisted(body: Json) -> Iterator[Answer]:
    """Nodes that exist and that no pool lists, as subjects of their own."""
    if makes_its_own_nodes(body):
        yield Answer(f"{body['id']}/agentPools/*auto-provisioned", NOT_ASSESSED, "unlisted")
    hosted = look(body, "properties", "hostedSystemProfile", "enabled") is True
    if hosted or (text(body, "sku", "name") == "automatic" and not pools(body)):
        yield Answer(f"{body['id']}/agentPools/*hosted-system", NOT_ASSESSED, "inherited")


def cannot_tell(api_version: str, first: str) -> bool:
    """Whether a body read with ``api_version`` is too old to show what came with ``first``."""
    return api_version[:10] < first


def of_cluster(first: str) -> Callable[[Callable[[Evidence], Verdict | str]], Oracle]:
    """An oracle whose subject is the cluster; ``first`` is the API version that introduced what it reads."""

    def wrapped(rule: Callable[[Evidence], Verdict | str]) -> Oracle:
        @wraps(rule)
        def answer(seen: Evidence) -> list[Answer]:
            verdict = UNDETERMINED if cannot_tell(seen.api_version, first) else rule(seen)
            return [Answer(seen.body["id"], *_verdict(verdict))]

        return answer

    return wrapped


def of_list(name: str, first: str) -> Callable[[Callable[[list[Json]], Verdict | str]], Oracle]:
    """An oracle on the cluster that reads the list ``name`` of the evidence, which came with ``first``."""

    def wrapped(rule: Callable[[list[Json]], Verdict | str]) -> Oracle:
        @wraps(rule)
        def answer(seen: Evidence) -> list[Answer]:
            items: list[Json] | None = getattr(seen, name)
            if items is None:
                verdict: Verdict | str = GAP
            else:
                old = cannot_tell(seen.read_with.get(name, first), first)
                verdict = UNDETERMINED if old else rule(items)
            return [Answer(seen.body["id"], *_verdict(verdict))]

        return answer

    return wrapped


def of_pools(first: str) -> Callable[[Callable[[dict[str, Json], Evidence], Verdict | str]], Oracle]:
    """An oracle over every pool of the cluster, and over the nodes that no pool lists."""

    def wrapped(rule: Callable[[dict[str, Json], Evidence], Verdict | str]) -> Oracle:
        @wraps(rule)
        def answer(seen: Evidence) -> list[Answer]:
            old = cannot_tell(seen.api_version, first)
            found = [
                Answer(
                    f"{seen.body['id']}/agentPools/{look(pool, 'name')}",
                    *_verdict(UNDETERMINED if old else rule(pool, seen)),
                )
                for pool in pools(seen.body)
            ]
            return [*found, *_unlisted(seen.body)]

        return answer

    return wrapped


def _verdict(given: Verdict | str) -> Verdict:
    return given if isinstance(given, Verdict) else Verdict(given)


def met(condition: bool) -> str:
    """Satisfied or not."""
    return YES if condition else NO
