"""Which lists are read, and as what: one line a source; the rights that it takes are in the source's data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from reportgen.collect.kubernetes.objects import (
    admission,
    cluster,
    external,
    network,
    pods,
    policy_engines,
    rights,
    workloads,
)
from reportgen.collect.kubernetes.objects.base import Bare, Kube, ObjectList
from reportgen.sources import BY_NAME
from reportgen.sources.source import Rule

METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
"""Asks for metadata alone; there is no second choice in it, so that a server that cannot do this says so."""
PAGE = 500
"""Objects a page, as kubectl has it."""


@dataclass(frozen=True, slots=True)
class Read:
    """One source. ``kinds`` go with the source's rules, one each, and so do the ``versions`` with each other.

    ``versions`` are those of the API group that are known here, the best first. With ``first`` the rules are
    ways to the same thing, of which the first that the cluster serves is taken. With ``bare`` only metadata
    is asked for.
    """

    source: str
    item: type[Kube]
    kinds: tuple[str, ...]
    versions: tuple[str, ...] = ("v1",)
    first: bool = False
    bare: bool = False

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rights that reading takes."""
        return BY_NAME[self.source].rules

    def lists(self) -> Iterator[tuple[Rule, str]]:
        """Each rule with the kind of the objects that it is about."""
        return zip(self.rules, self.kinds, strict=True)


READS: tuple[Read, ...] = (
    Read("k8s.nodes", cluster.Node, ("Node",)),
    Read("k8s.namespaces", cluster.Namespace, ("Namespace",)),
    Read("k8s.pods", pods.Pod, ("Pod",)),
    Read("k8s.deployments", workloads.Deployment, ("Deployment",)),
    Read("k8s.daemon-sets", workloads.DaemonSet, ("DaemonSet",)),
    Read("k8s.stateful-sets", workloads.StatefulSet, ("StatefulSet",)),
    Read("k8s.replica-sets", Bare, ("ReplicaSet",), bare=True),
    Read("k8s.jobs", workloads.Job, ("Job",)),
    Read("k8s.cron-jobs", workloads.CronJob, ("CronJob",)),
    Read("k8s.service-accounts", rights.ServiceAccount, ("ServiceAccount",)),
    Read("k8s.roles", rights.Role, ("Role",)),
    Read("k8s.cluster-roles", rights.ClusterRole, ("ClusterRole",)),
    Read("k8s.role-bindings", rights.Binding, ("RoleBinding",)),
    Read("k8s.cluster-role-bindings", rights.Binding, ("ClusterRoleBinding",)),
    Read("k8s.network-policies", network.NetworkPolicy, ("NetworkPolicy",)),
    Read(
        "k8s.cilium-network-policies", policy_engines.CiliumNetworkPolicy, ("CiliumNetworkPolicy",), ("v2",)
    ),
    Read(
        "k8s.cilium-clusterwide-network-policies",
        policy_engines.CiliumNetworkPolicy,
        ("CiliumClusterwideNetworkPolicy",),
        ("v2",),
    ),
    Read(
        "k8s.calico-network-policies",
        policy_engines.CalicoNetworkPolicy,
        ("NetworkPolicy", "NetworkPolicy"),
        ("v3", "v1"),
        first=True,
    ),
    Read(
        "k8s.calico-global-network-policies",
        policy_engines.CalicoNetworkPolicy,
        ("GlobalNetworkPolicy", "GlobalNetworkPolicy"),
        ("v3", "v1"),
        first=True,
    ),
    Read("k8s.services", network.Service, ("Service",)),
    Read("k8s.ingresses", network.Ingress, ("Ingress",)),
    Read("k8s.gateways", network.Gateway, ("Gateway",), ("v1", "v1beta1")),
    Read("k8s.http-routes", network.HttpRoute, ("HTTPRoute",), ("v1", "v1beta1")),
    Read("k8s.resource-quotas", cluster.ResourceQuota, ("ResourceQuota",)),
    Read("k8s.limit-ranges", cluster.LimitRange, ("LimitRange",)),
    Read("k8s.storage-classes", cluster.StorageClass, ("StorageClass",)),
    Read("k8s.persistent-volumes", cluster.PersistentVolume, ("PersistentVolume",)),
    Read(
        "k8s.secret-provider-classes",
        external.SecretProviderClass,
        ("SecretProviderClass",),
        ("v1", "v1alpha1"),
    ),
    Read("k8s.external-secrets", external.ExternalSecret, ("ExternalSecret",), ("v1", "v1beta1")),
    Read("k8s.secret-stores", external.SecretStore, ("SecretStore", "ClusterSecretStore"), ("v1", "v1beta1")),
    Read("k8s.certificates", external.Certificate, ("Certificate",)),
    Read("k8s.validating-webhooks", admission.WebhookConfiguration, ("ValidatingWebhookConfiguration",)),
    Read("k8s.mutating-webhooks", admission.WebhookConfiguration, ("MutatingWebhookConfiguration",)),
    Read(
        "k8s.validating-admission-policies",
        admission.AdmissionPolicy,
        ("ValidatingAdmissionPolicy",),
        ("v1", "v1beta1"),
    ),
    Read(
        "k8s.validating-admission-policy-bindings",
        admission.AdmissionPolicyBinding,
        ("ValidatingAdmissionPolicyBinding",),
        ("v1", "v1beta1"),
    ),
    Read("k8s.constraints", admission.Constraint, ("*",), ("v1", "v1beta1", "v1alpha1")),
    Read("k8s.pod-disruption-budgets", cluster.DisruptionBudget, ("PodDisruptionBudget",)),
    Read("k8s.runtime-classes", cluster.RuntimeClass, ("RuntimeClass",)),
)


_DECODERS = {read.item: msgspec.json.Decoder(ObjectList[read.item]) for read in READS}  # type: ignore[name-defined]
"""Made while there is one thread: msgspec (0.22) crashes where one decodes what another is preparing."""


def decoder(item: type[Kube]) -> msgspec.json.Decoder[ObjectList[Any]]:
    """Decodes a page of a list of ``item``."""
    return _DECODERS[item]
