"""How fast Azure lets one identity read, as data; the collector keeps to it and the sandbox enforces it.

Sources: Microsoft's pages on throttling. Azure Resource Graph: 15 queries in 5 seconds. Azure Resource
Manager: 250 reads, then 25 a second, for each subscription. The AKS provider: lists 500, then 1 a second, for
each subscription; lists of one resource group 60, then 1 a second, for each group; everything else 60, then
1 a second, for each subscription and region.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote

GRAPH_PATH = "/providers/microsoft.resourcegraph/resources"
_AKS = "microsoft.containerservice"

Key = tuple[str, ...]
"""What a limit is counted for, such as ``("aks-get", <subscription>, <region>)``."""


class Meter(Protocol):
    """Counts the calls of one key; times are seconds of a clock that never goes back."""

    def wait(self, now: float) -> float:
        """Seconds until a call may be made; 0 where it may be made now."""

    def take(self, now: float) -> None:
        """Count one call that is made at ``now``, or as soon as `wait` allows."""


@dataclass(slots=True)
class Bucket:
    """A token bucket: ``burst`` calls at once, then ``per_second``."""

    burst: int
    per_second: float
    _tokens: float = -1.0
    _at: float = 0.0
    _fresh: bool = True

    def _refill(self, now: float) -> None:
        if self._fresh:
            self._tokens, self._at, self._fresh = float(self.burst), now, False
        self._tokens = min(self.burst, self._tokens + max(now - self._at, 0.0) * self.per_second)
        self._at = max(now, self._at)

    def wait(self, now: float) -> float:
        """See `Meter`."""
        self._refill(now)
        return max(1.0 - self._tokens, 0.0) / self.per_second

    def take(self, now: float) -> None:
        """See `Meter`; tokens below zero are calls that wait their turn."""
        self._refill(now)
        self._tokens -= 1.0

    def left(self, now: float) -> int:
        """Calls that may be made at once."""
        self._refill(now)
        return max(int(self._tokens), 0)


class Window:
    """So many calls in any stretch of so many seconds."""

    def __init__(self, calls: int, seconds: float) -> None:
        self._seconds = seconds
        self._made: deque[float] = deque([float("-inf")] * calls, maxlen=calls)

    def wait(self, now: float) -> float:
        """See `Meter`."""
        return max(self._made[0] + self._seconds - now, 0.0)

    def take(self, now: float) -> None:
        """See `Meter`."""
        self._made.append(now + self.wait(now))


@dataclass(frozen=True, slots=True)
class Limits:
    """The table. ``scale`` makes every limit so many times wider, for tests on one machine."""

    graph_calls: int = 15
    graph_seconds: float = 5.0
    arm_reads: tuple[int, float] = (250, 25.0)
    aks_lists: tuple[int, float] = (500, 1.0)
    aks_group_lists: tuple[int, float] = (60, 1.0)
    aks_gets: tuple[int, float] = (60, 1.0)
    aks_others: tuple[int, float] = (60, 1.0)
    scale: int = 1

    def meter(self, key: Key) -> Meter:
        """A new meter for a key."""
        if key[0] == "graph":
            return Window(self.graph_calls * self.scale, self.graph_seconds)
        burst, per_second = {
            "arm": self.arm_reads,
            "aks-list": self.aks_lists,
            "aks-group-list": self.aks_group_lists,
            "aks-get": self.aks_gets,
            "aks-other": self.aks_others,
        }[key[0]]
        return Bucket(burst * self.scale, per_second * self.scale)


def keys(path: str, region_of: Callable[[str], str]) -> tuple[Key, ...]:
    """The limits that one read of ``path`` counts against.

    ``region_of`` gives the region of a cluster by its lower-cased id, "" where it is not known.
    """
    lowered = unquote(path).lower().rstrip("/")
    if lowered == GRAPH_PATH:
        return (("graph",),)
    parts = lowered.strip("/").split("/")
    if len(parts) < 2 or parts[0] != "subscriptions":
        return (("arm", ""),)
    own: Key = ("arm", parts[1])
    providers = [index for index, part in enumerate(parts) if part == "providers"]
    if not providers or parts[providers[-1] + 1 : providers[-1] + 2] != [_AKS]:
        return (own,)
    return own, _aks_key(parts, providers[-1], region_of)


def _aks_key(parts: list[str], provider: int, region_of: Callable[[str], str]) -> Key:
    subscription, rest = parts[1], parts[provider + 2 :]
    if rest == ["managedclusters"]:
        return ("aks-list", subscription) if provider == 2 else ("aks-group-list", subscription, parts[3])
    if rest[:1] == ["locations"]:
        return ("aks-other", subscription, rest[1] if len(rest) > 1 else "")
    one = rest[:1] == ["managedclusters"] and len(rest) == 2
    return ("aks-get" if one else "aks-other", subscription, region_of(_cluster(parts)))


def _cluster(parts: list[str]) -> str:
    """The id of the cluster that a path is about, "" where it is about none."""
    return "/" + "/".join(parts[: parts.index("managedclusters") + 2]) if "managedclusters" in parts else ""
