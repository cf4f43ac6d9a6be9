"""Keys of each key vault, by Resource Manager: whether they are on, since when, until when.

The vault's own endpoint, which holds keys and secrets, is never called. API version: Microsoft's REST
specification of Microsoft.KeyVault, Keys - List.
"""

from __future__ import annotations

from reportgen.collect.arm import ArmRead

READ = ArmRead(
    "arm.key-vault-keys",
    "{resource}/keys",
    "2025-05-01",
    paged=True,
    keep=(
        "id",
        "name",
        "type",
        "properties.attributes",
        "properties.keyUri",
        "properties.keyUriWithVersion",
        "properties.kty",
        "properties.keySize",
        "properties.curveName",
        "properties.keyOps",
        "properties.rotationPolicy",
    ),
)
