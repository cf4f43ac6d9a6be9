"""Ingresses: hosts, TLS, the controller behind them, and text that goes into its configuration."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.subjects.inside.addresses import all_private, balanced
from reportgen.subjects.inside.interface import Found, Kind, Objects, found, named

_CLASS = "kubernetes.io/ingress.class"
_ALLOW_HTTP = "kubernetes.io/ingress.allow-http"
_OWN_CERTIFICATE = "appgw.ingress.kubernetes.io/appgw-ssl-certificate"
_REDIRECTS = (
    "nginx.ingress.kubernetes.io/force-ssl-redirect",
    "nginx.ingress.kubernetes.io/ssl-redirect",
    "appgw.ingress.kubernetes.io/ssl-redirect",
)
_SNIPPET = "-snippet"
_COMMUNITY_NGINX = "/ingress-nginx/controller"
"""In the name of the community controller's image, in whatever registry a copy lies."""
_CONTROLLERS = ("k8s.deployments", "k8s.daemon-sets")


def _build(objects: Objects) -> Iterator[Found]:
    shared = _namespaces_by_host(objects)
    retired = retired_controllers(objects) if objects.known(*_CONTROLLERS) else None
    for ingress, pointer in objects.of("k8s.ingresses"):
        namespace, _ = named(ingress)
        yield found(
            "ingress",
            ingress,
            (pointer,),
            {
                "hosts": hosts(ingress),
                "any_host": any_host(ingress),
                "wildcard_hosts": [host for host in hosts(ingress) if host.startswith("*")],
                "shared_hosts": [host for host in hosts(ingress) if shared[host] - {namespace}],
                "hosts_without_tls": hosts_without_tls(ingress),
                "http_refused": http_refused(ingress),
                "class": ingress_class(ingress),
                "snippets": snippets(ingress),
                "addresses": balanced(ingress),
                "private": all_private(balanced(ingress)),
                "retired_controllers": retired,
            },
        )


def _rules(ingress: Json) -> list[Json]:
    return list(at(ingress, "spec", "rules") or [])


def _namespaces_by_host(objects: Objects) -> dict[str, set[str]]:
    by_host: dict[str, set[str]] = {}
    for ingress, _ in objects.of("k8s.ingresses"):
        for host in hosts(ingress):
            by_host.setdefault(host, set()).add(named(ingress)[0])
    return by_host


def hosts(ingress: Json) -> list[str]:
    """The hosts of the rules, each once, in their order."""
    return list(dict.fromkeys(str(at(rule, "host")).lower() for rule in _rules(ingress) if at(rule, "host")))


def any_host(ingress: Json) -> bool:
    """Whether requests for every host are taken: by a rule without one, or by a default backend."""
    return any(not at(rule, "host") for rule in _rules(ingress)) or bool(
        at(ingress, "spec", "defaultBackend")
    )


def hosts_without_tls(ingress: Json) -> list[str]:
    """The hosts that no TLS entry names; ``*`` stands for requests without a rule's host.

    An entry without hosts is for all of them (source: the Ingress API's reference), and so is a certificate
    that Application Gateway holds itself.
    """
    entries = at(ingress, "spec", "tls") or []
    if any(not at(entry, "hosts") for entry in entries) or _annotation(ingress, _OWN_CERTIFICATE):
        return []
    named_hosts = {str(host).lower() for entry in entries for host in at(entry, "hosts") or []}
    bare = [host for host in hosts(ingress) if not _named(host, named_hosts)]
    return [*bare, *(["*"] if any_host(ingress) else [])]


def _named(host: str, entries: set[str]) -> bool:
    return host in entries or "*." + host.partition(".")[2] in entries


def _annotation(ingress: Json, name: str) -> str:
    return str(at(ingress, "metadata", "annotations", name) or "")


def http_refused(ingress: Json) -> bool:
    """Whether an annotation turns plain HTTP off, or sends it on to HTTPS."""
    redirects = any(_annotation(ingress, name).lower() == "true" for name in _REDIRECTS)
    return redirects or _annotation(ingress, _ALLOW_HTTP).lower() == "false"


def ingress_class(ingress: Json) -> str:
    """The class, by the field or by the older annotation; "" means the cluster's default class."""
    return str(at(ingress, "spec", "ingressClassName") or _annotation(ingress, _CLASS))


def snippets(ingress: Json) -> list[str]:
    """The annotations whose text goes into the controller's configuration as it is."""
    return sorted(key for key in at(ingress, "metadata", "annotations") or {} if key.endswith(_SNIPPET))


def retired_controllers(objects: Objects) -> list[str]:
    """Workloads of the cluster that run the community's ingress-nginx controller, by namespace and name."""
    running = []
    for source in _CONTROLLERS:
        for workload, _ in objects.of(source):
            containers = at(workload, "spec", "template", "spec", "containers") or []
            if any(_COMMUNITY_NGINX in str(at(container, "image") or "") for container in containers):
                running.append("/".join(named(workload)))
    return sorted(running)


INGRESS = Kind(
    name="ingress",
    many="ingresses",
    sources=("k8s.ingresses",),
    derived={
        "hosts": (),
        "any_host": (),
        "wildcard_hosts": (),
        "shared_hosts": (),
        "hosts_without_tls": (),
        "http_refused": (),
        "class": (),
        "snippets": (),
        "addresses": (),
        "private": (),
        "retired_controllers": _CONTROLLERS,
    },
    build=_build,
)
