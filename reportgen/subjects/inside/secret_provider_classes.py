"""Secret provider classes: what the Secrets Store CSI driver copies into Secrets, and who reads the vault."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.subjects.inside.interface import Found, Kind, Objects, found, named

_DRIVER = "secrets-store.csi.k8s.io"


def _build(objects: Objects) -> Iterator[Found]:
    for provider, pointer in objects.of("k8s.secret-provider-classes"):
        yield found(
            "secret-provider-class",
            provider,
            (pointer,),
            {
                "provider": str(at(provider, "spec", "provider") or ""),
                "vault": parameter(provider, "keyvaultname"),
                "identity": identity(provider),
                "synced_secrets": synced_secrets(provider),
                "pods": pods(objects, provider) if objects.known("k8s.pods") else None,
            },
        )


def parameter(provider: Json, name: str) -> str:
    """A parameter, whose casing the provider ignores; "" where there is none."""
    parameters = at(provider, "spec", "parameters") or {}
    return next((str(value) for key, value in parameters.items() if key.lower() == name), "")


def identity(provider: Json) -> str:
    """As whom the vault is read: the workload, the nodes, a pod identity, or by a stored secret."""
    if parameter(provider, "clientid"):
        return "workload identity"
    if parameter(provider, "usevmmanagedidentity").lower() == "true":
        return "identity of the nodes"
    if parameter(provider, "usepodidentity").lower() == "true":
        return "pod identity"
    return "service principal in a Secret"


def synced_secrets(provider: Json) -> list[str]:
    """Names of the Secrets that copies are kept in."""
    return [str(at(one, "secretName") or "") for one in at(provider, "spec", "secretObjects") or []]


def pods(objects: Objects, provider: Json) -> int:
    """How many pods mount it: those of its namespace with a volume that names it."""
    namespace, name = named(provider)
    return sum(name in _mounted(pod) for pod in objects.inside("k8s.pods", namespace))


def _mounted(pod: Json) -> set[str]:
    volumes = at(pod, "spec", "volumes") or []
    return {
        str(at(volume, "csi", "volumeAttributes", "secretProviderClass"))
        for volume in volumes
        if at(volume, "csi", "driver") == _DRIVER
    }


SECRET_PROVIDER_CLASS = Kind(
    name="secret-provider-class",
    many="secret provider classes",
    sources=("k8s.secret-provider-classes",),
    derived={
        "provider": (),
        "vault": (),
        "identity": (),
        "synced_secrets": (),
        "pods": ("k8s.pods",),
    },
    build=_build,
)
