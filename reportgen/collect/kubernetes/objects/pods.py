"""Pods and the templates of pods. Commands, arguments and literal environment values are not declared."""

from __future__ import annotations

import msgspec

from reportgen.collect.kubernetes.objects.base import Kube, Metadata, Named, Present
from reportgen.collect.kubernetes.objects.volumes import Volume


class Profile(Kube):
    """A seccomp or AppArmor profile."""

    type: str | None = None
    localhost_profile: str | None = None


class SeLinux(Kube):
    """SELinux options."""

    user: str | None = None
    role: str | None = None
    type: str | None = None
    level: str | None = None


class Windows(Kube):
    """Windows options."""

    host_process: bool | None = None
    run_as_user_name: str | None = None
    gmsa_credential_spec_name: str | None = None


class Sysctl(Kube):
    """A sysctl, by name."""

    name: str | None = None


class PodSecurityContext(Kube):
    """What all containers of a pod have unless they say otherwise."""

    run_as_non_root: bool | None = None
    run_as_user: int | None = None
    run_as_group: int | None = None
    fs_group: int | None = None
    supplemental_groups: list[int] | None = None
    seccomp_profile: Profile | None = None
    app_armor_profile: Profile | None = None
    se_linux_options: SeLinux | None = None
    windows_options: Windows | None = None
    sysctls: list[Sysctl] | None = None


class Capabilities(Kube):
    """Capabilities added and dropped."""

    add: list[str] | None = None
    drop: list[str] | None = None


class SecurityContext(Kube):
    """A container's own."""

    privileged: bool | None = None
    allow_privilege_escalation: bool | None = None
    read_only_root_filesystem: bool | None = None
    run_as_non_root: bool | None = None
    run_as_user: int | None = None
    run_as_group: int | None = None
    proc_mount: str | None = None
    capabilities: Capabilities | None = None
    seccomp_profile: Profile | None = None
    app_armor_profile: Profile | None = None
    se_linux_options: SeLinux | None = None
    windows_options: Windows | None = None


class KeyReference(Kube):
    """One key of a secret or a config map."""

    name: str | None = None
    key: str | None = None
    optional: bool | None = None


class ValueSource(Kube):
    """Where an environment variable's value comes from, if it is not literal."""

    secret_key_ref: KeyReference | None = None
    config_map_key_ref: KeyReference | None = None
    field_ref: Present | None = None
    resource_field_ref: Present | None = None
    file_key_ref: Present | None = None


class Variable(Kube):
    """An environment variable; without ``valueFrom`` its value is literal, and not read."""

    name: str | None = None
    value_from: ValueSource | None = None


class WholeReference(Kube):
    """A whole secret or config map; where it is optional a pod starts without it."""

    name: str | None = None
    optional: bool | None = None


class VariableSource(Kube):
    """All keys of a secret or a config map as environment variables."""

    prefix: str | None = None
    secret_ref: WholeReference | None = None
    config_map_ref: WholeReference | None = None


class Port(Kube):
    """A port of a container."""

    name: str | None = None
    container_port: int | None = None
    host_port: int | None = None
    host_ip: str | None = msgspec.field(name="hostIP", default=None)
    protocol: str | None = None


class Resources(Kube):
    """Requests and limits."""

    limits: dict[str, str | int | float] | None = None
    requests: dict[str, str | int | float] | None = None


class Mount(Kube):
    """Where a volume is mounted."""

    name: str | None = None
    mount_path: str | None = None
    sub_path: str | None = None
    read_only: bool | None = None


class Container(Kube):
    """A container; of probes it is said that they are there."""

    name: str | None = None
    image: str | None = None
    image_pull_policy: str | None = None
    restart_policy: str | None = None
    ports: list[Port] | None = None
    env: list[Variable] | None = None
    env_from: list[VariableSource] | None = None
    resources: Resources | None = None
    volume_mounts: list[Mount] | None = None
    security_context: SecurityContext | None = None
    liveness_probe: Present | None = None
    readiness_probe: Present | None = None
    startup_probe: Present | None = None


class Toleration(Kube):
    """A taint that is tolerated."""

    key: str | None = None
    operator: str | None = None
    value: str | None = None
    effect: str | None = None


class Affinity(Kube):
    """Which kinds of affinity are set."""

    node_affinity: Present | None = None
    pod_affinity: Present | None = None
    pod_anti_affinity: Present | None = None


class Spread(Kube):
    """A topology spread constraint."""

    topology_key: str | None = None
    when_unsatisfiable: str | None = None
    max_skew: int | None = None


class OperatingSystem(Kube):
    """Which system a pod is for."""

    name: str | None = None


class PodSpec(Kube):
    """What a pod asks for."""

    service_account_name: str | None = None
    automount_service_account_token: bool | None = None
    host_pid: bool | None = msgspec.field(name="hostPID", default=None)
    host_ipc: bool | None = msgspec.field(name="hostIPC", default=None)
    host_network: bool | None = None
    host_users: bool | None = None
    share_process_namespace: bool | None = None
    runtime_class_name: str | None = None
    priority_class_name: str | None = None
    node_name: str | None = None
    node_selector: dict[str, str] | None = None
    os: OperatingSystem | None = None
    tolerations: list[Toleration] | None = None
    affinity: Affinity | None = None
    topology_spread_constraints: list[Spread] | None = None
    image_pull_secrets: list[Named] | None = None
    security_context: PodSecurityContext | None = None
    containers: list[Container] | None = None
    init_containers: list[Container] | None = None
    ephemeral_containers: list[Container] | None = None
    volumes: list[Volume] | None = None


class ContainerStatus(Kube):
    """Which image runs."""

    name: str | None = None
    image: str | None = None
    image_id: str | None = msgspec.field(name="imageID", default=None)


class PodStatus(Kube):
    """How a pod is."""

    phase: str | None = None
    container_statuses: list[ContainerStatus] | None = None
    init_container_statuses: list[ContainerStatus] | None = None
    ephemeral_container_statuses: list[ContainerStatus] | None = None


class Pod(Kube):
    """A pod."""

    metadata: Metadata | None = None
    spec: PodSpec | None = None
    status: PodStatus | None = None


class Template(Kube):
    """The pod that a workload makes."""

    metadata: Metadata | None = None
    spec: PodSpec | None = None
