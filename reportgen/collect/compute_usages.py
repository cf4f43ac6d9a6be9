"""Quotas of a subscription in a region, and how much of them is used.

API version: a stable one of Microsoft's REST specification of virtual machines.
"""

from __future__ import annotations

from reportgen.collect.arm import ArmRead

READ = ArmRead(
    "arm.compute-usages",
    "/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/usages",
    "2024-07-01",
    paged=True,
)
