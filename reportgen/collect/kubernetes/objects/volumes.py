"""Volumes of pods: every kind by its name, in detail only those that controls look into."""

from __future__ import annotations

import msgspec

from reportgen.collect.kubernetes.objects.base import Kube, Named, Present


class HostPath(Kube):
    """A path of the node."""

    path: str | None = None
    type: str | None = None


class Key(Kube):
    """A key that is projected, by name."""

    key: str | None = None


class SecretVolume(Kube):
    """A secret as files."""

    secret_name: str | None = None
    optional: bool | None = None
    items: list[Key] | None = None


class ConfigMapVolume(Kube):
    """A config map as files."""

    name: str | None = None
    optional: bool | None = None


class CsiAttributes(Kube):
    """Of an inline CSI volume's attributes only which secret provider class it names."""

    secret_provider_class: str | None = None


class CsiVolume(Kube):
    """An inline CSI volume."""

    driver: str | None = None
    read_only: bool | None = None
    volume_attributes: CsiAttributes | None = None
    node_publish_secret_ref: Named | None = None


class TokenProjection(Kube):
    """A service account's token as a file."""

    audience: str | None = None
    expiration_seconds: int | None = None
    path: str | None = None


class ProjectedObject(Kube):
    """A secret or a config map in a projected volume."""

    name: str | None = None
    optional: bool | None = None
    items: list[Key] | None = None


class Projection(Kube):
    """One source of a projected volume."""

    secret: ProjectedObject | None = None
    config_map: ProjectedObject | None = None
    service_account_token: TokenProjection | None = None
    cluster_trust_bundle: Present | None = None
    downward_api: Present | None = msgspec.field(name="downwardAPI", default=None)
    pod_certificate: Present | None = None


class ProjectedVolume(Kube):
    """Several sources in one volume."""

    sources: list[Projection] | None = None


class Claim(Kube):
    """A persistent volume, by its claim."""

    claim_name: str | None = None
    read_only: bool | None = None


class EmptyDir(Kube):
    """Space that goes with the pod."""

    medium: str | None = None


class AzureFile(Kube):
    """A file share, in-tree."""

    secret_name: str | None = None
    share_name: str | None = None
    read_only: bool | None = None


class FlexVolume(Kube):
    """A volume of a driver on the node."""

    driver: str | None = None
    secret_ref: Named | None = None


class ImageVolume(Kube):
    """An image's content as a volume."""

    reference: str | None = None


class Volume(Kube):
    """A volume: its name, and the one kind that it is."""

    name: str | None = None
    host_path: HostPath | None = None
    secret: SecretVolume | None = None
    config_map: ConfigMapVolume | None = None
    csi: CsiVolume | None = None
    projected: ProjectedVolume | None = None
    persistent_volume_claim: Claim | None = None
    empty_dir: EmptyDir | None = None
    azure_file: AzureFile | None = None
    azure_disk: Present | None = None
    flex_volume: FlexVolume | None = None
    image: ImageVolume | None = None
    downward_api: Present | None = msgspec.field(name="downwardAPI", default=None)
    ephemeral: Present | None = None
    nfs: Present | None = None
    iscsi: Present | None = None
    aws_elastic_block_store: Present | None = None
    cephfs: Present | None = None
    cinder: Present | None = None
    fc: Present | None = None
    flocker: Present | None = None
    gce_persistent_disk: Present | None = None
    git_repo: Present | None = None
    glusterfs: Present | None = None
    photon_persistent_disk: Present | None = None
    portworx_volume: Present | None = None
    quobyte: Present | None = None
    rbd: Present | None = None
    scale_io: Present | None = msgspec.field(name="scaleIO", default=None)
    storageos: Present | None = None
    vsphere_volume: Present | None = None
