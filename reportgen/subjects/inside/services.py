"""Services: who can reach them from outside the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.subjects.inside.addresses import all_private, balanced, everybody
from reportgen.subjects.inside.interface import Found, Kind, Objects, found

_ANNOTATION = "service.beta.kubernetes.io/"
_RANGES = ("azure-allowed-ip-ranges", "load-balancer-source-ranges")
_TAGS = "azure-allowed-service-tags"
_EVERYBODY = "internet"
"""The service tag that stands for every public address."""


def _build(objects: Objects) -> Iterator[Found]:
    for service, pointer in objects.of("k8s.services"):
        yield found("service", service, (pointer,), _derived(service))


def _derived(service: Json) -> dict[str, Json]:
    public = is_public(service)
    ranges = source_ranges(service)
    return {
        "type": kind_of(service),
        "internal": asks_internal(service),
        "public": public,
        "external_ips": list(at(service, "spec", "externalIPs") or []),
        "node_ports": node_ports(service),
        "ports": [at(port, "port") for port in at(service, "spec", "ports") or [] if at(port, "port")],
        "source_ranges": ranges,
        "open_to_all": None if public is None else public and (not ranges or is_open(ranges)),
        "addresses": balanced(service),
    }


def kind_of(service: Json) -> str:
    """The type; ``ClusterIP`` where none is set."""
    return str(at(service, "spec", "type") or "ClusterIP")


def _annotation(service: Json, name: str) -> str:
    return str(at(service, "metadata", "annotations", _ANNOTATION + name) or "")


def asks_internal(service: Json) -> bool:
    """Whether Azure is asked for an internal load balancer: its controller takes the word ``true`` only.

    (Source: cloud-provider-azure compares the annotation with "true", casing included.)
    """
    return _annotation(service, "azure-load-balancer-internal") == "true"


def is_public(service: Json) -> bool | None:
    """Whether a load balancer with a public address is asked for.

    With ``loadBalancerClass`` it is not Azure's controller that answers: the addresses given decide, and None
    where they cannot.
    """
    if kind_of(service) != "LoadBalancer":
        return False
    if at(service, "spec", "loadBalancerClass"):
        private = all_private(balanced(service))
        return None if private is None else not private
    return not asks_internal(service)


def node_ports(service: Json) -> list[int]:
    """The ports opened on every node, of a service whose type is NodePort."""
    if kind_of(service) != "NodePort":
        return []
    ports = (at(port, "nodePort") for port in at(service, "spec", "ports") or [])
    return [port for port in ports if port]


def source_ranges(service: Json) -> list[str]:
    """The ranges and service tags from which a load balancer takes traffic; empty means from everywhere."""
    annotated = (_annotation(service, name).split(",") for name in (*_RANGES, _TAGS))
    listed = at(service, "spec", "loadBalancerSourceRanges") or []
    return [text.strip() for text in [*listed, *(one for some in annotated for one in some)] if text.strip()]


def is_open(ranges: list[str]) -> bool:
    """Whether a range or service tag lets everybody in."""
    tags = [text for text in ranges if text[0].isalpha() and ":" not in text]
    return _EVERYBODY in (tag.lower() for tag in tags) or everybody(set(ranges) - set(tags))


SERVICE = Kind(
    name="service",
    many="services",
    sources=("k8s.services",),
    derived={
        "type": (),
        "internal": (),
        "public": (),
        "external_ips": (),
        "node_ports": (),
        "ports": (),
        "source_ranges": (),
        "open_to_all": (),
        "addresses": (),
    },
    build=_build,
)
