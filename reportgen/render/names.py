"""The names that readers see: subscriptions by name, clusters so that no two look alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from reportgen.model import Results, Subject

AREAS = {
    "api-server": "API server",
    "identity": "Identity and access",
    "network": "Network",
    "nodes": "Nodes",
    "patching": "Patching and versions",
    "encryption": "Encryption",
    "secrets": "Secrets",
    "rbac": "Kubernetes RBAC",
    "workloads": "Workloads and isolation",
    "images": "Images",
    "logging": "Logging and detection",
    "governance": "Governance",
    "resilience": "Resilience",
}


@dataclass(frozen=True, slots=True)
class Names:
    """By lower-cased ARM id of the cluster; ``anchors`` is in the order of the list of clusters."""

    clusters: Mapping[str, str]
    ids: Mapping[str, str]
    subscriptions_of: Mapping[str, str]
    anchors: Mapping[str, str]
    subscriptions: Mapping[str, str]

    @classmethod
    def of(cls, results: Results) -> Names:
        """Names over all observations and access listings."""
        seen: dict[str, Subject] = {}
        subjects = [item.subject for item in results.observations]
        for subject in (*subjects, *(listing.cluster for listing in results.access)):
            seen.setdefault(subject.cluster_id.lower(), subject)
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
        )

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
            self.clusters[subject.cluster_id.lower()].casefold(),
            subject.name.casefold(),
            subject.id.lower(),
        )


def resource_group(arm_id: str) -> str:
    """The resource group that an ARM id names, or the id where it names none."""
    parts, lowered = arm_id.split("/"), arm_id.lower().split("/")
    return parts[lowered.index("resourcegroups") + 1] if "resourcegroups" in lowered[:-1] else arm_id
