"""The key that encrypts Kubernetes secrets in etcd, as its vault shows it.

A list of keys shows the newest version of each. An older version that a cluster still uses is another: its
state is not in the evidence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from reportgen.model import Json
from reportgen.subjects.document import at

_ADDRESS = re.compile(r"https://(?P<host>[^/:?#]+)(?::\d+)?(?P<path>/[^?#]*|)")


def etcd_key(cluster: Json, related: Mapping[str, Json]) -> Json:
    """The customer's key of a cluster; None where it uses none, or vaults and keys could not be read.

    ``vault`` and ``key`` are names. Where the vault is in the evidence: ``purge_protected`` and
    ``network`` (its default action). Where the key's version is: ``enabled``, ``created`` and, if it ends,
    ``expires`` (RFC 3339) and ``rotates`` (whether the vault makes new versions by itself).
    """
    profile = at(cluster, "properties", "securityProfile", "azureKeyVaultKms")
    vaults, keys = related.get("key_vaults"), related.get("key_vault_keys")
    if at(profile, "enabled") is not True or vaults is None or keys is None:
        return None
    address = str(at(profile, "keyId") or "").lower().rstrip("/")
    host, path = _parted(address)
    parts = path.split("/")
    found = [one for one in vaults if _host(at(one, "properties", "vaultUri")) == host]
    return {
        "vault": host.partition(".")[0],
        "key": parts[2] if len(parts) > 2 else "",
        **(_vault(found[0]) if found else {}),
        **next((_key(one) for one in keys if _is(one, address)), {}),
    }


def _host(url: Json) -> str:
    return _parted(str(url or "").lower())[0]


def _parted(url: str) -> tuple[str, str]:
    """Host and path of an https address, "" for what is none."""
    found = _ADDRESS.match(url)
    return (found["host"], found["path"]) if found else ("", "")


def _is(key: Json, address: str) -> bool:
    """Whether a key is the one of this address, by its newest version or by no version."""
    return address in {
        str(at(key, "properties", name) or "").lower() for name in ("keyUri", "keyUriWithVersion")
    }


def _vault(vault: Json) -> dict[str, Json]:
    return {
        "purge_protected": at(vault, "properties", "enablePurgeProtection") is True,
        "network": "closed"
        if at(vault, "properties", "publicNetworkAccess") == "Disabled"
        else str(at(vault, "properties", "networkAcls", "defaultAction") or "Allow"),
    }


def _key(key: Json) -> dict[str, Json]:
    attributes = at(key, "properties", "attributes")
    times = {"created": _time(at(attributes, "created")), "expires": _time(at(attributes, "exp"))}
    actions = at(key, "properties", "rotationPolicy", "lifetimeActions") or ()
    return {
        "enabled": at(attributes, "enabled") is True,
        "rotates": any(str(at(one, "action", "type")).lower() == "rotate" for one in actions),
        **{name: value for name, value in times.items() if value},
    }


def _time(seconds: Json) -> str:
    if not isinstance(seconds, int | float):
        return ""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
