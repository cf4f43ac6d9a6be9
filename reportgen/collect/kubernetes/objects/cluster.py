"""Nodes, namespaces and their limits, storage, disruption budgets and runtime classes."""

from __future__ import annotations

from typing import Annotated

import msgspec

from reportgen.collect.kubernetes.objects.allowed import STORAGE, Raw, chosen
from reportgen.collect.kubernetes.objects.base import Condition, Kube, Metadata, Reference, Selector
from reportgen.collect.kubernetes.objects.pods import Toleration
from reportgen.collect.kubernetes.objects.volumes import AzureFile, HostPath

Amounts = dict[str, str | int | float]
Parameters = Annotated[Raw, msgspec.Meta(extra={"allowed": STORAGE})]


class Version(Kube):
    """What the API server is."""

    major: str | None = None
    minor: str | None = None
    git_version: str | None = None
    build_date: str | None = None
    platform: str | None = None


class Taint(Kube):
    """A taint of a node."""

    key: str | None = None
    value: str | None = None
    effect: str | None = None


class NodeSpec(Kube):
    """Of a node."""

    provider_id: str | None = msgspec.field(name="providerID", default=None)
    unschedulable: bool | None = None
    taints: list[Taint] | None = None


class NodeInfo(Kube):
    """What runs on a node."""

    architecture: str | None = None
    operating_system: str | None = None
    os_image: str | None = None
    kernel_version: str | None = None
    kubelet_version: str | None = None
    container_runtime_version: str | None = None


class NodeAddress(Kube):
    """An address of a node."""

    type: str | None = None
    address: str | None = None


class NodeStatus(Kube):
    """How a node is."""

    node_info: NodeInfo | None = None
    conditions: list[Condition] | None = None
    addresses: list[NodeAddress] | None = None
    capacity: Amounts | None = None
    allocatable: Amounts | None = None


class Node(Kube):
    """A node."""

    metadata: Metadata | None = None
    spec: NodeSpec | None = None
    status: NodeStatus | None = None


class Phase(Kube):
    """In which phase something is."""

    phase: str | None = None


class Namespace(Kube):
    """A namespace."""

    metadata: Metadata | None = None
    status: Phase | None = None


class QuotaSpec(Kube):
    """Of a resource quota."""

    hard: Amounts | None = None
    scopes: list[str] | None = None


class QuotaStatus(Kube):
    """How much of a quota is used."""

    hard: Amounts | None = None
    used: Amounts | None = None


class ResourceQuota(Kube):
    """A resource quota."""

    metadata: Metadata | None = None
    spec: QuotaSpec | None = None
    status: QuotaStatus | None = None


class Limit(Kube):
    """Limits of one type of thing."""

    type: str | None = None
    default: Amounts | None = None
    default_request: Amounts | None = None
    max: Amounts | None = None
    min: Amounts | None = None


class LimitRangeSpec(Kube):
    """Of a limit range."""

    limits: list[Limit] | None = None


class LimitRange(Kube):
    """A limit range."""

    metadata: Metadata | None = None
    spec: LimitRangeSpec | None = None


class StorageClass(Kube):
    """A storage class; parameters only as far as `allowed` lets them."""

    metadata: Metadata | None = None
    provisioner: str | None = None
    parameters: Parameters = None
    reclaim_policy: str | None = None
    volume_binding_mode: str | None = None
    allow_volume_expansion: bool | None = None

    def __post_init__(self) -> None:
        self.parameters = chosen(self.parameters, STORAGE)


class PersistentCsi(Kube):
    """A volume of a CSI driver; ``volumeHandle`` is a disk's ARM id."""

    driver: str | None = None
    volume_handle: str | None = None
    read_only: bool | None = None
    volume_attributes: Parameters = None
    node_stage_secret_ref: Reference | None = None
    node_publish_secret_ref: Reference | None = None
    controller_expand_secret_ref: Reference | None = None

    def __post_init__(self) -> None:
        self.volume_attributes = chosen(self.volume_attributes, STORAGE)


class AzureDisk(Kube):
    """A disk, in-tree."""

    disk_name: str | None = None
    disk_uri: str | None = msgspec.field(name="diskURI", default=None)
    kind: str | None = None


class Nfs(Kube):
    """A share of an NFS server."""

    server: str | None = None
    path: str | None = None


class PersistentVolumeSpec(Kube):
    """Of a persistent volume."""

    capacity: Amounts | None = None
    access_modes: list[str] | None = None
    persistent_volume_reclaim_policy: str | None = None
    storage_class_name: str | None = None
    volume_mode: str | None = None
    claim_ref: Reference | None = None
    csi: PersistentCsi | None = None
    azure_disk: AzureDisk | None = None
    azure_file: AzureFile | None = None
    nfs: Nfs | None = None
    host_path: HostPath | None = None
    local: HostPath | None = None


class PersistentVolume(Kube):
    """A persistent volume."""

    metadata: Metadata | None = None
    spec: PersistentVolumeSpec | None = None
    status: Phase | None = None


class DisruptionSpec(Kube):
    """Of a pod disruption budget."""

    min_available: int | str | None = None
    max_unavailable: int | str | None = None
    selector: Selector | None = None


class DisruptionStatus(Kube):
    """What a budget allows now."""

    disruptions_allowed: int | None = None
    current_healthy: int | None = None
    desired_healthy: int | None = None
    expected_pods: int | None = None


class DisruptionBudget(Kube):
    """A pod disruption budget."""

    metadata: Metadata | None = None
    spec: DisruptionSpec | None = None
    status: DisruptionStatus | None = None


class Scheduling(Kube):
    """On which nodes a runtime class is."""

    node_selector: dict[str, str] | None = None
    tolerations: list[Toleration] | None = None


class RuntimeClass(Kube):
    """A runtime class."""

    metadata: Metadata | None = None
    handler: str | None = None
    scheduling: Scheduling | None = None
