"""The plan of the quarter: which clusters there were, how they were set, and who changed it when."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

START, END = date(2026, 10, 1), date(2026, 12, 31)
PRODUCTION, DEVELOPMENT = "2f6c1d84-7b3e-4a59-9e20-c4d81a6f3b07", "8a91e5d3-40cf-4b76-b1d8-5e27f90c6a14"
NAMES = {PRODUCTION: "Fabrikam Production", DEVELOPMENT: "Fabrikam Development"}


def at(day: str, time: str = "06:00:00") -> datetime:
    """A time of the year 2026; ``day`` is month and day."""
    return datetime.fromisoformat(f"2026-{day}T{time}+00:00").astimezone(UTC)


@dataclass(frozen=True)
class Run:
    """A run; ``unread`` is a subscription that could not be read then, ``broken`` one that fails."""

    time: datetime
    unread: str = ""
    broken: bool = False


RUNS = (
    Run(at("10-05")),
    Run(at("10-12")),
    Run(at("10-19")),
    Run(at("10-26")),
    Run(at("10-26", "14:00:00")),  # the same week once more
    Run(at("11-02")),
    Run(at("11-09"), broken=True),
    Run(at("11-16")),
    Run(at("11-23")),
    Run(at("11-30"), unread=DEVELOPMENT),
    Run(at("12-07")),
    Run(at("12-14")),
    Run(at("12-21")),
    Run(at("12-28")),
)
POINTS = tuple(run for run in RUNS if not run.broken)


@dataclass(frozen=True)
class Cluster:
    """A cluster and how long it was there: None is before the period, or after it."""

    name: str
    subscription: str
    region: str
    created: datetime | None = None
    deleted: datetime | None = None

    @property
    def group(self) -> str:
        """The id of its resource group."""
        return f"/subscriptions/{self.subscription}/resourceGroups/rg-{self.name.removeprefix('aks-')}"

    @property
    def id(self) -> str:
        """Its ARM id."""
        return f"{self.group}/providers/Microsoft.ContainerService/managedClusters/{self.name}"

    def there(self, time: datetime) -> bool:
        """Whether it is there at a time."""
        return (self.created is None or self.created <= time) and not (self.deleted and self.deleted <= time)


ORDERS = Cluster("aks-orders-prod-weu", PRODUCTION, "westeurope")
BILLING = Cluster("aks-billing-prod-weu", PRODUCTION, "westeurope")
REPORTS = Cluster("aks-reports-prod-weu", PRODUCTION, "westeurope", created=at("11-04", "13:20:11"))
PORTAL = Cluster("aks-portal-dev-neu", DEVELOPMENT, "northeurope")
TOOLS = Cluster("aks-tools-dev-neu", DEVELOPMENT, "northeurope", deleted=at("12-09", "15:42:37"))
BRIEF = Cluster(
    "aks-loadtest-dev-neu", DEVELOPMENT, "northeurope", at("10-13", "09:05:21"), at("10-16", "09:31:48")
)  # three days, between two runs
CLUSTERS = (ORDERS, BILLING, REPORTS, PORTAL, TOOLS, BRIEF)


@dataclass(frozen=True)
class Setting:
    """A control, the property that it judges with the value that satisfies it, and its kind of subject."""

    control: str
    path: tuple[str | int, ...]
    good: bool
    pool: bool = False

    @property
    def property(self) -> str:
        """As Resource Graph writes it: ``properties.agentPoolProfiles[0].enableEncryptionAtHost``."""
        text = "properties"
        for part in self.path:
            text += f"[{part}]" if isinstance(part, int) else f".{part}"
        return text


PRIVATE = Setting("api-server-private", ("apiServerAccessProfile", "enablePrivateCluster"), True)
LOCAL = Setting("identity-local-accounts-disabled", ("disableLocalAccounts",), True)
RBAC = Setting("identity-azure-rbac-enabled", ("aadProfile", "enableAzureRBAC"), True)
POLICY = Setting("governance-azure-policy-addon", ("addonProfiles", "azurepolicy", "enabled"), True)
CLEANER = Setting("images-cleaner-enabled", ("securityProfile", "imageCleaner", "enabled"), True)
COMMAND = Setting("api-server-run-command-disabled", ("apiServerAccessProfile", "disableRunCommand"), True)
HOST = Setting("encryption-at-host", ("agentPoolProfiles", 0, "enableEncryptionAtHost"), True, pool=True)
SETTINGS = (PRIVATE, LOCAL, RBAC, POLICY, CLEANER, COMMAND, HOST)


@dataclass(frozen=True)
class Bad:
    """A setting as it should not be: since ``begun`` (None: since before) until ``ended`` (None: to the end).

    ``begun_by`` and ``ended_by`` are people; one whom the change does not name stands in the activity log.
    """

    setting: Setting
    cluster: Cluster
    begun: datetime | None = None
    begun_by: str = ""
    ended: datetime | None = None
    ended_by: str = ""


OKAFOR, LIND, PIPELINE = (
    "t.okafor@fabrikam.example",
    "m.lind@fabrikam.example",
    ("6c0d4f1e-93a2-4b58-8d17-e2f5a0b49c36"),
)
UNNAMED = frozenset({LIND})
"""Those whom Resource Graph does not name."""
FAULTS = (
    Bad(LOCAL, BILLING),
    Bad(PRIVATE, ORDERS, at("10-15", "09:12:40"), OKAFOR),
    Bad(RBAC, PORTAL, at("10-21", "11:30:00"), OKAFOR, at("11-05", "08:14:09"), LIND),
    Bad(RBAC, PORTAL, at("12-02", "16:45:30"), OKAFOR, at("12-16", "10:02:55"), LIND),
    Bad(HOST, TOOLS),
    Bad(POLICY, ORDERS, at("10-22", "21:03:18"), OKAFOR, at("10-24", "07:40:02"), OKAFOR),  # at no point
    Bad(CLEANER, BILLING, at("10-24", "12:00:00"), PIPELINE, at("10-26", "10:30:00"), PIPELINE),
    Bad(PRIVATE, REPORTS, REPORTS.created, "", at("11-18", "09:00:00"), PIPELINE),
)
CREATED_BY, DELETED_BY = {REPORTS: PIPELINE, BRIEF: OKAFOR}, {TOOLS: LIND, BRIEF: OKAFOR}


@dataclass(frozen=True)
class Waived:
    """A waiver of waivers.yaml: its days, and what becomes of it at the last run; ``late``: approved so."""

    name: str
    setting: Setting
    cluster: Cluster
    begins: date
    ends: date
    state: str
    notes: str = ""
    late: bool = False

    def holds(self, time: datetime) -> bool:
        """Whether a time lies in its days."""
        return self.begins <= time.date() <= self.ends


WAIVERS = (
    Waived(
        "W-01", PRIVATE, ORDERS, date(2026, 11, 20), date(2026, 12, 31), "active", "expiring, late", late=True
    ),
    Waived("W-02", LOCAL, BILLING, date(2026, 10, 15), date(2026, 11, 30), "expired"),
    Waived("W-03", HOST, TOOLS, date(2026, 9, 15), date(2027, 3, 31), "unmatched"),
    Waived("W-04", PRIVATE, PORTAL, date(2027, 1, 4), date(2027, 2, 28), "not-begun"),
)


def bad(setting: Setting, cluster: Cluster, time: datetime) -> bool:
    """Whether a setting of a cluster is as it should not be."""
    return any(
        one.setting is setting
        and one.cluster == cluster
        and (one.begun is None or one.begun <= time)
        and not (one.ended and one.ended <= time)
        for one in FAULTS
    )


def stamp(time: datetime) -> str:
    """RFC 3339, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def known(*parts: object) -> str:
    """A GUID that is always the same for the same parts."""
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()
    return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))


@dataclass(frozen=True)
class Happened:
    """Something that was done to a cluster: what Resource Graph and the activity log have a record of."""

    time: datetime
    cluster: Cluster
    kind: str
    by: str
    what: tuple[tuple[str, str, str], ...] = ()

    @property
    def correlation(self) -> str:
        """What ties its records together."""
        return known("correlation", self.kind, self.cluster.name, self.time)


def happened() -> Iterator[Happened]:
    """Everything that was done to clusters within the period."""
    for cluster in CLUSTERS:
        if cluster.created:
            yield Happened(cluster.created, cluster, "Create", CREATED_BY[cluster])
        if cluster.deleted:
            yield Happened(cluster.deleted, cluster, "Delete", DELETED_BY[cluster])
    for one in FAULTS:
        good, wrong = ("true", "false") if one.setting.good else ("false", "true")
        if one.begun and one.begun_by:
            yield Happened(
                one.begun, one.cluster, "Update", one.begun_by, ((one.setting.property, good, wrong),)
            )
        if one.ended:
            yield Happened(
                one.ended, one.cluster, "Update", one.ended_by, ((one.setting.property, wrong, good),)
            )
    for cluster in (ORDERS, BILLING):  # what no control judges
        owners = ("tags.owner", "operations@fabrikam.example", "platform@fabrikam.example")
        yield Happened(at("11-11", "00:00:00"), cluster, "Update", OKAFOR, (owners,))


HAPPENED = tuple(sorted(happened(), key=lambda one: (one.time, one.cluster.name)))
