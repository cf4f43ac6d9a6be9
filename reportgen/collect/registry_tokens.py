"""Tokens of each container registry, by Resource Manager: which are on, what they reach, when they end.

A token's passwords are no part of the answer; of its certificates only their ends are kept. API version:
Microsoft's REST specification of Microsoft.ContainerRegistry, Tokens - List.
"""

from __future__ import annotations

from reportgen.collect.arm import ArmRead

READ = ArmRead(
    "arm.registry-tokens",
    "{resource}/tokens",
    "2025-11-01",
    paged=True,
    keep=(
        "id",
        "name",
        "type",
        "properties.creationDate",
        "properties.provisioningState",
        "properties.scopeMapId",
        "properties.status",
        "properties.credentials.certificates.expiry",
        "properties.credentials.passwords.creationTime",
        "properties.credentials.passwords.expiry",
    ),
)
