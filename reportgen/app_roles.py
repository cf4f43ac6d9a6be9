"""What a collector is granted in Microsoft Graph, and how: nothing, unless its engagement asks for names."""

from __future__ import annotations

from reportgen.engagement import Engagement
from reportgen.sources.directory import DIRECTORY

_GRAPH = "00000003-0000-0000-c000-000000000000"
"""Microsoft Graph's application id, the same in every tenant and cloud."""
_PEOPLE = ("azure-cli", "device-code")


def needed(engagement: Engagement | None) -> tuple[str, ...]:
    """The application permissions that the engagement's sources take, sorted."""
    if engagement is None or not engagement.principals.resolve:
        return ()
    return tuple(sorted({role for source in DIRECTORY for role in source.app_roles}))


def commands(engagement: Engagement | None) -> tuple[str, ...]:
    """The az commands that grant them, where ``OBJECT_ID`` is the collector's.

    None where a person signs in, who reads the directory by rights of their own.
    """
    roles = needed(engagement)
    if engagement is None or not roles or engagement.credential.kind in _PEOPLE:
        return ()
    url = f"{engagement.endpoint.graph}/v1.0/servicePrincipals/$OBJECT_ID/appRoleAssignments"
    body = r"{\"principalId\": \"$OBJECT_ID\", \"resourceId\": \"$GRAPH_ID\", \"appRoleId\": \"$ROLE_ID\"}"
    lines = [f"GRAPH_ID=$(az ad sp show --id {_GRAPH} --query id --output tsv)"]
    for role in roles:
        query = f"appRoles[?value=='{role}'].id | [0]"
        lines.append(f'ROLE_ID=$(az ad sp show --id {_GRAPH} --query "{query}" --output tsv)')
        lines.append(f'az rest --method post --url "{url}" --body "{body}"')
    return tuple(lines)


def text(roles: tuple[str, ...], lines: tuple[str, ...]) -> str:
    """A script to read and to paste into a shell; comments alone where there is nothing to grant."""
    if not roles:
        return "# This engagement asks Microsoft Graph nothing: principals.resolve is not switched on."
    head = (
        "# Microsoft Graph: names of principals and members of groups, which the engagement asks for,\n"
        f"# by the application permission {', '.join(roles)}. It reads the directory and changes nothing.\n"
    )
    if not lines:
        return head + "# Whoever signs in reads with rights of their own: there is nothing to grant."
    return head + "# Who runs this needs to be Privileged Role Administrator.\n" + "\n".join(lines)
