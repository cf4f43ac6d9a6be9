"""Microsoft.ContainerService: its lists in its own pages, and the pools that a cluster's body holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reportgen.model import Json
from reportgen.sandbox.bodies import CLUSTER_TYPE, Resource
from reportgen.sandbox.estate import Estate
from reportgen.sandbox.exchange import Answer, Call, Refused
from reportgen.sandbox.resource_manager import missing, missing_group, page

CLUSTERS_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class ContainerService:
    """The AKS reads that `reportgen.sandbox.lists` cannot answer."""

    estate: Estate
    by_subscription: Mapping[str, list[Json]]

    @classmethod
    def over(cls, estate: Estate) -> ContainerService:
        """Index the clusters of ``estate``."""
        lists: dict[str, list[Json]] = {}
        for resource in estate.resources:
            if resource.id.type == CLUSTER_TYPE:
                lists.setdefault(resource.id.subscription.lower(), []).append(resource.body)
        return cls(estate, lists)

    def clusters(self, call: Call) -> Answer:
        """GET .../managedClusters of a subscription."""
        bodies = self.by_subscription.get(call.parts["subscription"], [])
        return Answer(page(call, bodies, CLUSTERS_A_PAGE, trailing=True))

    def clusters_of_group(self, call: Call) -> Answer:
        """GET .../managedClusters of a resource group."""
        bodies: list[Json] = [resource.body for resource in self.estate.collection(call.key)]
        parts = call.path.strip("/").split("/")
        if not bodies and "/" + "/".join(parts[:4]).lower() not in self.estate.groups:
            return missing_group(parts[3])
        return Answer(page(call, bodies, CLUSTERS_A_PAGE, trailing=True))

    def agent_pools(self, call: Call) -> Answer:
        """GET .../agentPools: pools of the folder, else those inside the cluster's body."""
        return Answer({"value": self._pools(call)})

    def agent_pool(self, call: Call) -> Answer:
        """GET .../agentPools/{name}."""
        name = call.parts["pool"]
        found = next((pool for pool in self._pools(call) if pool["name"].lower() == name), None)
        return Answer(found) if found else missing(call.path, self._cluster(call).id.group)

    def _cluster(self, call: Call) -> Resource:
        parts = call.path.strip("/").split("/")
        path = "/" + "/".join(parts[:8])
        found = self.estate.by_key.get(path.lower())
        if found is None:
            raise Refused(missing(path, parts[3]))
        return found

    def _pools(self, call: Call) -> list[dict[str, Json]]:
        cluster = self._cluster(call)
        own = self.estate.collection(f"{cluster.id.text}/agentPools")
        if own:
            return [{"name": resource.id.name, **resource.body} for resource in own]
        profiles = cluster.body["properties"].get("agentPoolProfiles") or []
        return [_pool(cluster.id.text, dict(profile)) for profile in profiles]


def _pool(cluster_id: str, profile: dict[str, Json]) -> dict[str, Json]:
    """An agent pool as its own resource shows it: the profile without its name is the properties."""
    name = str(profile.pop("name", ""))
    return {
        "id": f"{cluster_id}/agentPools/{name}",
        "name": name,
        "type": "Microsoft.ContainerService/managedClusters/agentPools",
        "properties": profile,
    }
