"""The commands that make the roles and assign them, one a line, for a POSIX shell.

They are run by somebody who may grant rights; who collects needs none of that.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from reportgen.engagement import Engagement
from reportgen.roles.azure import MANAGEMENT_GROUPS, Role, scopes
from reportgen.roles.clusters import FILE
from reportgen.roles.grantee import Grantee

OTHERS = (
    "resources"
    ' | where type =~ "microsoft.containerservice/managedclusters"'
    ' | where tostring(properties.aadProfile.managed) =~ "true"'
    ' | where tostring(properties.aadProfile.enableAzureRBAC) !~ "true"'
    " | project subscriptionId, resourceGroup, name"
)
"""The clusters with Entra integration that Azure RBAC does not authorise. One without Entra integration is
never looked into."""
BELOW = 'resourcecontainers | where type =~ "microsoft.resources/subscriptions" | project subscriptionId'
"""The subscriptions below a management group."""
_KUBECONFIG = "reportgen-kubeconfig"


def cloud(engagement: Engagement | None) -> tuple[str, ...]:
    """What has to come first where the cloud is another."""
    if not engagement or engagement.cloud == "AzureCloud":
        return ()
    return (f"az cloud set --name {engagement.cloud}",)


def azure(roles: tuple[Role, ...], to: Grantee) -> tuple[str, ...]:
    """Make roles, and assign them at each of their scopes."""
    return (
        *(f"az role definition create --role-definition @{role.file}" for role in roles),
        *(_assigned(role, scope, to) for role in roles for scope in role.scopes),
    )


def _assigned(role: Role, scope: str, to: Grantee) -> str:
    if not role.below(scope):
        return _assignment(role, shlex.quote(scope), to)
    group = shlex.quote(scope.removeprefix(MANAGEMENT_GROUPS))
    listed = _query(BELOW, f"--management-groups {group}", "data[].subscriptionId")
    assign = _assignment(role, '"/subscriptions/$ID"', to)
    return f"for ID in $({listed}); do {assign}; done"


def _assignment(role: Role, scope: str, to: Grantee) -> str:
    return (
        f'az role assignment create --assignee-object-id "$OBJECT_ID" '
        f"--assignee-principal-type {to.principal} --role {shlex.quote(role.name)} --scope {scope}"
    )


def kubernetes(engagement: Engagement | None) -> tuple[str, ...]:
    """Apply the manifests to each cluster that takes them, found by Resource Graph."""
    if engagement and engagement.credential.kind == "kubeconfig":
        context = engagement.clusters.context
        named = f" --context {shlex.quote(context)}" if context else ""
        return (f"kubectl{named} apply --filename {FILE}",)
    get = 'az aks get-credentials --subscription "$ID" --resource-group "$GROUP" --name "$NAME"'
    own = (
        f"{get} --file {_KUBECONFIG} --overwrite-existing < /dev/null",
        f"kubelogin convert-kubeconfig --kubeconfig {_KUBECONFIG} --login azurecli < /dev/null",
        f"kubectl --kubeconfig {_KUBECONFIG} apply --filename {FILE} < /dev/null",
    )
    each = f'while read -r ID GROUP NAME; do {" && ".join(own)} || echo "NOT APPLIED to $NAME" >&2; done'
    return (
        *(
            f"{_query(OTHERS, where, 'data[].[subscriptionId,resourceGroup,name]')} | {each}"
            for where in _where(engagement)
        ),
        f"rm -f {_KUBECONFIG}",
    )


def _query(query: str, where: str, shown: str) -> str:
    return (
        f"az graph query --first 1000 {where} --graph-query {shlex.quote(query)} "
        f"--query {shlex.quote(shown)} --output tsv"
    )


def _where(engagement: Engagement | None) -> Iterator[str]:
    groups, subscriptions = scopes(engagement)
    for group in groups:
        yield f"--management-groups {shlex.quote(group.removeprefix(MANAGEMENT_GROUPS))}"
    if subscriptions:
        ids = (shlex.quote(one.rsplit("/", 1)[-1]) for one in subscriptions)
        yield f"--subscriptions {' '.join(ids)}"
