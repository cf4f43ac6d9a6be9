"""Whom the rights are given to: the collector's identity, or a group that it is in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from reportgen.engagement import Engagement
from reportgen.errors import UsageError

_PEOPLE = ("azure-cli", "device-code")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Grantee:
    """An Entra principal as role assignments and as API servers know it.

    ``principal`` is its type in role assignments, "" where there is no Azure. API servers call applications
    and managed identities by their object id, groups too, and people by their user principal name (source:
    Microsoft's "Use Kubernetes role-based access control with Microsoft Entra ID in AKS"). ``name`` is that,
    or a place to fill in; ``commands`` set ``OBJECT_ID`` and ``SUBJECT`` in a shell.
    """

    principal: Literal["User", "ServicePrincipal", "Group", ""]
    name: str
    commands: tuple[str, ...]

    @property
    def kind(self) -> Literal["User", "Group"]:
        """The kind of subject in a binding."""
        return "Group" if self.principal == "Group" else "User"


def grantee(engagement: Engagement | None, object_id: str = "", group: str = "") -> Grantee:
    """By ids where they are given (UsageError where one is no GUID), else as far as the engagement tells."""
    _check(object_id, group)
    credential = engagement.credential if engagement else None
    if credential and credential.kind == "kubeconfig":
        if object_id or group:
            raise UsageError("with credential kubeconfig there is no Entra identity: leave the option out")
        return Grantee("", "<user>", ("SUBJECT='<user>'   # what `kubectl auth whoami` prints as Username",))
    if group:
        return Grantee("Group", group, (f"OBJECT_ID={group}", _SAME))
    if credential and credential.kind in _PEOPLE:
        show = f"az ad user show --id {object_id}" if object_id else "az ad signed-in-user show"
        return Grantee(
            "User",
            "<user-principal-name>",
            (
                f"OBJECT_ID=$({show} --query id --output tsv)",
                f"SUBJECT=$({show} --query userPrincipalName --output tsv)",
            ),
        )
    if object_id:
        return Grantee("ServicePrincipal", object_id, (f"OBJECT_ID={object_id}", _SAME))
    if credential and credential.client_id:
        found = f"OBJECT_ID=$(az ad sp show --id {credential.client_id} --query id --output tsv)"
    else:
        found = "OBJECT_ID='<object-id>'   # of the collector's identity; reportgen doctor shows it"
    return Grantee("ServicePrincipal", "<object-id>", (found, _SAME))


_SAME = 'SUBJECT="$OBJECT_ID"'


def _check(object_id: str, group: str) -> None:
    for option, value in (("--object-id", object_id), ("--group", group)):
        if value and not _GUID.fullmatch(value):
            raise UsageError(f"{option} {value}: expected a GUID, the object id that Entra shows")
    if object_id and group:
        raise UsageError("--object-id and --group: give the rights to one of them")
