"""Storage classes and persistent volumes: the driver, and whose key encrypts what is written."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.subjects.inside.interface import Found, Kind, Objects, found

_DISK = "disk.csi.azure.com"
_OLD_DISK = "kubernetes.io/azure-disk"
_IN_TREE = "kubernetes.io/"
_NO_PROVISIONER = "kubernetes.io/no-provisioner"
_DEFAULT = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")
_SET = "diskencryptionsetid"
_PLATFORM_KEY = "EncryptionAtRestWithPlatformKey"


def _classes(objects: Objects) -> Iterator[Found]:
    for storage, pointer in objects.of("k8s.storage-classes"):
        provisioner = str(at(storage, "provisioner") or "")
        yield found(
            "storage-class",
            storage,
            (pointer,),
            {
                "azure_disks": provisioner in (_DISK, _OLD_DISK),
                "in_tree": provisioner.startswith(_IN_TREE) and provisioner != _NO_PROVISIONER,
                "default": is_default(storage),
                "disk_encryption_set": parameter(storage, _SET),
            },
        )


def parameter(storage: Json, name: str) -> str:
    """A parameter of a storage class, whose casing the drivers ignore; "" where there is none."""
    parameters = at(storage, "parameters") or {}
    return next((str(value) for key, value in parameters.items() if key.lower() == name), "")


def is_default(storage: Json) -> bool:
    """Whether claims that name no class get this one."""
    annotations = at(storage, "metadata", "annotations") or {}
    return any(annotations.get(name) == "true" for name in _DEFAULT)


def _volumes(objects: Objects) -> Iterator[Found]:
    disks = {str(at(disk, "id") or "").lower(): disk for disk in objects.related.get("disks") or []}
    for volume, pointer in objects.of("k8s.persistent-volumes"):
        disk_id = disk_of(volume)
        disk = disks.get(disk_id.lower())
        yield found(
            "persistent-volume",
            volume,
            (pointer,),
            {
                "kind": kind_of(volume),
                "disk": disk_id,
                "claim": claim(volume),
                "encryption": encryption(disk) if disk else None,
                "disk_encryption_set": encryption_set(disk) if disk else None,
            },
        )


def kind_of(volume: Json) -> str:
    """The CSI driver, or the name of the older kind of volume."""
    spec = at(volume, "spec") or {}
    driver = at(spec, "csi", "driver")
    older = ("azureDisk", "azureFile", "nfs", "hostPath", "local")
    return str(driver or next((kind for kind in older if kind in spec), "other"))


def disk_of(volume: Json) -> str:
    """The ARM id of the disk that a volume is; "" where it is something else."""
    if kind_of(volume) == _DISK:
        return str(at(volume, "spec", "csi", "volumeHandle") or "")
    return str(at(volume, "spec", "azureDisk", "diskURI") or "")


def claim(volume: Json) -> str:
    """Namespace and name of the claim that uses the volume; "" where none does."""
    reference = at(volume, "spec", "claimRef")
    return f"{at(reference, 'namespace')}/{at(reference, 'name')}" if reference else ""


def encryption(disk: Json) -> str:
    """How a disk is encrypted; Azure's own key where it does not say."""
    return str(at(disk, "properties", "encryption", "type") or _PLATFORM_KEY)


def encryption_set(disk: Json) -> str:
    """The disk encryption set of a disk; "" where it has none."""
    return str(at(disk, "properties", "encryption", "diskEncryptionSetId") or "")


STORAGE_CLASS = Kind(
    name="storage-class",
    many="storage classes",
    sources=("k8s.storage-classes",),
    derived={"azure_disks": (), "in_tree": (), "default": (), "disk_encryption_set": ()},
    build=_classes,
)
PERSISTENT_VOLUME = Kind(
    name="persistent-volume",
    many="persistent volumes",
    sources=("k8s.persistent-volumes",),
    derived={
        "kind": (),
        "disk": (),
        "claim": (),
        "encryption": ("arg.disks",),
        "disk_encryption_set": ("arg.disks",),
    },
    build=_volumes,
)
