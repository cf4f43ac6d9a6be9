"""The agent pools of a cluster as subjects, and the nodes that no pool lists."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.model import Cause, Json, Subject
from reportgen.subjects import derived
from reportgen.subjects.answers import Answers
from reportgen.subjects.case import Item, within
from reportgen.subjects.document import at, canonical, raw_pools


def pools(answers: Answers, cluster: Item, body: Json, pointer: str) -> Iterator[Item]:
    """Every pool in a cluster's body, which stands at ``pointer``."""
    document = cluster.variables["cluster"]
    for number, (inside, raw) in enumerate(raw_pools(body)):
        pool = canonical(raw, "agentPoolProfiles")
        variables = {
            "subject": pool,
            "cluster": document,
            "related": cluster.variables["related"],
            "derived": derived.for_pool(pool, document),
        }
        name = str(at(pool, "name") or f"pool {number}")
        own = answers.gaps_of_part(cluster.subject.id, f"agentPools/{name}")
        yield Item(_subject(cluster.subject, name), variables, (pointer + inside,), gaps=own)
    if derived.auto_provisioning(document):
        reason = (
            "Node auto-provisioning is on: it creates nodes that are in no agent pool, so their settings "
            "are not in the cluster's body."
        )
        yield unseen_pool(cluster, "auto-provisioned nodes", "*auto-provisioned", Cause.UNLISTED, reason)
    if derived.hosted_system(document):
        reason = (
            "The system nodes are hosted and run by Azure and are in no agent pool: the provider's "
            "responsibility, not tested here."
        )
        yield unseen_pool(cluster, "hosted system pool", "*hosted-system", Cause.INHERITED, reason)


def unseen_pool(cluster: Item, name: str, last: str, cause: Cause, reason: str) -> Item:
    """Pools that cannot be looked at, as one subject; ``last`` ends its id."""
    return Item(_subject(cluster.subject, name, last), {}, cluster.pointers, (cause, reason))


def _subject(cluster: Subject, name: str, last: str = "") -> Subject:
    return within(cluster, "agent-pool", name, f"agentPools/{last or name}")
