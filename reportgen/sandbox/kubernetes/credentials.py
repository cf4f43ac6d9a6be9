"""Resource Manager's answers with a cluster's kubeconfig, the user's and the administrator's.

Without Entra integration a cluster has no other user than its administrator, so that asking for the user's
credential gives away the administrator's: whoever only reads must not ask there.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

import yaml

from reportgen.model import Json
from reportgen.sandbox.estate import Estate
from reportgen.sandbox.exchange import Answer, Call, error
from reportgen.sandbox.interface import ADMIN_CANARY, API_AUDIENCE, MANAGEMENT_HOST, TENANT_ID
from reportgen.sandbox.kubernetes.access import access
from reportgen.sandbox.kubernetes.cluster import Cluster
from reportgen.sandbox.resource_manager import missing

PREFIX = "/k8s/"
"""Below this path of any other host of the sandbox lie the API servers too, by the label of their host."""
_KUBELOGIN = "80faf920-1908-4b52-b5ef-a8e7bedfc67a"
"""The public client application that people sign in with."""
_NO_LOCAL_ACCOUNTS = (
    "Getting static credential is not allowed because this cluster is set to disable local accounts."
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Hands out kubeconfigs; ``ca`` is the sandbox's own in PEM, ``handed_out`` takes the ids of clusters."""

    estate: Estate
    ca: bytes
    handed_out: list[str] = field(default_factory=list)

    def user(self, call: Call) -> Answer:
        """POST .../listClusterUserCredential."""
        cluster = self._cluster(call)
        if cluster is None:
            return _missing(call)
        if not cluster.entra:
            return self._admin(call, cluster, "clusterUser")
        return self._kubeconfig(call, cluster, "clusterUser", {"exec": _sign_in()})

    def admin(self, call: Call) -> Answer:
        """POST .../listClusterAdminCredential, which nobody who only reads may call."""
        cluster = self._cluster(call)
        if cluster is None:
            return _missing(call)
        if cluster.entra and not cluster.local_accounts:
            return error(400, "BadRequest", _NO_LOCAL_ACCOUNTS)
        return self._admin(call, cluster, "clusterAdmin")

    def _admin(self, call: Call, cluster: Cluster, name: str) -> Answer:
        self.handed_out.append(cluster.id.text)
        secret = {
            "client-certificate-data": _canary("CERTIFICATE"),
            "client-key-data": _canary("RSA PRIVATE KEY"),
            "token": ADMIN_CANARY,
        }
        return self._kubeconfig(call, cluster, name, secret)

    def _kubeconfig(self, call: Call, cluster: Cluster, name: str, user: Json) -> Answer:
        title, who = cluster.id.name, f"{name}_{cluster.id.group}_{cluster.id.name}"
        authority = base64.b64encode(self.ca).decode()
        config = {
            "apiVersion": "v1",
            "clusters": [
                {
                    "cluster": {
                        "certificate-authority-data": authority,
                        "server": self._server(call, cluster),
                    },
                    "name": title,
                }
            ],
            "contexts": [{"context": {"cluster": title, "user": who}, "name": title}],
            "current-context": title,
            "kind": "Config",
            "preferences": {},
            "users": [{"name": who, "user": user}],
        }
        text = yaml.safe_dump(config, sort_keys=False, width=10**6)
        value = base64.b64encode(text.encode()).decode()
        return Answer({"kubeconfigs": [{"name": name, "value": value}]})

    def _server(self, call: Call, cluster: Cluster) -> str:
        """By its host where the caller finds hosts by name, else below the address that was called."""
        folders = self.estate.kubernetes
        if cluster.id.key not in folders:
            hidden = cluster.private or cluster.stopped
            return f"https://{cluster.unresolvable if hidden else cluster.host}:443"
        said = folders.contents(cluster.id.key).access
        if not access(said, (), webhook=None, azure_rbac=False).reachable:
            return f"https://{cluster.unresolvable}:443"
        if call.host.partition(":")[0].lower() == MANAGEMENT_HOST:
            return f"https://{cluster.host}:443"
        return f"https://{call.host}{PREFIX}{cluster.label}"

    def _cluster(self, call: Call) -> Cluster | None:
        key = "/" + "/".join(call.key.strip("/").split("/")[:8])
        found = self.estate.by_key.get(key)
        return Cluster.of(found) if found else None


def _missing(call: Call) -> Answer:
    parts = call.path.strip("/").split("/")
    return missing("/" + "/".join(parts[:8]), parts[3])


def _sign_in() -> Json:
    """As AKS writes it for kubelogin, which is a program of its own."""
    return {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "args": [
            "get-token",
            "--environment",
            "AzurePublicCloud",
            "--server-id",
            API_AUDIENCE,
            "--client-id",
            _KUBELOGIN,
            "--tenant-id",
            TENANT_ID,
            "--login",
            "devicecode",
        ],
        "command": "kubelogin",
        "env": None,
        "provideClusterInfo": False,
    }


def _canary(title: str) -> str:
    """Looks like PEM in base64, and is marked instead of secret."""
    return base64.b64encode(
        f"-----BEGIN {title}-----\n{ADMIN_CANARY}\n-----END {title}-----\n".encode()
    ).decode()
