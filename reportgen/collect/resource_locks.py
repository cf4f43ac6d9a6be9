"""Resource locks of each subscription, with those of its groups and resources.

API version: the latest of Microsoft.Authorization/locks, as Microsoft's template reference lists it.
"""

from __future__ import annotations

from reportgen.collect.arm import ArmRead

READ = ArmRead(
    "arm.resource-locks",
    "/subscriptions/{subscription}/providers/Microsoft.Authorization/locks",
    "2020-05-01",
    paged=True,
    keep=("id", "name", "type", "properties"),
)
