"""The names that readers see: subscriptions by name, clusters so that no two look alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from reportgen.model import Json, Principal, Results, Subject
from reportgen.render.strings import Strings, of
from reportgen.render.text import cut

_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_BY_ID = re.compile(rf"(?<![\w/-])([A-Za-z]+)/({_GUID})(?![\w-])")
"""How derived values spell a principal of the directory, such as ``Group/<object id>``."""
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class PrincipalName:
    """A principal as it is printed: ``title`` (``Ada Example (user)``), its id beneath, and a remark.

    ``id`` is "" where the title says all; ``note`` says why there is no name, "" where there is one.
    """

    title: str
    id: str = ""
    note: str = ""

    @property
    def line(self) -> str:
        """All of it in one line."""
        return " ".join(part for part in (self.title, self.id, self.note and f"({self.note})") if part)


@dataclass(frozen=True, slots=True)
class Names:
    """By lower-cased ARM id of the cluster; what lies beside clusters has none.

    ``anchors`` is in the order of the list of clusters. ``principals`` are those of the directory by object
    id, see `reportgen.model.Results`; ``sign_ins`` the same by sign-in name or application id, in lower case.
    ``listed`` is how many clusters the list of them has room for, None where it has all.
    """

    clusters: Mapping[str, str]
    ids: Mapping[str, str]
    subscriptions_of: Mapping[str, str]
    anchors: Mapping[str, str]
    subscriptions: Mapping[str, str]
    principals: Mapping[str, Principal]
    sign_ins: Mapping[str, Principal]
    strings: Strings
    listed: int | None = None

    @classmethod
    def of(cls, results: Results) -> Names:
        """Names over all observations and access listings."""
        seen: dict[str, Subject] = {}
        subjects = [item.subject for item in results.observations]
        for subject in (*subjects, *(listing.cluster for listing in results.access)):
            if subject.cluster_id:
                seen.setdefault(subject.cluster_id.lower(), subject)
        principals = results.principals or {}
        subscriptions = {key.lower(): name for key, name in results.subscription_names.items()}
        twice = Counter((subject.cluster, subject.subscription.lower()) for subject in seen.values())
        clusters = {
            key: subject.cluster
            if twice[(subject.cluster, subject.subscription.lower())] == 1
            else f"{subject.cluster} ({resource_group(key)})"
            for key, subject in seen.items()
        }
        order = sorted(
            seen,
            key=lambda key: (
                subscriptions.get(seen[key].subscription.lower(), "").casefold(),
                clusters[key].casefold(),
                key,
            ),
        )
        return cls(
            clusters=clusters,
            ids={key: subject.cluster_id for key, subject in seen.items()},
            subscriptions_of={key: subject.subscription.lower() for key, subject in seen.items()},
            anchors={key: f"k{index}" for index, key in enumerate(order, start=1)},
            subscriptions=subscriptions,
            principals=principals,
            sign_ins={one.sign_in.lower(): one for one in principals.values() if one.sign_in},
            strings=of(results),
        )

    def link(self, cluster: str) -> str:
        """The anchor of a cluster, "" where the list of clusters does not have it."""
        anchor = self.anchors.get(cluster, "")
        return anchor if anchor and (self.listed is None or int(anchor[1:]) <= self.listed) else ""

    def principal(self, words: str) -> PrincipalName:
        """A principal by the words of derived values: ``User/<name or id>``, ``ServiceAccount/...``."""
        kind, _, name = words.partition("/")
        spoken = self.principal_kind(kind)
        if not re.fullmatch(_GUID, name):
            return PrincipalName(self._of_kind(name, spoken))
        known = self.principals.get(name.lower())
        if known is None:
            return PrincipalName(_capital(spoken), name, self.strings.text("principals.not_resolved"))
        if not known.found:
            return PrincipalName(_capital(spoken), name, self.strings.text("principals.not_found"))
        spoken = self.principal_kind(known.kind)
        if not known.name:
            return PrincipalName(_capital(spoken), name, self.strings.text("principals.no_name"))
        return PrincipalName(self._of_kind(cut(known.name, _LONGEST_NAME), spoken), name)

    def actor(self, by: str) -> PrincipalName:
        """Who did something, whom Azure's records name by object id, sign-in name or application id."""
        known = self.principals.get(by.lower()) or self.sign_ins.get(by.lower())
        if known is None:
            return PrincipalName(by)
        if not known.found:
            return PrincipalName(by, note=self.strings.text("principals.not_found"))
        if not known.name:
            return PrincipalName(by, note=self.principal_kind(known.kind))
        return PrincipalName(
            self._of_kind(cut(known.name, _LONGEST_NAME), self.principal_kind(known.kind)), by
        )

    def principal_kind(self, kind: str) -> str:
        """What a kind of principal is called, be it spelled as in ``ServiceAccount`` or in words."""
        spoken = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()
        return self.strings.known(f"principals.{spoken.replace(' ', '_')}", spoken)

    def _of_kind(self, name: str, kind: str) -> str:
        return self.strings.text("principals.of_kind", name=name, kind=kind)

    def spelled(self, value: Json) -> Json:
        """A value, or a sentence, with principals by their names where the directory was asked for them."""
        if isinstance(value, str):
            return _BY_ID.sub(self._named, value)
        if isinstance(value, list | tuple):
            return [self.spelled(item) for item in value]
        if isinstance(value, dict):
            return {key: self.spelled(item) for key, item in value.items()}
        return value

    def _named(self, found: re.Match[str]) -> str:
        return self.principal(found[0]).line if found[2].lower() in self.principals else found[0]

    def subscription(self, subscription_id: str) -> str:
        """The subscription's name, or its id where the name is not known."""
        return self.subscriptions.get(subscription_id.lower()) or subscription_id

    def cluster_subscription(self, cluster: str) -> str:
        """The name of the subscription a cluster lies in."""
        return self.subscription(self.subscriptions_of[cluster])

    def place(self, scope: str) -> str:
        """Where a resource or a region of a subscription lies, by names; "" for any other scope of a gap."""
        parts = scope.strip("/").split("/")
        if parts[0].lower() == "subscriptions" and len(parts) > 3:
            return f"{resource_group(scope)}, {self.subscription(parts[1])}"
        return (
            self.subscription(parts[0]) if len(parts) > 1 and parts[0].lower() in self.subscriptions else ""
        )

    def order(self, subject: Subject) -> tuple[str, str, str, str]:
        """The key by which subjects are listed: subscription, cluster, name, id."""
        return (
            self.subscription(subject.subscription).casefold(),
            self.clusters.get(subject.cluster_id.lower(), "").casefold(),
            subject.name.casefold(),
            subject.id.lower(),
        )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def resource_group(arm_id: str) -> str:
    """The resource group that an ARM id names, or the id where it names none."""
    parts, lowered = arm_id.split("/"), arm_id.lower().split("/")
    return parts[lowered.index("resourcegroups") + 1] if "resourcegroups" in lowered[:-1] else arm_id
