"""Storage classes, persistent volumes joined with Azure's disks, and secret provider classes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reportgen.model import Json
from reportgen.subjects.inside import secret_provider_classes, storage
from tests.subjects.inside.rbac import objects

DISK = "/subscriptions/s/resourceGroups/MC_g/providers/Microsoft.Compute/disks/pvc-1"
KEY = "EncryptionAtRestWithCustomerKey"


def volume(name: str, **spec: Json) -> Json:
    return {"metadata": {"name": name}, "spec": spec}


def test_a_volume_is_joined_with_its_disk_whatever_the_casing(tmp_path: Path) -> None:
    lists = {
        "persistent-volumes": [
            volume("csi", csi={"driver": "disk.csi.azure.com", "volumeHandle": DISK}),
            volume("old", azureDisk={"diskURI": DISK}),
            volume("lost", csi={"driver": "disk.csi.azure.com", "volumeHandle": DISK + "2"}),
            volume("file", csi={"driver": "file.csi.azure.com", "volumeHandle": "g#a#s"}),
        ]
    }
    encryption = {"type": KEY, "diskEncryptionSetId": "/des"}
    disks = [{"id": DISK.lower(), "properties": {"encryption": encryption}}]
    known = replace(objects(tmp_path, lists), related={"disks": disks})
    csi, old, lost, file = storage.PERSISTENT_VOLUME.build(known)
    assert (csi.derived["encryption"], csi.derived["disk_encryption_set"]) == (KEY, "/des")
    assert old.derived["encryption"] == KEY
    assert "encryption" not in lost.derived
    assert (file.derived["disk"], file.derived["kind"]) == ("", "file.csi.azure.com")


def test_a_disk_that_does_not_say_has_azures_key() -> None:
    assert storage.encryption({}) == "EncryptionAtRestWithPlatformKey"


@pytest.mark.parametrize(
    ("provisioner", "disks", "in_tree"),
    [
        ("disk.csi.azure.com", True, False),
        ("kubernetes.io/azure-disk", True, True),
        ("kubernetes.io/no-provisioner", False, False),
        ("file.csi.azure.com", False, False),
    ],
)
def test_provisioners_of_storage_classes(
    tmp_path: Path, provisioner: str, disks: bool, in_tree: bool
) -> None:
    one = {
        "metadata": {"name": "c"},
        "provisioner": provisioner,
        "parameters": {"DISKENCRYPTIONSETID": "/des"},
    }
    (found,) = storage.STORAGE_CLASS.build(objects(tmp_path, {"storage-classes": [one]}))
    assert (found.derived["azure_disks"], found.derived["in_tree"]) == (disks, in_tree)
    assert found.derived["disk_encryption_set"] == "/des"


@pytest.mark.parametrize(
    ("parameters", "identity"),
    [
        ({"clientID": "1"}, "workload identity"),
        ({"useVMManagedIdentity": "TRUE", "clientID": ""}, "identity of the nodes"),
        ({"usePodIdentity": "true"}, "pod identity"),
        ({}, "service principal in a Secret"),
    ],
)
def test_as_whom_a_vault_is_read(parameters: dict[str, str], identity: str) -> None:
    assert secret_provider_classes.identity({"spec": {"parameters": parameters}}) == identity


def test_copies_and_pods_of_a_secret_provider_class(tmp_path: Path) -> None:
    one = {"metadata": {"namespace": "a", "name": "c"}, "spec": {"secretObjects": [{"secretName": "copy"}]}}
    mount = {"csi": {"driver": "secrets-store.csi.k8s.io", "volumeAttributes": {"secretProviderClass": "c"}}}
    pods = [{"metadata": {"namespace": space, "name": "p"}, "spec": {"volumes": [mount]}} for space in "ab"]
    lists = {"secret-provider-classes": [one], "pods": pods}
    (found,) = secret_provider_classes.SECRET_PROVIDER_CLASS.build(objects(tmp_path, lists))
    assert (found.derived["synced_secrets"], found.derived["pods"]) == (["copy"], 1)
