"""What was found: by control and subject, and over a population."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reportgen.model.values import Cause, Json, Status

UNLISTED = "/*"
"""How the id of the one subject ends that stands for all of a kind where they could not be listed."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that a control looks at.

    ``kind`` is cluster or agent-pool; ``id`` the ARM id as given; ``cluster`` the cluster's name,
    ``cluster_id`` its ARM id, ``subscription`` the subscription id.
    """

    id: str
    kind: str
    name: str
    cluster: str
    cluster_id: str
    subscription: str

    @property
    def unlisted(self) -> bool:
        """Whether it stands for subjects that nobody listed: it is none itself, and how many is not known."""
        return self.id.endswith(UNLISTED)


@dataclass(frozen=True, slots=True)
class Observation:
    """One control, one subject.

    ``observed`` maps a printed label to a JSON value (None: the setting is absent). ``reason`` is a
    sentence, always given where the status is not satisfied. ``evidence`` holds
    ``<path of the page inside the pack>#<JSON pointer>``. ``cause`` is set where not-assessed. ``waiver``
    names those applied to an exception by their ids in `Results.waivers`, joined by commas; the status stays.
    """

    control: str
    subject: Subject
    status: Status
    observed: Mapping[str, Json]
    reason: str
    evidence: tuple[str, ...]
    cause: Cause | None = None
    waiver: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one control over its whole population, as counts of subjects.

    ``unlisted_clusters`` and ``unlisted_subscriptions`` are in how many of these the subjects were not
    listed, so that there may be more than ``population``. Nothing there is assessed, which the status heeds.
    """

    control: str
    status: Status
    population: int
    satisfied: int
    exceptions: int
    not_assessed: int
    not_applicable: int
    waived: int = 0
    unlisted_clusters: int = 0
    unlisted_subscriptions: int = 0

    @property
    def unlisted(self) -> int:
        """In how many places it is not known how many subjects there are."""
        return self.unlisted_clusters + self.unlisted_subscriptions

    @property
    def all_waived(self) -> bool:
        """Whether a waiver stands beside every exception that there is."""
        return 0 < self.exceptions == self.waived
