"""What answers as API servers do; beside them Azure's sign-in and Resource Manager's POSTs.

A small stand-in with switches: each host in ``clusters`` is an API server; faults are functions that may
answer in its place. `wire` puts it on the network.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

DOMAIN = "azure.test"
MANAGEMENT = f"management.{DOMAIN}"
LOGIN = f"login.{DOMAIN}"
API = f"api.{DOMAIN}"
Json = Any


@dataclass(frozen=True)
class Call:
    """One request as it came."""

    method: str
    host: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def line(self) -> str:
        text = "&".join(f"{key}={value}" for key, value in self.query.items())
        return f"{self.method} {self.path}?{text}".rstrip("?")

    @property
    def accept(self) -> str:
        return self.headers.get("accept", "")

    def json(self) -> Json:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """One response; ``raw`` in place of the body's JSON. ``drip`` sends a byte every so many seconds."""

    body: Json = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    drip: float = 0.0
    cut: bool = False

    def content(self) -> bytes:
        return self.raw if self.raw is not None else json.dumps(self.body).encode()


Fault = Callable[[Call], Reply | None]


@dataclass
class Resource:
    """What lies below one path."""

    kind: str
    items: list[Json]
    namespaced: bool = True


@dataclass
class Cluster:
    """The state of one API server; ``resources`` by (group, version, plural)."""

    resources: dict[tuple[str, str, str], Resource] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    empty_groups: dict[str, list[str]] = field(default_factory=dict)
    tokens: set[str] | None = None
    expires: int = 0
    """So many times a continue token is refused as expired."""
    page: int | None = None
    """Objects a page, where the client's limit is not to count."""
    username: str = "app"
    authoriser: str = "rbac"

    def add(self, api: str, plural: str, kind: str, *items: Json, namespaced: bool = True) -> None:
        group, _, version = api.rpartition("/")
        self.resources[(group, version, plural)] = Resource(kind, list(items), namespaced)


def status(code: int, reason: str, message: str, details: Json = None, **metadata: Json) -> Reply:
    body = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": metadata,
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": code,
    }
    return Reply(body | ({"details": details} if details else {}), code)


class Server:
    """Everything that is served, and what was asked."""

    def __init__(self) -> None:
        self.clusters: dict[str, Cluster] = {API: Cluster()}
        self.faults: list[Fault] = []
        self.calls: list[Call] = []
        self.arm: dict[str, Fault] = {}
        """By the last part of a path below Resource Manager."""
        self.refuse_tokens_for: set[str] = set()
        self.address = ("127.0.0.1", 0)
        self.ca_file = Path()
        self.ca_pem = b""
        self._number = 0
        self._lock = threading.Lock()

    @property
    def cluster(self) -> Cluster:
        return self.clusters[API]

    def asked(self, host: str = API) -> list[str]:
        return [call.line for call in self.calls if call.host == host]

    def answer(self, call: Call) -> Reply:
        self.calls.append(call)
        for fault in self.faults:
            reply = fault(call)
            if reply is not None:
                return reply
        if call.host == LOGIN:
            return self._login(call)
        if call.host == MANAGEMENT:
            return self._manage(call)
        return ApiServer(self.clusters[call.host]).answer(call)

    def _login(self, call: Call) -> Reply:
        base = f"https://{LOGIN}/tenant"
        if call.path.endswith("openid-configuration"):
            return Reply(
                {
                    "issuer": f"{base}/v2.0",
                    "authorization_endpoint": f"{base}/authorize",
                    "token_endpoint": f"{base}/oauth2/v2.0/token",
                }
            )
        scope = dict(parse_qsl(call.body.decode())).get("scope", "")
        if scope in self.refuse_tokens_for:
            return Reply({"error": "invalid_client", "error_description": "AADSTS7000215: CANARY-login"}, 401)
        with self._lock:
            self._number += 1
            claims = {"oid": "me", "tid": "tenant", "appid": "app", "n": self._number, "aud": scope}
        text = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        return Reply({"token_type": "Bearer", "expires_in": 3599, "access_token": f"e30.{text}.CANARY-token"})

    def _manage(self, call: Call) -> Reply:
        found = self.arm.get(call.path.rsplit("/", 1)[-1].lower())
        reply = found(call) if found else None
        return reply or Reply({"error": {"code": "NotFound", "message": "nothing here"}}, 404)

    def kubeconfig(self, server: str = f"https://{API}", ca: bytes | None = None) -> str:
        data = base64.b64encode(self.ca_pem if ca is None else ca).decode()
        return f"""\
apiVersion: v1
kind: Config
current-context: one
clusters:
- name: one
  cluster: {{server: "{server}", certificate-authority-data: {data}}}
contexts:
- name: one
  context: {{cluster: one, user: me}}
users:
- name: me
  user: {{client-certificate-data: Q0FOQVJZ, client-key-data: Q0FOQVJZ, token: CANARY-kubeconfig}}
"""

    def gives_kubeconfig(self, server: str = f"https://{API}", ca: bytes | None = None) -> None:
        value = base64.b64encode(self.kubeconfig(server, ca).encode()).decode()
        body = {"kubeconfigs": [{"name": "clusterUser", "value": value}]}
        self.arm["listclusterusercredential"] = lambda call: Reply(body)


class ApiServer:
    """How one API server answers."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def answer(self, call: Call) -> Reply:
        token = call.headers.get("authorization", "").removeprefix("Bearer ").strip()
        anonymous = not token
        if token and self.cluster.tokens is not None and token not in self.cluster.tokens:
            return status(401, "Unauthorized", "Unauthorized")
        if call.path == "/version":
            return Reply(
                {
                    "major": "1",
                    "minor": "34",
                    "gitVersion": "v1.34.1",
                    "gitCommit": "c",
                    "platform": "linux/amd64",
                }
            )
        if anonymous:
            return status(403, "Forbidden", 'forbidden: User "system:anonymous" cannot do this', {})
        if call.method == "POST":
            return self._review(call)
        return self._discovery(call.path) or self._list(call)

    def _review(self, call: Call) -> Reply:
        body = call.json()
        if call.path.endswith("/selfsubjectreviews"):
            user = {
                "username": self.cluster.username,
                "uid": "1",
                "groups": ["system:authenticated"],
                "extra": {"secret": ["CANARY-extra"]},
            }
            return Reply(body | {"status": {"userInfo": user}}, 201)
        asked = body["spec"]["resourceAttributes"]
        allowed = asked["resource"] not in self.cluster.denied
        found: Json = {"allowed": allowed}
        if allowed:
            found["reason"] = 'RBAC: allowed by ClusterRoleBinding "reader"'
        elif self.cluster.authoriser == "azure":
            found["reason"] = "User does not have access to the resource in Azure."
        return Reply(body | {"metadata": {"creationTimestamp": None}, "status": found}, 201)

    def _discovery(self, path: str) -> Reply | None:
        groups: dict[str, set[str]] = {}
        for group, version, _ in self.cluster.resources:
            groups.setdefault(group, set()).add(version)
        for group, versions in self.cluster.empty_groups.items():
            groups.setdefault(group, set()).update(versions)
        if path == "/api":
            return Reply({"kind": "APIVersions", "versions": sorted(groups.get("", {"v1"}))})
        if path == "/apis":
            named = [
                {
                    "name": group,
                    "versions": [
                        {"groupVersion": f"{group}/{one}", "version": one} for one in sorted(versions)
                    ],
                }
                for group, versions in groups.items()
                if group
            ]
            return Reply({"kind": "APIGroupList", "apiVersion": "v1", "groups": named})
        group, version = _group_version(path)
        if version and len(path.strip("/").split("/")) == (3 if group else 2):
            found = [
                {
                    "name": plural,
                    "singularName": resource.kind.lower(),
                    "kind": resource.kind,
                    "namespaced": resource.namespaced,
                    "verbs": ["list", "get"],
                    "categories": ["constraint", "constraints"]
                    if group == "constraints.gatekeeper.sh"
                    else [],
                }
                for (one, known, plural), resource in self.cluster.resources.items()
                if (one, known) == (group, version)
            ]
            return Reply(
                {
                    "kind": "APIResourceList",
                    "groupVersion": f"{group}/{version}".strip("/"),
                    "resources": found,
                }
            )
        return None

    def _list(self, call: Call) -> Reply:
        parts = call.path.strip("/").split("/")
        group, version = _group_version(call.path)
        namespace = parts[parts.index("namespaces") + 1] if "namespaces" in parts[:-1] else ""
        plural = parts[-1]
        if plural in self.cluster.denied:
            where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
            what = f'resource "{plural}" in API group "{group}"'
            message = f'{plural} is forbidden: User "app" cannot list {what} {where}'
            return status(403, "Forbidden", message, {"kind": plural})
        resource = self.cluster.resources.get((group, version, plural))
        if resource is None:
            return status(404, "NotFound", "the server could not find the requested resource")
        items = [
            item for item in resource.items if not namespace or item["metadata"].get("namespace") == namespace
        ]
        return self._page(call, f"{group}/{version}".strip("/"), resource, items)

    def _page(self, call: Call, api: str, resource: Resource, items: list[Json]) -> Reply:
        start, revision = 0, "246"
        token = call.query.get("continue", "")
        if token:
            if "resourceVersion" in call.query:
                return status(
                    400, "BadRequest", "specifying resource version is not allowed when using continue"
                )
            try:
                said = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
                start = int(said["start"])
            except ValueError:
                return status(400, "BadRequest", "invalid continue token: CANARY-token")
            if said["rv"] == -1:
                revision = "999"
            elif self.cluster.expires > 0:
                self.cluster.expires -= 1
                return status(
                    410,
                    "Expired",
                    "The provided continue parameter is too old",
                    **{"continue": _token(start, -1)},
                )
        limit = self.cluster.page or int(call.query.get("limit", "0")) or len(items) or 1
        if call.query.get("resourceVersion") == "0":
            limit, revision = len(items) or 1, "221"
        page, rest = items[start : start + limit], len(items) - start - limit
        metadata: Json = {"resourceVersion": revision}
        if rest > 0:
            metadata |= {"continue": _token(start + limit, 246), "remainingItemCount": rest}
        return _shaped(call, api, resource, page, metadata)


def _token(start: int, revision: int) -> str:
    text = json.dumps({"v": "meta.k8s.io/v1", "rv": revision, "start": start, "key": "CANARY-key"})
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _shaped(call: Call, api: str, resource: Resource, page: list[Json], metadata: Json) -> Reply:
    form = dict(part.partition("=")[::2] for part in call.accept.split(",")[0].split(";")[1:]).get("as", "")
    if form == "PartialObjectMetadataList":
        found = [
            {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": item["metadata"]}
            for item in page
        ]
        return Reply({"kind": form, "apiVersion": "meta.k8s.io/v1", "metadata": metadata, "items": found})
    if form == "Table":
        columns = [{"name": name, "type": "string"} for name in ("Name", "Type", "Data", "Age")]
        rows = [
            {
                "cells": [
                    item["metadata"]["name"],
                    item.get("type", "Opaque"),
                    len(item.get("data") or {}),
                    "12d",
                ],
                "object": None
                if call.query.get("includeObject") == "None"
                else {"metadata": item["metadata"]},
            }
            for item in page
        ]
        return Reply(
            {
                "kind": "Table",
                "apiVersion": "meta.k8s.io/v1",
                "metadata": metadata,
                "columnDefinitions": columns,
                "rows": rows,
            }
        )
    if form == "PartialObjectMetadata":
        return status(
            406, "NotAcceptable", "you requested PartialObjectMetadata, but the requested object is a list"
        )
    if form and "," not in call.accept:
        return status(406, "NotAcceptable", "only the following media types are accepted: application/json")
    return Reply({"kind": f"{resource.kind}List", "apiVersion": api, "metadata": metadata, "items": page})


def _group_version(path: str) -> tuple[str, str]:
    parts = path.strip("/").split("/")
    if parts[0] == "api":
        return "", parts[1] if len(parts) > 1 else ""
    return (parts[1], parts[2]) if len(parts) > 2 else ("", "")
