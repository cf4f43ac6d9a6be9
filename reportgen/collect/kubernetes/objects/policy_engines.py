"""Network policies of Cilium and Calico. What they say about HTTP (paths, headers) is not declared."""

from __future__ import annotations

import msgspec

from reportgen.collect.kubernetes.objects.base import Kube, Metadata, Present, Selector


class CidrSet(Kube):
    """A range of addresses and what of it is left out."""

    cidr: str | None = None
    excluded: list[str] | None = msgspec.field(name="except", default=None)
    cidr_group_ref: str | None = None


class DnsName(Kube):
    """A name that may be reached."""

    match_name: str | None = None
    match_pattern: str | None = None


class CiliumPort(Kube):
    """A port."""

    port: str | int | None = None
    end_port: int | None = None
    protocol: str | None = None


class CiliumPorts(Kube):
    """Ports of a rule."""

    ports: list[CiliumPort] | None = None


class CiliumIngress(Kube):
    """What may, or may not, come in."""

    from_endpoints: list[Selector] | None = None
    from_entities: list[str] | None = None
    from_cidr: list[str] | None = msgspec.field(name="fromCIDR", default=None)
    from_cidr_set: list[CidrSet] | None = msgspec.field(name="fromCIDRSet", default=None)
    from_nodes: list[Selector] | None = None
    to_ports: list[CiliumPorts] | None = None


class CiliumEgress(Kube):
    """What may, or may not, go out."""

    to_endpoints: list[Selector] | None = None
    to_entities: list[str] | None = None
    to_cidr: list[str] | None = msgspec.field(name="toCIDR", default=None)
    to_cidr_set: list[CidrSet] | None = msgspec.field(name="toCIDRSet", default=None)
    to_fqdns: list[DnsName] | None = msgspec.field(name="toFQDNs", default=None)
    to_nodes: list[Selector] | None = None
    to_services: list[Present] | None = None
    to_ports: list[CiliumPorts] | None = None


class DefaultDeny(Kube):
    """Whether what no rule allows is denied."""

    ingress: bool | None = None
    egress: bool | None = None


class CiliumRule(Kube):
    """For whom, and what may come in and go out."""

    endpoint_selector: Selector | None = None
    node_selector: Selector | None = None
    enable_default_deny: DefaultDeny | None = None
    ingress: list[CiliumIngress] | None = None
    ingress_deny: list[CiliumIngress] | None = None
    egress: list[CiliumEgress] | None = None
    egress_deny: list[CiliumEgress] | None = None


class CiliumNetworkPolicy(Kube):
    """A policy of Cilium, of a namespace or cluster-wide."""

    metadata: Metadata | None = None
    spec: CiliumRule | None = None
    specs: list[CiliumRule] | None = None


class CalicoPeer(Kube):
    """Whom a rule of Calico is about; selectors are its own expressions."""

    nets: list[str] | None = None
    not_nets: list[str] | None = None
    selector: str | None = None
    not_selector: str | None = None
    namespace_selector: str | None = None
    domains: list[str] | None = None
    ports: list[int | str] | None = None
    not_ports: list[int | str] | None = None


class CalicoRule(Kube):
    """One rule of Calico."""

    action: str | None = None
    protocol: str | int | None = None
    source: CalicoPeer | None = None
    destination: CalicoPeer | None = None


class CalicoSpec(Kube):
    """Of a policy of Calico."""

    tier: str | None = None
    order: float | None = None
    selector: str | None = None
    namespace_selector: str | None = None
    service_account_selector: str | None = None
    types: list[str] | None = None
    ingress: list[CalicoRule] | None = None
    egress: list[CalicoRule] | None = None


class CalicoNetworkPolicy(Kube):
    """A policy of Calico, of a namespace or global."""

    metadata: Metadata | None = None
    spec: CalicoSpec | None = None
