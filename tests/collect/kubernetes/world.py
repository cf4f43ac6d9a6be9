"""A cluster with one of everything that is read, and CANARY wherever something must never be kept."""

from __future__ import annotations

from typing import Any

from tests.collect.kubernetes.conftest import named
from tests.collect.kubernetes.server import Cluster

RBAC = "rbac.authorization.k8s.io/v1"
ADMISSION = "admissionregistration.k8s.io/v1"
ODD = "odd \u200b\U0001f600 é \" ' \\ \\x41 \a\x7f\n\t end"
"""Text that a printer has to quote, and a reader to take back."""

POD_SPEC: dict[str, Any] = {
    "serviceAccountName": "web",
    "automountServiceAccountToken": False,
    "hostPID": True,
    "hostNetwork": False,
    "nodeName": "node-1",
    "nodeSelector": {"agentpool": "user"},
    "runtimeClassName": "kata",
    "tolerations": [{"key": "team", "operator": "Equal", "value": "a", "effect": "NoSchedule"}],
    "affinity": {
        "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": []},
        "nodeAffinity": None,
    },
    "topologySpreadConstraints": [
        {"topologyKey": "zone", "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}
    ],
    "imagePullSecrets": [{"name": "registry"}],
    "securityContext": {"runAsNonRoot": True, "sysctls": [{"name": "kernel.shm", "value": "CANARY-sysctl"}]},
    "initContainers": None,
    "containers": [
        {
            "name": "web",
            "image": "registry.example/web:1",
            "command": ["sh", "-c", "CANARY-command"],
            "args": ["--password=CANARY-args"],
            "env": [
                {"name": "PASSWORD", "value": "CANARY-env"},
                {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "db", "key": "token"}}},
                {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
            ],
            "envFrom": [{"prefix": "X_", "secretRef": {"name": "all"}}],
            "ports": [{"containerPort": 80, "hostPort": 8080, "protocol": "TCP"}],
            "resources": {"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "100m"}},
            "livenessProbe": {"exec": {"command": ["CANARY-probe"]}},
            "readinessProbe": {
                "httpGet": {"httpHeaders": [{"name": "Authorization", "value": "CANARY-header"}]}
            },
            "lifecycle": {"preStop": {"exec": {"command": ["CANARY-lifecycle"]}}},
            "volumeMounts": [{"name": "host", "mountPath": "/host", "readOnly": True}],
            "securityContext": {
                "privileged": False,
                "allowPrivilegeEscalation": True,
                "runAsUser": 0,
                "capabilities": {"add": ["NET_ADMIN"], "drop": ["ALL"]},
                "seccompProfile": {"type": "RuntimeDefault"},
            },
        }
    ],
    "volumes": [
        {"name": "host", "hostPath": {"path": "/var/run", "type": ""}},
        {
            "name": "secret",
            "secret": {"secretName": "db", "items": [{"key": "token", "path": "CANARY-path"}]},
        },
        {
            "name": "vault",
            "csi": {
                "driver": "secrets-store.csi.k8s.io",
                "readOnly": True,
                "volumeAttributes": {"secretProviderClass": "kv", "password": "CANARY-attribute"},
            },
        },
        {
            "name": "token",
            "projected": {
                "sources": [
                    {
                        "serviceAccountToken": {
                            "audience": "vault",
                            "expirationSeconds": 3600,
                            "path": "token",
                        }
                    },
                    {"secret": {"name": "db"}},
                    {"downwardAPI": {"items": []}},
                ]
            },
        },
        {"name": "scratch", "emptyDir": {}},
        {"name": "old", "flexVolume": {"driver": "x/y", "options": {"key": "CANARY-flex"}}},
    ],
}
TEMPLATE = {"metadata": {"labels": {"app": "web"}, "creationTimestamp": None}, "spec": POD_SPEC}
SELECTOR = {"matchLabels": {"app": "web"}}
OPEN: dict[str, Any] = {}


def pod(name: str, **changes: Any) -> dict[str, Any]:
    """A pod of a replica set."""
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-1", "uid": "u", "controller": True}
    metadata = {
        "ownerReferences": [owner],
        "labels": {"app": name, "odd": ODD},
        "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": "CANARY-applied",
            "container.apparmor.security.beta.kubernetes.io/web": "runtime/default",
            "team/note": "CANARY-note",
        },
    }
    running = {
        "phase": "Running",
        "containerStatuses": [
            {
                "name": "web",
                "image": "registry.example/web:1",
                "imageID": "registry.example/web@sha256:1",
                "state": {"waiting": {"message": "CANARY-state"}},
            }
        ],
    }
    return named(name, metadata=metadata, spec=POD_SPEC | changes, status=running)


def node(name: str) -> dict[str, Any]:
    """A node that waits for a reboot."""
    return {
        "metadata": {
            "name": name,
            "labels": {"kubernetes.azure.com/node-image-version": "AKSUbuntu-2204gen2containerd-202610.27.0"},
            "annotations": {
                "weave.works/kured-reboot-in-progress": "2026-11-14T00:00:00Z",
                "x": "CANARY-node",
            },
        },
        "spec": {
            "providerID": "azure:///x",
            "taints": [{"key": "a", "effect": "NoSchedule"}],
            "unschedulable": True,
        },
        "status": {
            "nodeInfo": {
                "kernelVersion": "5.15",
                "osImage": "Ubuntu",
                "kubeletVersion": "v1.34.1",
                "bootID": "CANARY-boot",
            },
            "conditions": [
                {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "CANARY-message"}
            ],
            "addresses": [{"type": "InternalIP", "address": "10.0.0.4"}],
            "capacity": {"cpu": "4", "pods": 110},
        },
    }


def fill(cluster: Cluster) -> None:
    """Put one of everything into a cluster."""
    _core(cluster)
    _workloads(cluster)
    _rights(cluster)
    _network(cluster)
    _policies(cluster)
    _extensions(cluster)


def _core(cluster: Cluster) -> None:
    cluster.add("v1", "nodes", "Node", node("node-1"), namespaced=False)
    level = {"pod-security.kubernetes.io/enforce": "restricted"}
    spaces = [
        {"metadata": {"name": name, "labels": level}, "status": {"phase": "Active"}}
        for name in ("app", "empty")
    ]
    cluster.add("v1", "namespaces", "Namespace", *spaces, namespaced=False)
    cluster.add("v1", "pods", "Pod", pod("web-1-a"), pod("web-1-b", hostPID=None))
    data = {"token": "Q0FOQVJZ", "b": "Q0FOQVJZ"}
    cluster.add(
        "v1",
        "secrets",
        "Secret",
        named("db", data=data, type="Opaque"),
        named("tls", data={"tls.key": "Q0FOQVJZ"}, type="kubernetes.io/tls"),
    )
    cluster.add("v1", "configmaps", "ConfigMap", named("settings", data={"x": "CANARY-config"}))
    cluster.add(
        "v1",
        "resourcequotas",
        "ResourceQuota",
        named("quota", spec={"hard": {"pods": "10"}}, status={"used": {"pods": 2}}),
    )
    cluster.add(
        "v1",
        "limitranges",
        "LimitRange",
        named("limits", spec={"limits": [{"type": "Container", "max": {"cpu": "2"}}]}),
    )
    cluster.add(
        "v1",
        "persistentvolumes",
        "PersistentVolume",
        {
            "metadata": {"name": "pv"},
            "status": {"phase": "Bound"},
            "spec": {
                "capacity": {"storage": "1Gi"},
                "storageClassName": "fast",
                "claimRef": {"name": "c", "namespace": "app"},
                "csi": {
                    "driver": "disk.csi.azure.com",
                    "volumeHandle": "/subscriptions/x/disk",
                    "volumeAttributes": {"skuname": "Premium_LRS", "key": "CANARY-volume"},
                },
            },
        },
        namespaced=False,
    )
    cluster.add(
        "storage.k8s.io/v1",
        "storageclasses",
        "StorageClass",
        {
            "metadata": {"name": "fast"},
            "provisioner": "disk.csi.azure.com",
            "parameters": {
                "diskEncryptionSetID": "/des",
                "skuname": "Premium_LRS",
                "secret": "CANARY-parameter",
            },
        },
        namespaced=False,
    )


def _workloads(cluster: Cluster) -> None:
    spec = {"replicas": 0, "selector": SELECTOR, "template": TEMPLATE, "strategy": {"type": "RollingUpdate"}}
    cluster.add("apps/v1", "deployments", "Deployment", named("web", spec=spec, status={"readyReplicas": 2}))
    cluster.add(
        "apps/v1",
        "daemonsets",
        "DaemonSet",
        named("kured", spec={"template": TEMPLATE}, status={"numberReady": 1}),
    )
    cluster.add(
        "apps/v1", "statefulsets", "StatefulSet", named("db", spec={"replicas": 1, "template": TEMPLATE})
    )
    owner = {
        "ownerReferences": [
            {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "controller": True}
        ]
    }
    cluster.add(
        "apps/v1", "replicasets", "ReplicaSet", named("web-1", metadata=owner, spec={"template": TEMPLATE})
    )
    cluster.add(
        "batch/v1", "jobs", "Job", named("once", spec={"template": TEMPLATE}, status={"succeeded": 1})
    )
    job = {"metadata": None, "spec": {"template": TEMPLATE}}
    cluster.add(
        "batch/v1",
        "cronjobs",
        "CronJob",
        named("nightly", spec={"schedule": "0 1 * * *", "jobTemplate": job}),
    )
    cluster.add(
        "policy/v1",
        "poddisruptionbudgets",
        "PodDisruptionBudget",
        named("web", spec={"maxUnavailable": "25%", "selector": SELECTOR}, status={"disruptionsAllowed": 0}),
    )
    cluster.add(
        "node.k8s.io/v1",
        "runtimeclasses",
        "RuntimeClass",
        {"metadata": {"name": "kata"}, "handler": "kata", "scheduling": {"nodeSelector": {"a": "b"}}},
        namespaced=False,
    )


def _rights(cluster: Cluster) -> None:
    cluster.add(
        "v1",
        "serviceaccounts",
        "ServiceAccount",
        named("web", automountServiceAccountToken=False, secrets=[{"name": "web-token"}]),
    )
    rules = [{"verbs": ["get"], "apiGroups": [""], "resources": ["secrets"], "resourceNames": ["db"]}]
    cluster.add(RBAC, "roles", "Role", named("reader", rules=rules))
    aggregated = {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}
    cluster.add(
        RBAC,
        "clusterroles",
        "ClusterRole",
        {"metadata": {"name": "all"}, "rules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}]},
        {"metadata": {"name": "sum"}, "rules": None, "aggregationRule": aggregated},
        namespaced=False,
    )
    subject = {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "1111"}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "all"}
    cluster.add(RBAC, "rolebindings", "RoleBinding", named("some", subjects=None, roleRef=role))
    whole = {"metadata": {"name": "admins"}, "subjects": [subject], "roleRef": role}
    cluster.add(RBAC, "clusterrolebindings", "ClusterRoleBinding", whole, namespaced=False)


def _network(cluster: Cluster) -> None:
    api = "networking.k8s.io/v1"
    block = {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}
    deny = {"podSelector": OPEN, "policyTypes": ["Ingress"]}
    some = deny | {
        "ingress": [OPEN, {"from": [block, {"podSelector": OPEN}], "ports": [{"port": "http"}, {"port": 80}]}]
    }
    cluster.add(api, "networkpolicies", "NetworkPolicy", named("deny", spec=deny), named("some", spec=some))
    inside = {"service.beta.kubernetes.io/azure-load-balancer-internal": "true", "note": "CANARY-service"}
    ports = [{"port": 443, "targetPort": "https", "nodePort": 30443}]
    addresses = {"loadBalancer": {"ingress": [{"ip": "10.0.0.9"}]}}
    cluster.add(
        "v1",
        "services",
        "Service",
        named(
            "web",
            metadata={"annotations": inside},
            spec={"type": "LoadBalancer", "externalIPs": ["1.2.3.4"], "ports": ports},
            status=addresses,
        ),
    )
    snippet = {
        "nginx.ingress.kubernetes.io/server-snippet": "CANARY-snippet",
        "kubernetes.io/ingress.class": "nginx",
    }
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    host = {"host": "a.example", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
    cluster.add(
        api,
        "ingresses",
        "Ingress",
        named(
            "web",
            metadata={"annotations": snippet},
            spec={"tls": [{"hosts": ["a.example"], "secretName": "tls"}], "rules": [host]},
        ),
    )
    gateway = {
        "gatewayClassName": "alb",
        "listeners": [{"name": "https", "port": 443, "tls": {"options": {"a": "CANARY-tls"}}}],
    }
    cluster.add("gateway.networking.k8s.io/v1", "gateways", "Gateway", named("edge", spec=gateway))
    route = {
        "hostnames": ["a.example"],
        "rules": [{"filters": [{"x": "CANARY-filter"}], "backendRefs": [{"name": "web", "port": 80}]}],
    }
    cluster.add("gateway.networking.k8s.io/v1", "httproutes", "HTTPRoute", named("web", spec=route))


def _policies(cluster: Cluster) -> None:
    http = {"http": [{"headers": ["X-Token: CANARY-cilium"]}]}
    rule = {
        "endpointSelector": OPEN,
        "egress": [
            {"toFQDNs": [{"matchName": "a"}], "toPorts": [{"ports": [{"port": "443"}], "rules": http}]}
        ],
    }
    cluster.add("cilium.io/v2", "ciliumnetworkpolicies", "CiliumNetworkPolicy", named("cnp", spec=rule))
    cluster.add(
        "cilium.io/v2",
        "ciliumclusterwidenetworkpolicies",
        "CiliumClusterwideNetworkPolicy",
        {"metadata": {"name": "ccnp"}, "specs": [rule]},
        namespaced=False,
    )
    calico = {
        "order": 10.5,
        "selector": "all()",
        "ingress": [{"action": "Allow", "protocol": 6, "source": {"ports": [80, "90:99"]}}],
    }
    cluster.add("crd.projectcalico.org/v1", "networkpolicies", "NetworkPolicy", named("calico", spec=calico))
    cluster.add(
        "crd.projectcalico.org/v1",
        "globalnetworkpolicies",
        "GlobalNetworkPolicy",
        {"metadata": {"name": "global"}, "spec": calico},
        namespaced=False,
    )
    hook = {
        "name": "v.example",
        "failurePolicy": "Ignore",
        "clientConfig": {"url": "https://me:CANARY-pw@hook.example/CANARY-path", "caBundle": "CANARY-ca"},
    }
    inside = {
        "name": "w.example",
        "clientConfig": {"service": {"name": "s", "namespace": "n"}},
        "rules": [{"operations": ["CREATE"]}],
    }
    for plural, kind in (
        ("validatingwebhookconfigurations", "ValidatingWebhookConfiguration"),
        ("mutatingwebhookconfigurations", "MutatingWebhookConfiguration"),
    ):
        cluster.add(
            ADMISSION,
            plural,
            kind,
            {"metadata": {"name": "hooks"}, "webhooks": [hook, inside]},
            namespaced=False,
        )
    policy = {
        "failurePolicy": "Fail",
        "validations": [{"expression": "CANARY-expression"}, {"expression": "true"}],
    }
    cluster.add(
        ADMISSION,
        "validatingadmissionpolicies",
        "ValidatingAdmissionPolicy",
        {"metadata": {"name": "vap"}, "spec": policy},
        namespaced=False,
    )
    cluster.add(
        ADMISSION,
        "validatingadmissionpolicybindings",
        "ValidatingAdmissionPolicyBinding",
        {"metadata": {"name": "vapb"}, "spec": {"policyName": "vap", "validationActions": ["Deny"]}},
        namespaced=False,
    )
    found = {
        "kind": "Pod",
        "namespace": "app",
        "name": "web-1-a",
        "enforcementAction": "deny",
        "message": "CANARY-violation",
    }
    for kind in ("K8sAzureOne", "K8sAzureTwo"):
        cluster.add(
            "constraints.gatekeeper.sh/v1beta1",
            kind.lower(),
            kind,
            {
                "apiVersion": "constraints.gatekeeper.sh/v1beta1",
                "kind": kind,
                "metadata": {"name": kind.lower()},
                "spec": {
                    "enforcementAction": "deny",
                    "match": {"kinds": [{"kinds": ["Pod"]}]},
                    "parameters": {"x": "CANARY-constraint"},
                },
                "status": {
                    "auditTimestamp": "2026-11-15T05:00:00Z",
                    "totalViolations": 31,
                    "violations": [found],
                },
            },
            namespaced=False,
        )


def _extensions(cluster: Cluster) -> None:
    cluster.add(
        "secrets-store.csi.x-k8s.io/v1",
        "secretproviderclasses",
        "SecretProviderClass",
        named(
            "kv",
            spec={
                "provider": "azure",
                "parameters": {"keyvaultName": "kv", "objects": "CANARY-objects"},
                "secretObjects": [
                    {"secretName": "s", "type": "Opaque", "data": [{"key": "k", "objectName": "o"}]}
                ],
            },
        ),
    )
    api = "external-secrets.io/v1"
    target = {"name": "made", "template": {"data": {"x": "CANARY-template"}}}
    ready = {"conditions": [{"type": "Ready", "status": "True", "message": "CANARY-condition"}]}
    cluster.add(
        api,
        "externalsecrets",
        "ExternalSecret",
        named(
            "es",
            spec={"secretStoreRef": {"name": "store", "kind": "SecretStore"}, "target": target},
            status=ready,
        ),
    )
    fake = {"fake": {"data": [{"key": "a", "value": "CANARY-fake"}]}}
    vault = {"azurekv": {"vaultUrl": "https://kv.vault.azure.net", "authSecretRef": {"x": "CANARY-auth"}}}
    cluster.add(api, "secretstores", "SecretStore", named("store", spec={"provider": vault}, status=ready))
    cluster.add(
        api,
        "clustersecretstores",
        "ClusterSecretStore",
        {"metadata": {"name": "all"}, "spec": {"provider": fake}},
        namespaced=False,
    )
    cluster.add(
        "cert-manager.io/v1",
        "certificates",
        "Certificate",
        named(
            "tls",
            spec={"secretName": "tls", "dnsNames": ["a.example"], "isCA": False},
            status={"notAfter": "2027-01-01T00:00:00Z"},
        ),
    )
