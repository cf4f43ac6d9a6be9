"""Results of any size, without an estate: every status and cause, and names that try to do harm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from reportgen.model import (
    Access,
    AccessListing,
    Cause,
    CollectionMode,
    Control,
    Finding,
    Gap,
    Identity,
    Json,
    Observation,
    PackFacts,
    Results,
    ScopeReport,
    SourceSummary,
    Status,
    Subject,
    SubscriptionScope,
)
from reportgen.sources import SOURCES

AREAS = {
    "identity": 6, "api-server": 3, "network": 4, "nodes": 3, "patching": 6, "encryption": 3,
    "secrets": 2, "logging": 4, "governance": 1, "resilience": 6,
}  # fmt: skip
"""Areas of the real catalogue with the number of their controls: 38 in all."""

HOSTILE = (
    '<script>alert("x")</script>',
    "\u202eevil-rtl-override",
    "מארח-عربي-קבוצה",
    "prod 🚀 cluster",
    "n" * 200,
    "{{ 7*7 }} {% raw %}",
    '=cmd|"/c calc"!A1',
    "../../etc/passwd",
    "漢字クラスタ",
    "\x1b[31mred\x1b[0m",
)
IDENTITY = Identity(
    "9b1f0b52-1c1e-4b0f-9a30-2f4d8c4b7a11",
    "72f988bf-86f1-41af-91ab-2d7cd011db47",
    "c0ffee00-0000-4000-8000-000000000001",
)
_SEVERITIES = ("high", "medium", "low", "critical", "medium")
_OBSERVED: tuple[dict[str, Json], ...] = (
    {"Private API server": True},
    {"Channel": "None", "Version": "1.29.7"},
    {"Ranges": ["203.0.113.0/24", "0.0.0.0/0"], "Smallest prefix": 0, "Private": False},
    {"Setting": None},
    {"One": 1, "Two": None, "Three": float("nan"), "Four": {"b": None, "a": [1, 2]}},
)


def subscription_id(index: int) -> str:
    return f"11111111-2222-3333-4444-{index:012d}"


def results(
    clusters: int,
    mode: CollectionMode = CollectionMode.DEMO,
    *,
    hostile: bool = True,
    controls_an_area: int = 9,
) -> Results:
    """Results over so many clusters and 38 controls (or fewer); a third of the controls judge agent pools."""
    subjects = [_cluster(index, hostile) for index in range(clusters)]
    controls = tuple(
        _control(area, number)
        for area, size in AREAS.items()
        for number in range(min(size, controls_an_area))
    )
    observations = tuple(
        item for index, control in enumerate(controls) for item in _observations(index, control, subjects)
    )
    subscriptions = max(2, min(8, clusters // 20 + 2))
    return Results(
        facts=_facts(mode, hostile),
        scope=_scope(subscriptions, clusters),
        controls=controls,
        findings=tuple(_finding(control.id, observations) for control in controls),
        observations=observations,
        gaps=_gaps(subjects, subscriptions),
        sources=tuple(_source(index, mode) for index in range(len(SOURCES))),
        subscription_names={
            subscription_id(index): f"sub-platform-{index}" for index in range(subscriptions - 1)
        },
        notes=(
            "Versions were judged by the shipped table of 2026-11-01 where a region's list was not read.",
        ),
        access=tuple(_access(index, subject) for index, subject in enumerate(subjects)),
    )


def few(base: Results, controls: int = 3) -> Results:
    """The same with its first controls only, for tests that need a PDF soon."""
    kept = {control.id for control in base.controls[:controls]}
    return replace(
        base,
        controls=base.controls[:controls],
        findings=base.findings[:controls],
        observations=tuple(item for item in base.observations if item.control in kept),
    )


def clean(clusters: int = 1) -> Results:
    """Everything satisfied and complete, collected from Azure."""
    base = results(clusters, CollectionMode.AZURE, hostile=False)
    observations = tuple(
        Observation(
            item.control,
            item.subject,
            Status.SATISFIED,
            {"Value": "as wanted"},
            "",
            item.evidence,
        )
        for item in base.observations
    )
    lines = tuple(line for line in base.scope.subscriptions if line.collected)
    return Results(
        facts=base.facts,
        scope=ScopeReport(base.scope.expected_from, (), lines),
        controls=base.controls,
        findings=tuple(_finding(control.id, observations) for control in base.controls),
        observations=observations,
        gaps=(),
        sources=base.sources,
        subscription_names=base.subscription_names,
        access=base.access,
    )


def _facts(mode: CollectionMode, hostile: bool) -> PackFacts:
    return PackFacts(
        pack_id="3f9a1c77e2b4",
        entity="Contoso <b>Energy</b> & Søns Ελλάς" if hostile else "Contoso Energy",
        engagement="ISAE 3402 review of the container platform",
        period_start="2026-10-01",
        period_end="2026-12-31",
        as_of="2026-11-15T06:00:00Z",
        collected_from="2026-11-15T06:00:00Z",
        collected_to="2026-11-15T06:07:31Z",
        collection_mode=mode,
        classification="Confidential",
        tool_version="0.1.0",
        catalogue_sha256="c" * 64,
        snapshot="20261115T060000Z",
        snapshot_sha256="5" * 64,
        identity=IDENTITY,
        host="runner-7f",
        templates_sha256="7" * 64,
    )


def _cluster(index: int, hostile: bool) -> Subject:
    name = HOSTILE[index % 30] if hostile and index % 30 < len(HOSTILE) else f"aks-payments-weu-{index:03d}"
    subscription = subscription_id(index % max(1, 1 + index // 20))
    arm = (
        f"/subscriptions/{subscription}/resourceGroups/rg-{'long-' * 8 if index % 7 == 0 else ''}{index}"
        f"/providers/Microsoft.ContainerService/managedClusters/{name}"
    )
    return Subject(arm, "cluster", name, name, arm, subscription)


def _access(index: int, subject: Subject) -> AccessListing:
    """A system binding, a group of Entra ID, and a user and a binding with the cluster's own odd name."""
    group, whole = "Group/0f9b7c35-8a12-4d6e-b340-96e1d27f5a08", "whole cluster"
    azure = f"/subscriptions/{subject.subscription}"
    rows = (
        Access(group, "assigns-roles", whole, "azure", "Owner", azure, eligible=True),
        Access(group, "changes-cluster", whole, "azure", "Owner", azure, eligible=True),
        Access(
            "Group/system:masters", "cluster-admin", whole, "kubernetes", "cluster-admin", whole, system=True
        ),
        Access(f"User/{subject.name}", "execs-pods", "shop", "kubernetes", subject.name, "shop"),
        Access(f"User/{subject.name}", "reads-secrets", "shop", "kubernetes", subject.name, "shop"),
    )
    unread = ("Role bindings, Kubernetes API: HTTP 403.",) if index % 4 == 3 else ()
    return AccessListing(subject, rows, unread)


def _control(area: str, number: int) -> Control:
    pools = area in {"nodes", "resilience"}
    return Control(
        id=f"{area}-setting-{number}-is-as-wanted",
        title=f"The {area} setting number {number} of every {'pool' if pools else 'cluster'} is as wanted",
        area=area,
        severity=_SEVERITIES[(number + len(area)) % len(_SEVERITIES)],
        subject="agent-pool" if pools else "cluster",
        method="automated",
        objective="Keeps the platform’s workloads apart from those who have no business with them.",
        test_procedure="Read the setting from the cluster's own body in Resource Manager and compare it with "
        "the wanted value; a setting that is absent is judged as Azure behaves when it is absent. "
        "To re-perform, run az aks show -g <resource-group> -n <cluster> --query setting and az aks list",
        needs=("arm.managed-clusters", "arm.diagnostic-settings")
        if area == "logging"
        else ("arm.managed-clusters",),
        check="true",
        observe=dict.fromkeys(_OBSERVED[number % len(_OBSERVED)], "''"),
        remediation_text="Turn the setting on. Nodes are not restarted by it.",
        remediation_cli="az aks update --resource-group <group> --name <cluster> --enable-the-setting",
        references=(
            "https://learn.microsoft.com/azure/aks/concepts-security",
            "CIS AKS Benchmark 5.1",
        ),
        covers=("PC-035",),
        property_since="2021-05-01",
        tests=(),
        parameters={"max_age_days": 90, "engines": ["azure", "calico", "cilium"]} if number % 3 == 0 else {},
    )


def _observations(index: int, control: Control, clusters: list[Subject]) -> Iterator[Observation]:
    for place, cluster in enumerate(clusters):
        if control.subject == "cluster":
            yield _observation(index, place, control, cluster)
            continue
        for pool in ("system", "user1"):
            subject = Subject(
                f"{cluster.id}/agentPools/{pool}",
                "agent-pool",
                pool,
                cluster.name,
                cluster.id,
                cluster.subscription,
            )
            yield _observation(index, place, control, subject)


def _observation(index: int, place: int, control: Control, subject: Subject) -> Observation:
    # A control in five is satisfied throughout, one in nineteen applies to nothing.
    turn = (index * 7 + place * 3) % 11 if index % 5 else 8
    status, cause, reason = Status.SATISFIED, None, ""
    if index % 19 == 18:
        status, reason = Status.NOT_APPLICABLE, "The cluster has no public endpoint."
    elif turn < 3:
        status, reason = (
            Status.NOT_SATISFIED,
            "The setting is absent, and Azure then leaves it off.",
        )
    elif turn == 3:
        status = Status.NOT_ASSESSED
        cause = tuple(Cause)[(index + place) % len(Cause)]
        reason = "Diagnostic settings of a cluster: HTTP 403 AuthorizationFailed."
    elif turn == 4:
        status, reason = (
            Status.NOT_APPLICABLE,
            "The add-on is not there, so there is nothing to rotate.",
        )
    page = f"evidence/20261115T060000Z/arm.managed-clusters/{subject.subscription}/page-0001.json"
    observed = {} if status in {Status.NOT_ASSESSED, Status.NOT_APPLICABLE} else dict(
        _OBSERVED[int(control.id.split("-setting-")[1][0]) % len(_OBSERVED)]
    )  # fmt: skip
    return Observation(
        control.id, subject, status, observed, reason, (f"{page}#/value/{place}",), cause,
        "W-7 until 2027-01-31" if turn == 1 and place % 4 == 0 else None,
    )  # fmt: skip


def _finding(control: str, observations: tuple[Observation, ...]) -> Finding:
    mine = [item for item in observations if item.control == control]
    count = Counter(item.status for item in mine)
    status = next(
        (status for status in (Status.NOT_SATISFIED, Status.NOT_ASSESSED, Status.SATISFIED) if count[status]),
        Status.NOT_APPLICABLE if mine else Status.NOT_ASSESSED,
    )
    return Finding(
        control, status, len(mine), count[Status.SATISFIED], count[Status.NOT_SATISFIED],
        count[Status.NOT_ASSESSED], count[Status.NOT_APPLICABLE],
        sum(item.waiver is not None and item.status is Status.NOT_SATISFIED for item in mine),
    )  # fmt: skip


def _scope(subscriptions: int, clusters: int) -> ScopeReport:
    share = clusters // max(1, subscriptions - 1)
    read = tuple(
        SubscriptionScope(
            subscription_id(index),
            f"sub-platform-{index}",
            True,
            True,
            True,
            share,
            share,
            "",
        )
        for index in range(subscriptions - 1)
    )
    unread = SubscriptionScope(
        subscription_id(99), "", True, False, False, 0, 0,
        "Expected, but not visible to the collector's identity: nothing in it was assessed.",
    )  # fmt: skip
    return ScopeReport(
        "the subscriptions that the engagement names.",
        ("corp", "corp-online"),
        (*read, unread),
    )


def _gaps(subjects: list[Subject], subscriptions: int) -> tuple[Gap, ...]:
    denied = (
        Gap("arm.subscriptions", subscription_id(99), subscription_id(99), "denied",
            "The identity cannot see this subscription. Needed: Microsoft.Resources/subscriptions/read."),
    )  # fmt: skip
    return denied + tuple(
        Gap(
            "arm.diagnostic-settings",
            subject.id,
            subject.name,
            "denied",
            "HTTP 403 AuthorizationFailed.",
        )
        for subject in subjects[::4]
    )


def _source(index: int, mode: CollectionMode) -> SourceSummary:
    source = SOURCES[index]
    endpoint = "https://management.azure.com" if mode is CollectionMode.AZURE else "https://localhost:7443"
    graph = source.name.startswith("arg.")
    return SourceSummary(
        source=source.name,
        title=source.title,
        query="resources\n| where type =~ 'microsoft.containerservice/managedclusters'\n| order by id asc"
        if graph
        else "",
        url=f"{endpoint}/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01"
        if graph
        else f"{endpoint}/subscriptions/{subscription_id(0)}/providers/Microsoft.ContainerService/"
        "managedClusters?api-version=2025-10-01",
        parameters={
            "subscriptions": [subscription_id(n) for n in range(30)],
            "$top": 1000,
        }
        if graph
        else {},
        api_versions=("2022-10-01" if graph else "2025-10-01",),
        endpoint=endpoint,
        identity=IDENTITY,
        started_at="2026-11-15T06:00:00Z",
        ended_at="2026-11-15T06:00:09Z",
        pages=3,
        rows=41,
        closing_count=None,
        total_records=41 if graph else None,
        truncated=False if graph else None,
        request_ids=("x-ms-request-id: 0d3c2f70-5f86-4a1c-8f0e-0a3a55f1a001",),
        path=source.name,
        pages_sha256="a" * 64,
        gaps=index % 2,
    )
