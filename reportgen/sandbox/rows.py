"""The rows of Resource Graph's tables, shaped from ARM bodies as the service shapes them."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.model import Json
from reportgen.sandbox.bodies import Resource
from reportgen.sandbox.interface import TENANT_ID
from reportgen.sandbox.subscriptions_file import ManagementGroup, Subscription

TEXT = (
    "id",
    "name",
    "type",
    "tenantId",
    "kind",
    "location",
    "resourceGroup",
    "subscriptionId",
    "managedBy",
)
DYNAMIC = (
    "sku",
    "plan",
    "properties",
    "tags",
    "identity",
    "zones",
    "extendedLocation",
)
COLUMNS = TEXT + DYNAMIC
"""In the order in which Resource Graph gives them."""
ROOT_NAME = "Tenant Root Group"

Row = dict[str, Json]


def chain(subscription: Subscription) -> list[dict[str, str]]:
    """The management groups above a subscription, nearest first, up to the tenant's root."""
    groups = [group for group in subscription.groups if group.name != TENANT_ID]
    groups.append(ManagementGroup(TENANT_ID, ROOT_NAME))
    return [{"displayName": group.display_name, "name": group.name} for group in groups]


def _row(body: dict[str, Json], **known: Json) -> Row:
    """A row as Resource Graph shapes it: absent text is "", absent objects are null (so: left out)."""
    texts = {name: str(body.get(name) or "") for name in TEXT}
    objects = {name: body[name] for name in DYNAMIC if body.get(name) is not None}
    return texts | objects | {"tenantId": TENANT_ID} | known


def resource_row(resource: Resource) -> Row:
    """A row of any table that shows resources."""
    body = dict(resource.body)
    return _row(
        body,
        id=resource.id.text,
        name=str(body.get("name") or resource.id.name),
        type=resource.id.type,
        location=str(body.get("location") or "").lower().replace(" ", ""),
        resourceGroup=resource.id.group,
        subscriptionId=resource.id.subscription,
    )


def container_rows(subscriptions: list[Subscription], resources: list[Resource]) -> Iterator[Row]:
    """The rows of `resourcecontainers`: subscriptions, resource groups and management groups."""
    for subscription in subscriptions:
        yield _row(
            {},
            id=f"/subscriptions/{subscription.id}",
            name=subscription.display_name,
            type="microsoft.resources/subscriptions",
            subscriptionId=subscription.id,
            properties={
                "state": subscription.state,
                "managementGroupAncestorsChain": chain(subscription),
            },
        )
    yield from _group_rows(resources)
    yield from _management_group_rows(subscriptions)


def _group_rows(resources: list[Resource]) -> Iterator[Row]:
    groups: dict[tuple[str, str], Resource] = {}
    for resource in resources:
        if resource.id.group:
            key = (resource.id.subscription.lower(), resource.id.group.lower())
            if key not in groups or resource.id.type.endswith("/resourcegroups"):
                groups[key] = resource
    for resource in groups.values():
        real = resource.id.type.endswith("/resourcegroups")
        row_id = f"/subscriptions/{resource.id.subscription}/resourceGroups/{resource.id.group}"
        yield _row(
            dict(resource.body) if real else {},
            id=row_id,
            name=resource.id.group,
            type="microsoft.resources/subscriptions/resourcegroups",
            location=str(resource.body.get("location") or ""),
            resourceGroup=resource.id.group,
            subscriptionId=resource.id.subscription,
        )


def _management_group_rows(subscriptions: list[Subscription]) -> Iterator[Row]:
    seen: dict[str, Row] = {}
    for links in map(chain, subscriptions):
        for position, link in enumerate(links):
            details = {"managementGroupAncestorsChain": links[position + 1 :]}
            seen.setdefault(
                link["name"].lower(),
                _row(
                    {},
                    id=f"/providers/Microsoft.Management/managementGroups/{link['name']}",
                    name=link["name"],
                    type="microsoft.management/managementgroups",
                    properties={
                        "displayName": link["displayName"],
                        "tenantId": TENANT_ID,
                        "details": details,
                    },
                ),
            )
    yield from seen.values()
