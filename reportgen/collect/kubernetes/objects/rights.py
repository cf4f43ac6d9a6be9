"""Service accounts, roles and their bindings."""

from __future__ import annotations

import msgspec

from reportgen.collect.kubernetes.objects.base import Kube, Metadata, Named, Reference, Selector


class ServiceAccount(Kube):
    """A service account."""

    metadata: Metadata | None = None
    automount_service_account_token: bool | None = None
    secrets: list[Named] | None = None
    image_pull_secrets: list[Named] | None = None


class PolicyRule(Kube):
    """What a role allows."""

    verbs: list[str] | None = None
    api_groups: list[str] | None = None
    resources: list[str] | None = None
    resource_names: list[str] | None = None
    non_resource_urls: list[str] | None = msgspec.field(name="nonResourceURLs", default=None)


class Role(Kube):
    """A role in a namespace."""

    metadata: Metadata | None = None
    rules: list[PolicyRule] | None = None


class Aggregation(Kube):
    """Which cluster roles a cluster role is put together from."""

    cluster_role_selectors: list[Selector] | None = None


class ClusterRole(Kube):
    """A role for the whole cluster."""

    metadata: Metadata | None = None
    rules: list[PolicyRule] | None = None
    aggregation_rule: Aggregation | None = None


class Binding(Kube):
    """A role binding or a cluster role binding."""

    metadata: Metadata | None = None
    subjects: list[Reference] | None = None
    role_ref: Reference | None = None
