"""What lies in a cluster of the canary's estate: a mark wherever a value must never be read, or kept."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.canary.search import Marks

APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
LIST_SECRETS = {"verbs": ["list"], "apiGroups": [""], "resources": ["secrets"]}


def files(mark: Marks, about: str) -> dict[str, Any]:
    """The files of a cluster's folder; the names of the marks begin with ``about``."""
    return Planted(mark, about).files()


class Planted:
    """One cluster."""

    def __init__(self, mark: Marks, about: str) -> None:
        self._mark = mark
        self._about = about

    def mark(self, name: str) -> str:
        return self._mark(f"{self._about}-{name}")

    def base64(self, name: str) -> str:
        return base64.b64encode(self.mark(name).encode()).decode()

    def files(self) -> dict[str, Any]:
        return {
            "access.json": {"also": [LIST_SECRETS]},
            "empty.json": ["*"],
            "core.json": self._list(*self._core()),
            "workloads.json": self._list(*self._workloads()),
            "network.json": self._list(*self._network()),
            "policies.json": self._list(*self._policies()),
            "stores.json": self._list(*self._stores()),
        }

    def _list(self, *items: dict[str, Any]) -> dict[str, Any]:
        return {"apiVersion": "v1", "kind": "List", "items": list(items)}

    def thing(self, kind: str, name: str, namespace: str = "app", api: str = "v1", **parts: Any) -> Any:
        """An object with marks in its annotations and managed fields."""
        applied = json.dumps({"kind": kind, "stringData": {"x": self.mark(f"{kind}-applied")}})
        metadata: dict[str, Any] = {
            "name": name,
            "uid": f"uid-{kind}-{name}",
            "resourceVersion": "7",
            "creationTimestamp": "2026-11-10T02:00:00Z",
            "annotations": {APPLIED: applied, "team.example/note": self.mark(f"{kind}-annotation")},
            "managedFields": [
                {
                    "manager": self.mark(f"{kind}-manager"),
                    "fieldsV1": {f"f:{self.mark(f'{kind}-managed')}": {}},
                }
            ],
        } | ({"namespace": namespace} if namespace else {})
        return {"apiVersion": api, "kind": kind, "metadata": metadata, **parts}

    def _core(self) -> list[dict[str, Any]]:
        keys = {"db.pw": self.base64("secret-data"), "empty": ""}
        status = {
            "nodeInfo": {"kubeletVersion": "v1.34.1", "osImage": "Ubuntu", "bootID": self.mark("node-boot")},
            "conditions": [{"type": "Ready", "status": "True", "message": self.mark("node-message")}],
        }
        token = {"jwt": self.base64("service-account-token"), "ca.crt": self.base64("service-account-ca")}
        return [
            self.thing("Namespace", "app", "", status={"phase": "Active"}),
            self.thing("Node", "node-1", "", spec={"providerID": "azure:///x"}, status=status),
            self.thing(
                "Secret", "db", data=keys, stringData={"x": self.mark("secret-string")}, type="Opaque"
            ),
            self.thing("Secret", "token", data=token, type="kubernetes.io/service-account-token"),
            self.thing(
                "ConfigMap",
                "settings",
                data={"x": self.mark("config-map")},
                binaryData={"y": self.base64("config-map-binary")},
            ),
            self.thing("ServiceAccount", "web"),
            self.definition("Widget", "widgets", "team.example"),
            self.definition("Gateway", "gateways", "gateway.networking.k8s.io"),
            self.thing("Widget", "one", api="team.example/v1", spec={"password": self.mark("widget")}),
        ]

    def definition(self, kind: str, plural: str, group: str) -> Any:
        """A definition of a kind, whose schema has a default value."""
        schema = {"openAPIV3Schema": {"default": self.mark("definition-default")}}
        spec = {
            "group": group,
            "names": {"plural": plural, "kind": kind},
            "scope": "Namespaced",
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema}],
        }
        api = "apiextensions.k8s.io/v1"
        return self.thing("CustomResourceDefinition", f"{plural}.{group}", "", api, spec=spec)

    def container(self, name: str) -> dict[str, Any]:
        header = {"name": "Authorization", "value": self.mark(f"{name}-header")}
        return {
            "name": name,
            "image": "registry.example/web:1",
            "command": ["sh", "-c", self.mark(f"{name}-command")],
            "args": [f"--key={self.mark(f'{name}-args')}"],
            "env": [
                {"name": "PASSWORD", "value": self.mark(f"{name}-env")},
                {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
            ],
            "livenessProbe": {"exec": {"command": ["check", self.mark(f"{name}-probe")]}},
            "readinessProbe": {"httpGet": {"path": "/", "port": 80, "httpHeaders": [header]}},
            "lifecycle": {"preStop": {"exec": {"command": [self.mark(f"{name}-lifecycle")]}}},
        }

    def pod_spec(self, name: str) -> dict[str, Any]:
        vault = {"secretProviderClass": "kv", "pw": self.mark(f"{name}-csi")}
        return {
            "serviceAccountName": "web",
            "securityContext": {"sysctls": [{"name": "kernel.shm", "value": self.mark(f"{name}-sysctl")}]},
            "containers": [self.container(f"{name}-web")],
            "initContainers": [self.container(f"{name}-init")],
            "volumes": [
                {"name": "vault", "csi": {"driver": "secrets-store.csi.k8s.io", "volumeAttributes": vault}},
                {"name": "old", "flexVolume": {"driver": "x/y", "options": {"k": self.mark(f"{name}-flex")}}},
                {
                    "name": "db",
                    "secret": {
                        "secretName": "db",
                        "items": [{"key": "password", "path": self.mark(f"{name}-path")}],
                    },
                },
            ],
        }

    def _workloads(self) -> list[dict[str, Any]]:
        debugging = {"ephemeralContainers": [self.container("pod-debug")]}
        waiting = {"waiting": {"reason": "CrashLoopBackOff", "message": self.mark("pod-state")}}
        status = {"phase": "Running", "containerStatuses": [{"name": "web", "state": waiting}]}
        selector = {"matchLabels": {"app": "web"}}

        def template(kind: str) -> dict[str, Any]:
            metadata = {"labels": {"app": "web"}, "annotations": {"note": self.mark(f"{kind}-template")}}
            return {"metadata": metadata, "spec": self.pod_spec(kind)}

        found = [self.thing("Pod", "web-1", spec=self.pod_spec("pod") | debugging, status=status)]
        for kind in ("Deployment", "DaemonSet", "StatefulSet", "ReplicaSet"):
            spec = {"selector": selector, "template": template(kind)}
            found.append(self.thing(kind, kind.lower(), api="apps/v1", spec=spec))
        found.append(self.thing("Job", "once", api="batch/v1", spec={"template": template("Job")}))
        nightly = {"schedule": "0 1 * * *", "jobTemplate": {"spec": {"template": template("CronJob")}}}
        return [*found, self.thing("CronJob", "nightly", api="batch/v1", spec=nightly)]

    def _network(self) -> list[dict[str, Any]]:
        api = "networking.k8s.io/v1"
        snippet = {"nginx.ingress.kubernetes.io/server-snippet": self.mark("ingress-snippet")}
        ingress = self.thing("Ingress", "web", api=api, spec={"rules": [{"host": "a.example"}]})
        ingress["metadata"]["annotations"] |= snippet
        listener = {"name": "https", "port": 443, "tls": {"options": {"a": self.mark("gateway-tls")}}}
        changed = {"set": [{"name": "X-Token", "value": self.mark("route-header")}]}
        route = {
            "hostnames": ["a.example"],
            "rules": [{"filters": [{"type": "RequestHeaderModifier", "requestHeaderModifier": changed}]}],
        }
        http = {"http": [{"headers": [f"X-Token: {self.mark('cilium-header')}"]}]}
        rule = {"endpointSelector": {}, "egress": [{"toPorts": [{"rules": http}]}]}
        gateway = "gateway.networking.k8s.io/v1"
        return [
            self.thing("Service", "web", spec={"type": "ClusterIP", "ports": [{"port": 80}]}),
            self.thing(
                "NetworkPolicy", "deny", api=api, spec={"podSelector": {}, "policyTypes": ["Ingress"]}
            ),
            ingress,
            self.thing(
                "Gateway", "edge", api=gateway, spec={"gatewayClassName": "a", "listeners": [listener]}
            ),
            self.thing("HTTPRoute", "web", api=gateway, spec=route),
            self.thing("CiliumNetworkPolicy", "web", api="cilium.io/v2", spec=rule),
        ]

    def _policies(self) -> list[dict[str, Any]]:
        api = "admissionregistration.k8s.io/v1"
        client = {
            "url": f"https://me:{self.mark('webhook-password')}@hook.example/{self.mark('webhook-path')}",
            "caBundle": self.base64("webhook-ca"),
        }
        hooks = [{"name": "v.example", "failurePolicy": "Fail", "clientConfig": client}]
        policy = {"failurePolicy": "Fail", "validations": [{"expression": self.mark("policy-expression")}]}
        violation = {"kind": "Pod", "namespace": "app", "name": "web-1", "message": self.mark("violation")}
        constraint = {
            "spec": {"enforcementAction": "deny", "parameters": {"x": self.mark("constraint-parameter")}},
            "status": {"totalViolations": 1, "violations": [violation]},
        }
        gatekeeper = "constraints.gatekeeper.sh/v1beta1"
        return [
            self.thing("ValidatingWebhookConfiguration", "hooks", "", api, webhooks=hooks),
            self.thing("ValidatingAdmissionPolicy", "policy", "", api, spec=policy),
            self.thing("K8sAzureOne", "one", "", gatekeeper, **constraint),
        ]

    def _stores(self) -> list[dict[str, Any]]:
        api = "external-secrets.io/v1"
        parameters = {"keyvaultName": "kv", "objects": self.mark("provider-objects")}
        template = {"data": {"x": self.mark("external-template")}}
        external = {
            "secretStoreRef": {"name": "store", "kind": "SecretStore"},
            "target": {"name": "made", "template": template},
        }
        fake = {"fake": {"data": [{"key": "a", "value": self.mark("store-value")}]}}
        vault = {"vaultUrl": "https://kv.vault.azure.net", "authSecretRef": {"x": self.mark("store-auth")}}
        keystore = {"jks": {"create": True, "password": self.mark("keystore-password")}}
        share = {"protocol": "smb", "pw": self.mark("volume-attribute")}
        volume = {
            "csi": {"driver": "file.csi.azure.com", "volumeHandle": "h", "volumeAttributes": share},
            "capacity": {"storage": "1Gi"},
        }
        csi = "secrets-store.csi.x-k8s.io/v1"
        return [
            self.thing(
                "SecretProviderClass", "kv", api=csi, spec={"provider": "azure", "parameters": parameters}
            ),
            self.thing("ExternalSecret", "made", api=api, spec=external),
            self.thing("ClusterSecretStore", "all", "", api, spec={"provider": fake}),
            self.thing("SecretStore", "store", api=api, spec={"provider": {"azurekv": vault}}),
            self.thing(
                "Certificate",
                "tls",
                api="cert-manager.io/v1",
                spec={"secretName": "tls", "keystores": keystore},
            ),
            self.thing(
                "StorageClass",
                "share",
                "",
                "storage.k8s.io/v1",
                provisioner="file.csi.azure.com",
                parameters={"pw": self.mark("class-parameter")},
            ),
            self.thing("PersistentVolume", "pv", "", spec=volume),
        ]
