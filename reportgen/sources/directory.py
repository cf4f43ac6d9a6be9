"""Who stands behind the ids of principals; asked only where an engagement says so.

Microsoft's reference names Directory.Read.All as the least application permission for directoryObject:
getByIds. It reads the members of groups as well, for which alone GroupMember.Read.All would do.
"""

from __future__ import annotations

from reportgen.sources.source import Source

PRINCIPALS = "msgraph.principals"
MEMBERS = "msgraph.group-members"

DIRECTORY: tuple[Source, ...] = (
    Source(
        PRINCIPALS,
        "Names of principals with access to clusters, Microsoft Graph",
        (),
        "tenant",
        app_roles=("Directory.Read.All",),
    ),
    Source(
        MEMBERS,
        "Members of groups with access to clusters, nested ones included, Microsoft Graph",
        (),
        "group",
        app_roles=("Directory.Read.All",),
    ),
)
