"""What is read of the clusters' own API servers, and the right that each read takes.

All of it is ``list``, in all namespaces. No right to secrets is among them unless an engagement asks for
them, and none ever to ``nodes/proxy`` or ``pods/exec``, which would let their holder run commands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from reportgen.model import Json
from reportgen.sources.source import Rule, Source

ACCESS = "k8s.access"
"""A gap in it is a gap in every source of that cluster: nothing behind its API server could be read."""
SECRETS = "k8s.secrets"
ROLE = "reportgen-reader"
"""Name of the ClusterRole that `cluster_role` gives."""
_CREDENTIAL = "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action"
_RUN_COMMAND = (
    "Microsoft.ContainerService/managedClusters/runCommand/action",
    "Microsoft.ContainerService/managedClusters/commandResults/read",
)
"""What the run-command mode takes beside it; an engagement that does not use it needs neither."""
_CUSTOM = "customresources"
_IN_AZURE = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apps",
        "batch",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "storage.k8s.io",
    }
)
"""The groups that Azure RBAC has actions of their own for; others are custom resources to it."""
_NOT_IN_AZURE = frozenset({"validatingadmissionpolicies", "validatingadmissionpolicybindings"})
"""Resources of such a group that Microsoft's list of actions does not name: a role with them is refused."""


def _read(name: str, title: str, *rules: Rule) -> Source:
    return Source(f"k8s.{name}", f"{title}, Kubernetes API", (), "cluster", rules=rules, requires=ACCESS)


_ADMISSION = "admissionregistration.k8s.io"
_RBAC = "rbac.authorization.k8s.io"
_NETWORKING = "networking.k8s.io"
_GATEWAY = "gateway.networking.k8s.io"
_CALICO = ("crd.projectcalico.org", "projectcalico.org")
_EXTERNAL_SECRETS = "external-secrets.io"

KUBERNETES: tuple[Source, ...] = (
    Source(
        ACCESS,
        "Way to the cluster's API server, and what the collector may read there",
        (_CREDENTIAL,),
        "cluster",
    ),
    _read("version", "Version of the API server"),
    _read("nodes", "Nodes", Rule("", "nodes")),
    _read("namespaces", "Namespaces", Rule("", "namespaces")),
    _read("pods", "Pods", Rule("", "pods")),
    _read("deployments", "Deployments", Rule("apps", "deployments")),
    _read("daemon-sets", "Daemon sets", Rule("apps", "daemonsets")),
    _read("stateful-sets", "Stateful sets", Rule("apps", "statefulsets")),
    _read("replica-sets", "Replica sets, their owners only", Rule("apps", "replicasets")),
    _read("jobs", "Jobs", Rule("batch", "jobs")),
    _read("cron-jobs", "Cron jobs", Rule("batch", "cronjobs")),
    _read("service-accounts", "Service accounts", Rule("", "serviceaccounts")),
    _read("roles", "Roles", Rule(_RBAC, "roles")),
    _read("cluster-roles", "Cluster roles", Rule(_RBAC, "clusterroles")),
    _read("role-bindings", "Role bindings", Rule(_RBAC, "rolebindings")),
    _read("cluster-role-bindings", "Cluster role bindings", Rule(_RBAC, "clusterrolebindings")),
    _read("network-policies", "Network policies", Rule(_NETWORKING, "networkpolicies")),
    _read(
        "cilium-network-policies",
        "Cilium network policies",
        Rule("cilium.io", "ciliumnetworkpolicies"),
    ),
    _read(
        "cilium-clusterwide-network-policies",
        "Cilium cluster-wide network policies",
        Rule("cilium.io", "ciliumclusterwidenetworkpolicies"),
    ),
    _read(
        "calico-network-policies",
        "Calico network policies",
        *(Rule(group, "networkpolicies") for group in _CALICO),
    ),
    _read(
        "calico-global-network-policies",
        "Calico global network policies",
        *(Rule(group, "globalnetworkpolicies") for group in _CALICO),
    ),
    _read("services", "Services", Rule("", "services")),
    _read("ingresses", "Ingresses", Rule(_NETWORKING, "ingresses")),
    _read("gateways", "Gateways", Rule(_GATEWAY, "gateways")),
    _read("http-routes", "HTTP routes", Rule(_GATEWAY, "httproutes")),
    _read("resource-quotas", "Resource quotas", Rule("", "resourcequotas")),
    _read("limit-ranges", "Limit ranges", Rule("", "limitranges")),
    _read("storage-classes", "Storage classes", Rule("storage.k8s.io", "storageclasses")),
    _read("persistent-volumes", "Persistent volumes", Rule("", "persistentvolumes")),
    _read(
        "secret-provider-classes",
        "Secret provider classes (Secrets Store CSI driver)",
        Rule("secrets-store.csi.x-k8s.io", "secretproviderclasses"),
    ),
    _read("external-secrets", "External secrets", Rule(_EXTERNAL_SECRETS, "externalsecrets")),
    _read(
        "secret-stores",
        "Secret stores of External Secrets",
        Rule(_EXTERNAL_SECRETS, "secretstores"),
        Rule(_EXTERNAL_SECRETS, "clustersecretstores"),
    ),
    _read("certificates", "Certificates (cert-manager)", Rule("cert-manager.io", "certificates")),
    _read(
        "validating-webhooks",
        "Validating webhooks",
        Rule(_ADMISSION, "validatingwebhookconfigurations"),
    ),
    _read("mutating-webhooks", "Mutating webhooks", Rule(_ADMISSION, "mutatingwebhookconfigurations")),
    _read(
        "validating-admission-policies",
        "Validating admission policies",
        Rule(_ADMISSION, "validatingadmissionpolicies"),
    ),
    _read(
        "validating-admission-policy-bindings",
        "Bindings of validating admission policies",
        Rule(_ADMISSION, "validatingadmissionpolicybindings"),
    ),
    _read(
        "constraints",
        "Gatekeeper constraints and their audit results",
        Rule("constraints.gatekeeper.sh", "*"),
    ),
    _read("pod-disruption-budgets", "Pod disruption budgets", Rule("policy", "poddisruptionbudgets")),
    _read("runtime-classes", "Runtime classes", Rule("node.k8s.io", "runtimeclasses")),
    _read(
        "secrets",
        "Secrets: name, type, number of keys and age, where the engagement asks for them",
        Rule("", "secrets"),
    ),
)


WITHOUT_SECRETS = tuple(source for source in KUBERNETES if source.name != SECRETS)
"""What is read unless an engagement asks for secrets."""


def read_by(access: str, *, secrets: bool) -> tuple[Source, ...]:
    """The sources that an engagement with these settings reads, with the actions that its way in takes."""
    if access == "none":
        return ()
    way = _RUN_COMMAND if access == "run-command" else ()
    return tuple(
        replace(source, permissions=(*source.permissions, *way)) if source.name == ACCESS else source
        for source in (KUBERNETES if secrets else WITHOUT_SECRETS)
    )


def cluster_role(sources: Iterable[Source] = WITHOUT_SECRETS) -> dict[str, Json]:
    """The ClusterRole that reading takes, as a manifest; the lists of ``apiGroups`` are single and sorted.

    Reviews of one's own rights and discovery need nothing here: Kubernetes gives them to everybody who is
    signed in (``system:basic-user``, ``system:discovery``).
    """
    resources: dict[str, set[str]] = defaultdict(set)
    for rule in _rules(sources):
        resources[rule.group].add(rule.resource)
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": ROLE},
        "rules": [
            {"apiGroups": [group], "resources": sorted(resources[group]), "verbs": ["list"]}
            for group in sorted(resources)
        ],
    }


def data_action(rule: Rule) -> str:
    """The data action that grants a rule where Azure RBAC authorises; "" where Azure has none.

    Custom resources are one action together, which is in preview. There is none for validating admission
    policies: on such clusters they are a gap. (Source: Microsoft's list of permissions for containers.)
    """
    if rule.resource in _NOT_IN_AZURE:
        return ""
    resource = "/".join(filter(None, (rule.group, rule.resource))) if rule.group in _IN_AZURE else _CUSTOM
    return f"Microsoft.ContainerService/managedClusters/{resource}/read"


def data_actions(sources: Iterable[Source] = WITHOUT_SECRETS) -> tuple[str, ...]:
    """The same rights as data actions of an Azure role, for clusters that Azure RBAC authorises."""
    return tuple(sorted({data_action(rule) for rule in _rules(sources)} - {""}))


def needed_by(sources: Iterable[Source] = KUBERNETES) -> Iterator[tuple[Rule, tuple[str, ...]]]:
    """Each rule and the sources that it is there for, in the order of the sources."""
    names: dict[Rule, list[str]] = defaultdict(list)
    for source in sources:
        for rule in source.rules:
            names[rule].append(source.name)
    return ((rule, tuple(found)) for rule, found in names.items())


def _rules(sources: Iterable[Source]) -> Iterator[Rule]:
    return (rule for source in sources for rule in source.rules)
