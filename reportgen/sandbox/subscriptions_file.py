"""azure/subscriptions.json: names, states and management groups, and which subscriptions are unreadable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reportgen.model import Json
from reportgen.sandbox.parsing import BadFile


@dataclass(frozen=True, slots=True)
class ManagementGroup:
    """A management group by its id (``name``) and what people call it."""

    name: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription; ``groups`` runs from the group it is in up to the root, which is added when served."""

    id: str
    name: str = ""
    state: str = "Enabled"
    readable: bool = True
    groups: tuple[ManagementGroup, ...] = ()

    @property
    def display_name(self) -> str:
        """Its name, or its id where the folder gives none."""
        return self.name or self.id


def read_subscriptions(items: Iterable[Json]) -> tuple[Subscription, ...]:
    """The subscriptions described; BadFile says which entry is wrong and what was expected."""
    found: dict[str, Subscription] = {}
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict) or not isinstance(item.get("subscriptionId"), str):
            raise BadFile(f": entry {number}: expected an object with a subscriptionId")
        subscription = Subscription(
            id=item["subscriptionId"],
            name=str(item.get("displayName") or ""),
            state=str(item.get("state") or "Enabled"),
            readable=_readable(item.get("readable", True), number),
            groups=_groups(item.get("managementGroups") or [], number),
        )
        if found.setdefault(subscription.id.lower(), subscription) is not subscription:
            raise BadFile(f": entry {number}: subscription {subscription.id} stands there twice")
    return tuple(found.values())


def _readable(value: Json, number: int) -> bool:
    if not isinstance(value, bool):
        raise BadFile(f": entry {number}: readable must be true or false, found {value!r}")
    return value


def _groups(value: Json, number: int) -> tuple[ManagementGroup, ...]:
    if not isinstance(value, list):
        raise BadFile(f": entry {number}: managementGroups must be a list, the nearest group first")
    groups = []
    for group in value:
        if not isinstance(group, dict) or not isinstance(group.get("name"), str):
            raise BadFile(f": entry {number}: a management group needs a name")
        groups.append(ManagementGroup(group["name"], str(group.get("displayName") or group["name"])))
    return tuple(groups)
