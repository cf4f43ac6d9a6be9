"""What a cluster serves, asked before anything is listed: what is not there is none, and no gap.

A refusal would not tell: a server denies what does not exist as well to somebody who has no right to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from reportgen.collect.azure import Answer
from reportgen.collect.kubernetes.client import Client, Reply, refused
from reportgen.collect.kubernetes.failures import Unread, undecodable
from reportgen.collect.kubernetes.objects.base import Kube
from reportgen.collect.kubernetes.pager import ListCall, answer
from reportgen.collect.kubernetes.reads import READS, Read
from reportgen.sources.source import Rule

_RIGHT = "discovery (the cluster role system:discovery)"


class GroupVersion(Kube):
    """A version of a group."""

    version: str | None = None


class Group(Kube):
    """An API group."""

    name: str | None = None
    versions: list[GroupVersion] | None = None


class GroupList(Kube):
    """All API groups but the core."""

    kind: str | None = None
    groups: list[Group] | None = None


class Versions(Kube):
    """The versions of the core group."""

    kind: str | None = None
    versions: list[str] | None = None


class Resource(Kube):
    """A resource of a group."""

    name: str = ""
    kind: str | None = None
    verbs: list[str] | None = None


class ResourceList(Kube):
    """The resources of one version of a group."""

    kind: str | None = None
    resources: list[Resource] | None = None


Form = TypeVar("Form", Versions, GroupList, ResourceList)
_VERSIONS = msgspec.json.Decoder(Versions)
_GROUPS = msgspec.json.Decoder(GroupList)
_RESOURCES = msgspec.json.Decoder(ResourceList)


@dataclass(slots=True)
class Discovery:
    """The groups of one cluster, with the resources of those that are read.

    Of a group's versions the best known one is asked at once; others, and what failed, when it is needed.
    """

    client: Client
    reply: Reply
    groups: dict[str, tuple[str, ...]]
    _resources: dict[str, tuple[Resource, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, client: Client) -> Discovery:
        """Ask a cluster; Unread where it does not say."""
        core, groups = client.at_once(client.get, ("/api", "/apis"))
        found = {"": tuple(_decoded(core, _VERSIONS, "APIVersions").versions or ())}
        for group in _decoded(groups, _GROUPS, "APIGroupList").groups or ():
            found[str(group.name)] = tuple(str(one.version) for one in group.versions or ())
        discovery = cls(client, groups, found)
        client.at_once(discovery._learn, dict.fromkeys(discovery._best()))
        return discovery

    def _best(self) -> Iterator[tuple[str, str]]:
        """Group and version of what is read, where the cluster serves a known one."""
        for read in READS:
            for rule in read.rules:
                offered = self.groups.get(rule.group, ())
                known = [version for version in read.versions if version in offered]
                yield from ((rule.group, version) for version in known[:1])

    def _learn(self, place: tuple[str, str]) -> None:
        with suppress(Unread):
            self._of(*place)

    def lists(self, read: Read) -> Iterator[ListCall]:
        """The lists of a source that this cluster serves, none where it serves nothing of it.

        Raises Unread where it serves a group in versions that are not known here.
        """
        for rule, kind in read.lists():
            if rule in self.rules(read):
                yield from (
                    ListCall(
                        f"{_root(rule.group, version)}/{name}",
                        kind if kind != "*" else own,
                        f"{rule.group}/{version}" if rule.group else version,
                        read.item,
                        rule.words,
                        read.bare,
                    )
                    for version, name, own in self._served(rule, read.versions)
                )

    def rules(self, read: Read) -> tuple[Rule, ...]:
        """Those of a source's rules that are about something this cluster serves; see `lists`."""
        found = tuple(rule for rule in read.rules if any(self._served(rule, read.versions)))
        return found[:1] if read.first else found

    def none(self, read: Read) -> Answer:
        """The answer for a source of which the cluster serves nothing: an empty list."""
        rule, kind = read.rules[0], "" if read.kinds[0] == "*" else read.kinds[0]
        body = {"kind": f"{kind}List", "apiVersion": rule.group, "metadata": {}, "items": []}
        return answer(self.reply, body, rule.group, {"served": False})

    def _served(self, rule: Rule, versions: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
        """Version, resource and kind of each resource that a rule is about."""
        offered = self.groups.get(rule.group, ())
        known = [version for version in versions if version in offered]
        if offered and not known:
            known_here = ", ".join(versions)
            raise Unread(
                "failed",
                f"The cluster serves {rule.group} in {', '.join(offered)}; known here: {known_here}.",
            )
        for version in known:
            found = [
                resource
                for resource in self._of(rule.group, version)
                if rule.resource in ("*", resource.name) and "/" not in resource.name
            ]
            yield from ((version, resource.name, resource.kind or "") for resource in found)
            if found:
                return

    def _of(self, group: str, version: str) -> tuple[Resource, ...]:
        path = _root(group, version)
        if path not in self._resources:
            reply = self.client.get(path)
            self._resources[path] = tuple(_decoded(reply, _RESOURCES, "APIResourceList").resources or ())
        return self._resources[path]


def _root(group: str, version: str) -> str:
    return f"/apis/{group}/{version}" if group else f"/api/{version}"


def _decoded(reply: Reply, form: msgspec.json.Decoder[Form], kind: str) -> Form:
    if reply.status != 200:
        raise refused(reply, _RIGHT)
    try:
        found = form.decode(reply.content)
    except msgspec.DecodeError as error:
        raise Unread("failed", f"{reply.url}: the answer is no {kind}{undecodable(error)}.") from error
    if found.kind != kind:
        raise Unread("failed", f"{reply.url}: the answer is no {kind}.")
    return found
