"""Microsoft.ContainerService, and the settings of other providers that hang on a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reportgen.model import Json
from reportgen.sandbox.estate import CLUSTER_TYPE, Estate, Resource
from reportgen.sandbox.exchange import Answer, Call, Refused, error
from reportgen.sandbox.resource_manager import missing, no_answer, page

CLUSTERS_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class ContainerService:
    """The AKS reads. A list that the folder does not hold is no empty list: it is EstateHasNoAnswer."""

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
        if not bodies and not self._group_exists(call):
            name = call.path.strip("/").split("/")[3]
            text = f"Resource group '{name}' could not be found."
            return error(404, "ResourceGroupNotFound", text)
        return Answer(page(call, bodies, CLUSTERS_A_PAGE, trailing=True))

    def agent_pools(self, call: Call) -> Answer:
        """GET .../agentPools: pools of the folder, else those inside the cluster's body."""
        return Answer({"value": self._pools(call)})

    def agent_pool(self, call: Call) -> Answer:
        """GET .../agentPools/{name}."""
        name = call.parts["pool"]
        found = next((pool for pool in self._pools(call) if pool["name"].lower() == name), None)
        return Answer(found) if found else missing(call.path, self._cluster(call).id.group)

    def children(self, call: Call) -> Answer:
        """A list of child or extension resources of a cluster."""
        self._cluster(call)
        found = self.estate.collection(call.key)
        return Answer({"value": [dict(resource.body) for resource in found]}) if found else self.unknown(call)

    def unknown(self, call: Call) -> Answer:
        """The folder holds no such thing, which is not the same as there being none."""
        return no_answer(call)

    def single(self, call: Call) -> Answer:
        """One object below a cluster that the folder does not hold."""
        self._cluster(call)
        return self.unknown(call)

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

    def _group_exists(self, call: Call) -> bool:
        subscription, group = call.parts["subscription"], call.parts["group"]
        return any(
            r.id.subscription.lower() == subscription and r.id.group.lower() == group
            for r in self.estate.resources
        )


def _pool(cluster_id: str, profile: dict[str, Json]) -> dict[str, Json]:
    """An agent pool as its own resource shows it: the profile without its name is the properties."""
    name = str(profile.pop("name", ""))
    return {
        "id": f"{cluster_id}/agentPools/{name}",
        "name": name,
        "type": "Microsoft.ContainerService/managedClusters/agentPools",
        "properties": profile,
    }
