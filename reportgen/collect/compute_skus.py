"""The sizes of machines that agent pools name: how many vCPUs one has, and which quota it counts against.

Azure's list has more than a thousand entries in each region; those that no pool names are not stored.

API version: the latest of Microsoft's REST specification of resource SKUs.
"""

from __future__ import annotations

from reportgen.collect.arm import ArmRead

READ = ArmRead(
    "arm.compute-skus",
    "/subscriptions/{subscription}/providers/Microsoft.Compute/skus",
    "2021-07-01",
    paged=True,
    query="$filter=location eq '{location}'",
    keep=("name", "resourceType", "family", "locations", "capabilities"),
    among="sizes",
)
