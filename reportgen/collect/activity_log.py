"""What was done to clusters in each subscription, and by whom: the activity log's events of the AKS provider.

Every event is kept: writes, deletes, the listing of credentials, commands run in a cluster. Of an event only
what answers who, what, when and with which outcome: the caller's claims, addresses, tokens and the bodies of
requests are not kept. Azure keeps events for 90 days and refuses an earlier start, so the start leaves room
for a run of a day (`reportgen.journal.LONGEST`). Source: Microsoft's REST reference, Activity Logs - List.
"""

from __future__ import annotations

from datetime import timedelta

from reportgen.collect.arm import ArmRead
from reportgen.journal import LONGEST

BACK = timedelta(days=90) - LONGEST

READ = ArmRead(
    "arm.activity-log",
    "/subscriptions/{subscription}/providers/Microsoft.Insights/eventtypes/management/values",
    "2015-04-01",
    paged=True,
    query="$filter=eventTimestamp ge '{since}' and eventTimestamp le '{until}' "
    "and resourceProvider eq 'Microsoft.ContainerService'",
    back=BACK,
    keep=(
        "id",
        "eventDataId",
        "eventTimestamp",
        "submissionTimestamp",
        "caller",
        "level",
        "category.value",
        "eventName.value",
        "operationName.value",
        "status.value",
        "subStatus.value",
        "resourceId",
        "resourceGroupName",
        "resourceProviderName.value",
        "resourceType.value",
        "subscriptionId",
        "correlationId",
        "operationId",
    ),
)
