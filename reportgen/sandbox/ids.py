"""Azure resource ids taken apart. Azure compares them without regard to case, and so is done here."""

from __future__ import annotations

from dataclasses import dataclass

MANAGEMENT_GROUPS = "/providers/microsoft.management/managementgroups/"


@dataclass(frozen=True, slots=True)
class ResourceId:
    """The parts of an id, spelled as given; ``type`` is lower case, as Resource Graph shows it."""

    text: str
    subscription: str
    group: str
    type: str
    name: str
    extension: bool

    @property
    def key(self) -> str:
        """What ids are compared by."""
        return self.text.lower()

    @property
    def scope(self) -> str:
        """The key of what it hangs on: a resource, a group, a subscription, "" for the tenant.

        >>> parse("/subscriptions/S/providers/Microsoft.Security/pricings/Containers").scope
        '/subscriptions/s'
        """
        return self.key.rpartition("/providers/")[0]

    @property
    def management_group(self) -> str:
        """The key of the management group that it hangs on, "" where it hangs on something else."""
        return self.scope.removeprefix(MANAGEMENT_GROUPS) if self.scope.startswith(MANAGEMENT_GROUPS) else ""


def parse(text: str) -> ResourceId | None:
    """The parts of ``text``, or None where it is no resource id.

    Ids below a resource, a resource group, a subscription, a management group and the tenant are taken.
    Diagnostic settings are known to come without the leading slash; that is taken as well.
    """
    segments = text.strip().strip("/").split("/")
    if len(segments) < 2 or not all(segments):
        return None
    lower = [segment.lower() for segment in segments]
    subscription = segments[1] if lower[0] == "subscriptions" else ""
    group = segments[3] if lower[2:3] == ["resourcegroups"] and len(segments) > 3 else ""
    kind = _type(lower)
    if not kind or (not subscription and lower[0] != "providers"):
        return None
    extension = lower.count("providers") > 1
    return ResourceId("/" + "/".join(segments), subscription, group, kind, segments[-1], extension)


def _type(lower: list[str]) -> str:
    if "providers" not in lower:
        known = {
            2: "microsoft.resources/subscriptions",
            4: "microsoft.resources/subscriptions/resourcegroups",
        }
        return known.get(len(lower), "")
    last = len(lower) - 1 - lower[::-1].index("providers")
    tail = lower[last + 1 :]
    return "/".join([tail[0], *tail[1::2]]) if len(tail) >= 3 and len(tail) % 2 == 1 else ""


def read_action(path: str) -> tuple[str, str]:
    """The permission that a GET of ``path`` takes and the scope it takes it on, as a 403 names them.

    >>> read_action("/subscriptions/s/providers/Microsoft.ContainerService/managedClusters")
    ('Microsoft.ContainerService/managedClusters/read', '/subscriptions/s')
    """
    segments = path.strip("/").split("/")
    lower = [segment.lower() for segment in segments]
    if "providers" not in lower[:-1]:
        kind = "subscriptions/resourceGroups" if "resourcegroups" in lower else "subscriptions"
        return f"Microsoft.Resources/{kind}/read", "/" + "/".join(segments)
    last = len(lower) - 1 - lower[::-1].index("providers")
    tail = segments[last + 1 :]
    action = "/".join([tail[0], *tail[1::2], "read"])
    if len(tail) % 2 == 1:
        return action, "/" + "/".join(segments)
    scope = segments[:-1] if len(tail) > 2 else segments[:last]
    return action, "/" + "/".join(scope)
