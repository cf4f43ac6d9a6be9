"""Federated credentials of each managed identity: which service account of which cluster may act as it.

Resource Graph does not show them. API version: Microsoft's REST specification of Microsoft.ManagedIdentity.
"""

from __future__ import annotations

from reportgen.collect.arm import ArmRead

READ = ArmRead(
    "arm.federated-credentials",
    "{resource}/federatedIdentityCredentials",
    "2024-11-30",
    paged=True,
    keep=("id", "name", "type", "properties"),
)
