"""Gateways: listeners, their hosts and TLS, and where they are reached."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.subjects.inside.addresses import all_private
from reportgen.subjects.inside.interface import Found, Kind, Objects, found, named

_ENCRYPTED = ("HTTPS", "TLS")


def _build(objects: Objects) -> Iterator[Found]:
    for gateway, pointer in objects.of("k8s.gateways"):
        yield found(
            "gateway",
            gateway,
            (pointer,),
            {
                "class": str(at(gateway, "spec", "gatewayClassName") or ""),
                "listeners_without_tls": listeners_without_tls(gateway),
                "wide_listeners": wide_listeners(gateway),
                "addresses": addresses(gateway),
                "private": all_private(addresses(gateway)),
                "routes": routes(objects, gateway) if objects.known("k8s.http-routes") else None,
            },
        )


def _listeners(gateway: Json) -> list[Json]:
    return list(at(gateway, "spec", "listeners") or [])


def listeners_without_tls(gateway: Json) -> list[str]:
    """Names of the listeners that take requests in clear."""
    return [
        str(at(listener, "name") or "")
        for listener in _listeners(gateway)
        if str(at(listener, "protocol") or "").upper() not in _ENCRYPTED
    ]


def wide_listeners(gateway: Json) -> list[str]:
    """Names of the listeners that take any host, or any host below a domain."""
    return [
        str(at(listener, "name") or "")
        for listener in _listeners(gateway)
        if not at(listener, "hostname") or str(at(listener, "hostname")).startswith("*")
    ]


def addresses(gateway: Json) -> list[str]:
    """The addresses that the gateway was given."""
    return [str(at(one, "value") or "") for one in at(gateway, "status", "addresses") or []]


def routes(objects: Objects, gateway: Json) -> list[str]:
    """The HTTP routes that name the gateway, by namespace and name."""
    return [
        "/".join(named(route))
        for route, _ in objects.of("k8s.http-routes")
        if any(_meant(route, parent, gateway) for parent in at(route, "spec", "parentRefs") or [])
    ]


def _meant(route: Json, parent: Json, gateway: Json) -> bool:
    """Whether a route's parent is the gateway; a parent without a namespace lies in the route's own."""
    if str(at(parent, "kind") or "Gateway") != "Gateway":
        return False
    return (str(at(parent, "namespace") or named(route)[0]), str(at(parent, "name"))) == named(gateway)


GATEWAY = Kind(
    name="gateway",
    many="gateways",
    sources=("k8s.gateways",),
    derived={
        "class": (),
        "listeners_without_tls": (),
        "wide_listeners": (),
        "addresses": (),
        "private": (),
        "routes": ("k8s.http-routes",),
    },
    build=_build,
)
