"""Network policies of Kubernetes, services, ingresses, gateways and routes."""

from __future__ import annotations

import msgspec

from reportgen.collect.kubernetes.objects.base import Kube, Metadata, Reference, Selector


class IpBlock(Kube):
    """A range of addresses."""

    cidr: str | None = None
    excluded: list[str] | None = msgspec.field(name="except", default=None)


class Peer(Kube):
    """Whom a rule is about."""

    pod_selector: Selector | None = None
    namespace_selector: Selector | None = None
    ip_block: IpBlock | None = None


class PolicyPort(Kube):
    """A port, or a range of ports."""

    port: int | str | None = None
    end_port: int | None = None
    protocol: str | None = None


class IngressRule(Kube):
    """What may come in; without ``from`` it is everybody."""

    senders: list[Peer] | None = msgspec.field(name="from", default=None)
    ports: list[PolicyPort] | None = None


class EgressRule(Kube):
    """What may go out; without ``to`` it is to everywhere."""

    to: list[Peer] | None = None
    ports: list[PolicyPort] | None = None


class NetworkPolicySpec(Kube):
    """Of a network policy."""

    pod_selector: Selector | None = None
    policy_types: list[str] | None = None
    ingress: list[IngressRule] | None = None
    egress: list[EgressRule] | None = None


class NetworkPolicy(Kube):
    """A network policy."""

    metadata: Metadata | None = None
    spec: NetworkPolicySpec | None = None


class ServicePort(Kube):
    """A port of a service."""

    name: str | None = None
    port: int | None = None
    target_port: int | str | None = None
    node_port: int | None = None
    protocol: str | None = None
    app_protocol: str | None = None


class ServiceSpec(Kube):
    """Of a service."""

    type: str | None = None
    cluster_ip: str | None = msgspec.field(name="clusterIP", default=None)
    external_ips: list[str] | None = msgspec.field(name="externalIPs", default=None)
    external_name: str | None = None
    external_traffic_policy: str | None = None
    load_balancer_ip: str | None = msgspec.field(name="loadBalancerIP", default=None)
    load_balancer_class: str | None = None
    load_balancer_source_ranges: list[str] | None = None
    selector: dict[str, str] | None = None
    ports: list[ServicePort] | None = None


class Address(Kube):
    """Where a load balancer answers."""

    ip: str | None = None
    hostname: str | None = None


class LoadBalancer(Kube):
    """Addresses that a load balancer has."""

    ingress: list[Address] | None = None


class LoadBalanced(Kube):
    """How a service or an ingress is."""

    load_balancer: LoadBalancer | None = None


class Service(Kube):
    """A service."""

    metadata: Metadata | None = None
    spec: ServiceSpec | None = None
    status: LoadBalanced | None = None


class BackendPort(Kube):
    """A port of a service, by number or by name."""

    number: int | None = None
    name: str | None = None


class BackendService(Kube):
    """The service behind a path."""

    name: str | None = None
    port: BackendPort | None = None


class Backend(Kube):
    """What is behind a path."""

    service: BackendService | None = None
    resource: Reference | None = None


class IngressPath(Kube):
    """A path of a host."""

    path: str | None = None
    path_type: str | None = None
    backend: Backend | None = None


class IngressPaths(Kube):
    """The paths of a host."""

    paths: list[IngressPath] | None = None


class HostRule(Kube):
    """A host; without one the rule is for all."""

    host: str | None = None
    http: IngressPaths | None = None


class IngressTls(Kube):
    """For which hosts TLS ends here, with which secret's certificate."""

    hosts: list[str] | None = None
    secret_name: str | None = None


class IngressSpec(Kube):
    """Of an ingress."""

    ingress_class_name: str | None = None
    default_backend: Backend | None = None
    tls: list[IngressTls] | None = None
    rules: list[HostRule] | None = None


class Ingress(Kube):
    """An ingress."""

    metadata: Metadata | None = None
    spec: IngressSpec | None = None
    status: LoadBalanced | None = None


class GatewayTls(Kube):
    """Where TLS ends, and with which certificates."""

    mode: str | None = None
    certificate_refs: list[Reference] | None = None


class Listener(Kube):
    """A listener of a gateway."""

    name: str | None = None
    hostname: str | None = None
    port: int | None = None
    protocol: str | None = None
    tls: GatewayTls | None = None


class TypedAddress(Kube):
    """An address and what kind it is of."""

    type: str | None = None
    value: str | None = None


class GatewaySpec(Kube):
    """Of a gateway."""

    gateway_class_name: str | None = None
    listeners: list[Listener] | None = None
    addresses: list[TypedAddress] | None = None


class GatewayStatus(Kube):
    """Where a gateway answers."""

    addresses: list[TypedAddress] | None = None


class Gateway(Kube):
    """A gateway."""

    metadata: Metadata | None = None
    spec: GatewaySpec | None = None
    status: GatewayStatus | None = None


class ParentReference(Kube):
    """The gateway that a route is for."""

    group: str | None = None
    kind: str | None = None
    name: str | None = None
    namespace: str | None = None
    section_name: str | None = None


class RouteBackend(Kube):
    """Where a route leads."""

    kind: str | None = None
    name: str | None = None
    namespace: str | None = None
    port: int | None = None


class RouteRule(Kube):
    """One rule of a route, without its matches and filters."""

    backend_refs: list[RouteBackend] | None = None


class HttpRouteSpec(Kube):
    """Of a route."""

    hostnames: list[str] | None = None
    parent_refs: list[ParentReference] | None = None
    rules: list[RouteRule] | None = None


class HttpRoute(Kube):
    """A route of the Gateway API."""

    metadata: Metadata | None = None
    spec: HttpRouteSpec | None = None
