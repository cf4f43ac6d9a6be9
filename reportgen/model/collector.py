"""The evidence about the evidence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeldRights:
    """What the collector's identity may do in one subscription, as Azure says.

    ``beyond_reading`` are the patterns by which it may do more than read; ``known`` is false where Azure's
    answer could not be read.
    """

    subscription: str
    known: bool
    beyond_reading: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunCommands:
    """What Azure created in a cluster (its id) for the commands that were run there: pods in a namespace."""

    cluster: str
    namespace: str
    pods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Collector:
    """The evidence about the evidence: who and what made it, as far as that can be read.

    ``job`` names the scheduled job that ran it, "" where the host shows none; ``resumed_at`` the times at
    which a killed collection was gone on with; ``commands`` are those that brought evidence.
    """

    host: str
    job: str
    endpoint: str
    proxy: str
    custom_ca: bool
    resumed_at: tuple[str, ...]
    rights: tuple[HeldRights, ...]
    commands: tuple[RunCommands, ...] = ()
