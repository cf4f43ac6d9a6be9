"""What makes pods."""

from __future__ import annotations

from reportgen.collect.kubernetes.objects.base import Kube, Metadata, Selector
from reportgen.collect.kubernetes.objects.pods import Template


class Strategy(Kube):
    """How an update is rolled out, by its name."""

    type: str | None = None


class DeploymentSpec(Kube):
    """Of a deployment."""

    replicas: int | None = None
    paused: bool | None = None
    selector: Selector | None = None
    strategy: Strategy | None = None
    template: Template | None = None


class ReplicaStatus(Kube):
    """How many replicas there are."""

    replicas: int | None = None
    ready_replicas: int | None = None
    available_replicas: int | None = None
    updated_replicas: int | None = None


class Deployment(Kube):
    """A deployment."""

    metadata: Metadata | None = None
    spec: DeploymentSpec | None = None
    status: ReplicaStatus | None = None


class DaemonSetSpec(Kube):
    """Of a daemon set."""

    selector: Selector | None = None
    update_strategy: Strategy | None = None
    template: Template | None = None


class DaemonSetStatus(Kube):
    """On how many nodes it runs."""

    desired_number_scheduled: int | None = None
    current_number_scheduled: int | None = None
    updated_number_scheduled: int | None = None
    number_ready: int | None = None
    number_available: int | None = None


class DaemonSet(Kube):
    """A daemon set."""

    metadata: Metadata | None = None
    spec: DaemonSetSpec | None = None
    status: DaemonSetStatus | None = None


class StatefulSetSpec(Kube):
    """Of a stateful set."""

    replicas: int | None = None
    service_name: str | None = None
    selector: Selector | None = None
    update_strategy: Strategy | None = None
    template: Template | None = None


class StatefulSet(Kube):
    """A stateful set."""

    metadata: Metadata | None = None
    spec: StatefulSetSpec | None = None
    status: ReplicaStatus | None = None


class JobSpec(Kube):
    """Of a job."""

    parallelism: int | None = None
    completions: int | None = None
    suspend: bool | None = None
    template: Template | None = None


class JobStatus(Kube):
    """How far a job is."""

    active: int | None = None
    succeeded: int | None = None
    failed: int | None = None
    start_time: str | None = None
    completion_time: str | None = None


class Job(Kube):
    """A job."""

    metadata: Metadata | None = None
    spec: JobSpec | None = None
    status: JobStatus | None = None


class JobTemplate(Kube):
    """The job that a cron job makes."""

    metadata: Metadata | None = None
    spec: JobSpec | None = None


class CronJobSpec(Kube):
    """Of a cron job."""

    schedule: str | None = None
    suspend: bool | None = None
    concurrency_policy: str | None = None
    job_template: JobTemplate | None = None


class CronJobStatus(Kube):
    """When it ran."""

    last_schedule_time: str | None = None
    last_successful_time: str | None = None


class CronJob(Kube):
    """A cron job."""

    metadata: Metadata | None = None
    spec: CronJobSpec | None = None
    status: CronJobStatus | None = None
