"""The key for etcd: found by its address, with its vault, and unknown where another version is in use."""

from __future__ import annotations

from typing import Any

from reportgen.subjects import keys

ADDRESS = "https://kv-one.vault.azure.net/keys/etcd"
VERSION = f"{ADDRESS}/0123"


def cluster(key: str = VERSION, enabled: bool = True) -> Any:
    return {"properties": {"securityProfile": {"azureKeyVaultKms": {"enabled": enabled, "keyId": key}}}}


def related(version: str = VERSION, **attributes: Any) -> dict[str, Any]:
    vault = {"vaultUri": "https://KV-one.vault.azure.net/", "enablePurgeProtection": True}
    key = {
        "keyUri": ADDRESS,
        "keyUriWithVersion": version,
        "attributes": {"enabled": True, "created": 1767225600, **attributes},
        "rotationPolicy": {"lifetimeActions": [{"action": {"type": "Rotate"}}]},
    }
    return {"key_vaults": [{"properties": vault}], "key_vault_keys": [{"properties": key}]}


def test_the_key_is_told_with_its_vault() -> None:
    assert keys.etcd_key(cluster(VERSION.upper()), related(exp=1798761600)) == {
        "vault": "kv-one",
        "key": "etcd",
        "purge_protected": True,
        "network": "Allow",
        "enabled": True,
        "rotates": True,
        "created": "2026-01-01T00:00:00Z",
        "expires": "2027-01-01T00:00:00Z",
    }


def test_a_key_without_a_version_is_its_newest() -> None:
    assert keys.etcd_key(cluster(ADDRESS), related())["enabled"] is True


def test_of_another_version_nothing_is_known() -> None:
    found = keys.etcd_key(cluster(), related(f"{ADDRESS}/4567"))
    assert found == {"vault": "kv-one", "key": "etcd", "purge_protected": True, "network": "Allow"}


def test_a_vault_outside_the_evidence_is_not_known() -> None:
    found = keys.etcd_key(cluster(VERSION.replace("kv-one", "kv-two")), related())
    assert found == {"vault": "kv-two", "key": "etcd"}


def test_without_purge_protection_or_network_there_is_none() -> None:
    known = related()
    known["key_vaults"] = [
        {"properties": {"vaultUri": "https://kv-one.vault.azure.net", "publicNetworkAccess": "Disabled"}}
    ]
    found = keys.etcd_key(cluster(), known)
    assert (found["purge_protected"], found["network"]) == (False, "closed")


def test_no_key_is_none_and_so_is_what_could_not_be_read() -> None:
    assert keys.etcd_key(cluster(enabled=False), related()) is None
    assert keys.etcd_key({}, related()) is None
    assert keys.etcd_key(cluster(), {"key_vaults": []}) is None
