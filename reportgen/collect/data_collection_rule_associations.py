"""Which data collection rules a cluster sends its logs and metrics by: an extension resource.

API version: the stable one of Microsoft's REST specification of data collection rules.
"""

from __future__ import annotations

from reportgen.collect.arm import ArmRead

READ = ArmRead(
    "arm.data-collection-rule-associations",
    "{cluster}/providers/Microsoft.Insights/dataCollectionRuleAssociations",
    "2023-03-11",
    paged=True,
    keep=("id", "name", "type", "properties"),
)
