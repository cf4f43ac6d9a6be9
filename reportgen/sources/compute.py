"""Machines, disks and the sets that encrypt them, and how many machines there may be."""

from __future__ import annotations

from reportgen.sources.source import Join, Source

COMPUTE: tuple[Source, ...] = (
    Source(
        "arg.scale-sets",
        "Virtual machine scale sets, Azure Resource Graph",
        ("Microsoft.Compute/virtualMachineScaleSets/read",),
        "tenant",
        "scale_sets",
        Join.NODE_GROUP,
    ),
    Source(
        "arg.virtual-machines",
        "Virtual machines, Azure Resource Graph",
        ("Microsoft.Compute/virtualMachines/read",),
        "tenant",
        "virtual_machines",
        Join.NODE_GROUP,
    ),
    Source(
        "arg.disks",
        "Managed disks, Azure Resource Graph",
        ("Microsoft.Compute/disks/read",),
        "tenant",
        "disks",
        Join.NODE_GROUP,
    ),
    Source(
        "arg.disk-encryption-sets",
        "Disk encryption sets, Azure Resource Graph",
        ("Microsoft.Compute/diskEncryptionSets/read",),
        "tenant",
        "disk_encryption_sets",
        Join.MENTIONED,
    ),
    Source(
        "arm.compute-usages",
        "Quotas of a subscription in a region and their use, Azure Resource Manager",
        ("Microsoft.Compute/locations/usages/read",),
        "location",
        "compute_usages",
    ),
    Source(
        "arm.compute-skus",
        "Sizes of machines that agent pools name, Azure Resource Manager",
        ("Microsoft.Compute/skus/read",),
        "location",
        "compute_skus",
    ),
)
