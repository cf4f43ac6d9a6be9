"""What the collector itself may do in each subscription: evidence about the evidence.

API version: Microsoft's REST reference, Permissions - List For Resource Group; a subscription answers alike.
"""

from __future__ import annotations

from reportgen.collect.arm import ArmRead

READ = ArmRead(
    "arm.permissions",
    "/subscriptions/{subscription}/providers/Microsoft.Authorization/permissions",
    "2022-04-01",
    paged=True,
)
