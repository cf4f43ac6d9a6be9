"""What a server serves, as it says itself: versions, groups, and the resources of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reportgen.model import Json
from reportgen.sandbox.kubernetes.resources import ApiResource

Resources = Mapping[tuple[str, str], ApiResource]

_BELOW: Mapping[tuple[str, str], tuple[tuple[str, str, str], ...]] = {
    ("", "pods"): (("exec", "PodExecOptions", "create get"), ("log", "Pod", "get")),
    ("", "nodes"): (("proxy", "NodeProxyOptions", "create delete get patch update"),),
    ("", "serviceaccounts"): (("token", "TokenRequest", "create"),),
}
"""Some of the subresources: name, kind and verbs of each."""


def discovered(path: str, resources: Resources, host: str) -> Json | None:
    """The answer to a path of discovery, None for any other."""
    parts = [part for part in path.split("/") if part]
    if parts == ["api"]:
        client = {"clientCIDR": "0.0.0.0/0", "serverAddress": f"{host}:443"}
        return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [client]}
    groups = _groups(resources.values())
    if parts == ["apis"]:
        found = [_group(name, versions) for name, versions in groups.items() if name]
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": found}
    if parts == ["api", "v1"]:
        return {"kind": "APIResourceList", "groupVersion": "v1", "resources": _listed(resources, "", "v1")}
    if parts[:1] != ["apis"] or parts[1] not in groups or not parts[1]:
        return None
    if len(parts) == 2:
        return {"kind": "APIGroup", "apiVersion": "v1", **_group(parts[1], groups[parts[1]])}
    if len(parts) != 3 or parts[2] not in groups[parts[1]]:
        return None
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": f"{parts[1]}/{parts[2]}",
        "resources": _listed(resources, parts[1], parts[2]),
    }


def _groups(resources: Iterable[ApiResource]) -> dict[str, list[str]]:
    """The versions of each group, the preferred first."""
    found: dict[str, list[str]] = {}
    for resource in resources:
        known = found.setdefault(resource.group, [])
        known += [version for version in resource.versions if version not in known]
    return found


def _group(name: str, versions: list[str]) -> dict[str, Json]:
    named = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": named, "preferredVersion": named[0]}


def _listed(resources: Resources, group: str, version: str) -> list[Json]:
    found: list[Json] = []
    for resource in sorted(resources.values(), key=lambda one: one.plural):
        if resource.group == group and version in resource.versions:
            found.append(_described(resource))
            found += [
                {
                    "name": f"{resource.plural}/{name}",
                    "singularName": "",
                    "namespaced": resource.namespaced,
                    "kind": kind,
                    "verbs": verbs.split(),
                }
                for name, kind, verbs in _BELOW.get(resource.key, ())
            ]
    return found


def _described(resource: ApiResource) -> Json:
    described: dict[str, Json] = {
        "name": resource.plural,
        "singularName": resource.kind.lower(),
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": list(resource.verbs),
    }
    if resource.short_names:
        described["shortNames"] = list(resource.short_names)
    if resource.categories:
        described["categories"] = list(resource.categories)
    return described
