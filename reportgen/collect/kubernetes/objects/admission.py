"""Webhooks, admission policies and Gatekeeper's constraints."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from reportgen.collect.kubernetes.objects.base import Kube, Metadata, Present, Reference, Selector


class WebhookService(Kube):
    """The service that is asked."""

    name: str | None = None
    namespace: str | None = None
    port: int | None = None


class ClientConfig(Kube):
    """Who is asked; of a URL only scheme and host are kept, by run command nothing but that there is one."""

    service: WebhookService | None = None
    url: Annotated[str | None, msgspec.Meta(extra={"remote": False})] = None

    def __post_init__(self) -> None:
        if self.url:
            parts = urlsplit(self.url)
            self.url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


class Operations(Kube):
    """Which requests something is about."""

    api_groups: list[str] | None = None
    api_versions: list[str] | None = None
    operations: list[str] | None = None
    resources: list[str] | None = None
    resource_names: list[str] | None = None
    scope: str | None = None


class Named(Kube):
    """A condition, by its name."""

    name: str | None = None


class Webhook(Kube):
    """One webhook."""

    name: str | None = None
    client_config: ClientConfig | None = None
    failure_policy: str | None = None
    match_policy: str | None = None
    side_effects: str | None = None
    reinvocation_policy: str | None = None
    timeout_seconds: int | None = None
    namespace_selector: Selector | None = None
    object_selector: Selector | None = None
    match_conditions: list[Named] | None = None
    rules: list[Operations] | None = None


class WebhookConfiguration(Kube):
    """A validating or mutating webhook configuration."""

    metadata: Metadata | None = None
    webhooks: list[Webhook] | None = None


class Matched(Kube):
    """What a policy is about."""

    namespace_selector: Selector | None = None
    object_selector: Selector | None = None
    resource_rules: list[Operations] | None = None
    exclude_resource_rules: list[Operations] | None = None
    match_policy: str | None = None


class ParameterKind(Kube):
    """What kind of object holds a policy's parameters."""

    api_version: str | None = None
    kind: str | None = None


class AdmissionPolicySpec(Kube):
    """Of a policy; its expressions are counted and not read."""

    failure_policy: str | None = None
    match_constraints: Matched | None = None
    match_conditions: list[Named] | None = None
    param_kind: ParameterKind | None = None
    validations: list[Present] | None = None
    audit_annotations: list[Present] | None = None


class AdmissionPolicy(Kube):
    """A validating admission policy."""

    metadata: Metadata | None = None
    spec: AdmissionPolicySpec | None = None


class AdmissionPolicyBindingSpec(Kube):
    """Of a binding."""

    policy_name: str | None = None
    validation_actions: list[str] | None = None
    match_resources: Matched | None = None
    param_ref: Reference | None = None


class AdmissionPolicyBinding(Kube):
    """A binding of a validating admission policy."""

    metadata: Metadata | None = None
    spec: AdmissionPolicyBindingSpec | None = None


class ConstraintKinds(Kube):
    """Kinds that a constraint is about."""

    api_groups: list[str] | None = None
    kinds: list[str] | None = None


class ConstraintMatch(Kube):
    """What a constraint is about."""

    kinds: list[ConstraintKinds] | None = None
    namespaces: list[str] | None = None
    excluded_namespaces: list[str] | None = None
    namespace_selector: Selector | None = None
    label_selector: Selector | None = None


class ConstraintSpec(Kube):
    """Of a constraint, without its parameters."""

    enforcement_action: str | None = None
    match: ConstraintMatch | None = None


class Violation(Kube):
    """One object that violates a constraint, without the message."""

    kind: str | None = None
    namespace: str | None = None
    name: str | None = None
    enforcement_action: str | None = None


class ConstraintStatus(Kube):
    """What the last audit found; Gatekeeper lists the first violations and counts all."""

    audit_timestamp: str | None = None
    total_violations: int | None = None
    violations: list[Violation] | None = None


class Name(Kube):
    """Metadata of which the name is enough."""

    name: str | None = None
    creation_timestamp: str | None = None


class Constraint(Kube):
    """A constraint of Gatekeeper, of whatever kind."""

    kind: str | None = None
    metadata: Name | None = None
    spec: ConstraintSpec | None = None
    status: ConstraintStatus | None = None
