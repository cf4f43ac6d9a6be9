"""What a pod's specification says outside its containers: system, volumes of the node, secrets, accounts."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from reportgen.model import Json
from reportgen.subjects.document import at

_OS_LABELS = ("kubernetes.io/os", "beta.kubernetes.io/os", "kubernetes.azure.com/os-sku")
_STORE = "secrets-store.csi.k8s.io"
_LISTS = ("initContainers", "containers", "ephemeralContainers")


def system(pod_spec: Json) -> str:
    """``windows`` where the pod says so or is bound to such nodes, else ``linux``."""
    named = str(at(pod_spec, "os", "name") or "").lower()
    if named:
        return named
    wanted = (str(at(pod_spec, "nodeSelector", label) or "").lower() for label in _OS_LABELS)
    own = any(
        at(part, "securityContext", "windowsOptions", "hostProcess") is True
        for part in (pod_spec, *_containers(pod_spec))
    )
    return "windows" if own or any(value.startswith("windows") for value in wanted) else "linux"


def host_paths(pod_spec: Json) -> list[Json]:
    """Paths of the node: ``path`` in plain form, ``below`` what paths under it begin with, ``readOnly``.

    Backslashes are written as slashes. A path is read-only if every mount of its volume is.
    """
    found: list[Json] = []
    for volume in at(pod_spec, "volumes") or ():
        path = at(volume, "hostPath", "path")
        if path:
            plain = posixpath.normpath(str(path).replace("\\", "/"))
            mounts = [mount for mount in _mounts(pod_spec) if at(mount, "name") == at(volume, "name")]
            found.append(
                {
                    "path": plain,
                    "below": plain if plain.endswith("/") else f"{plain}/",
                    "readOnly": all(at(mount, "readOnly") is True for mount in mounts),
                }
            )
    return found


def _mounts(pod_spec: Json) -> Iterator[Json]:
    for one in _containers(pod_spec):
        yield from at(one, "volumeMounts") or ()


def _containers(pod_spec: Json) -> Iterator[Json]:
    for key in _LISTS:
        yield from at(pod_spec, key) or ()


def volume_types(pod_spec: Json) -> list[str]:
    """The kinds of volumes, by Kubernetes' own names; one that is not known is ``unknown``."""
    kinds = {
        next((key for key in volume if key != "name"), "unknown") for volume in at(pod_spec, "volumes") or ()
    }
    return sorted(kinds)


def secret_use(pod_spec: Json) -> list[Json]:
    """Each secret that a pod takes: ``name``, the ``way``, and ``at``, the place that names it.

    Ways: env, envFrom, volume, csi (the name is the secret provider class's) and driver (credentials of a
    volume's driver). Pull secrets are in `pull_secrets`.
    """
    return [*_in_environment(pod_spec), *_in_volumes(pod_spec)]


def _in_environment(pod_spec: Json) -> Iterator[Json]:
    for one in _containers(pod_spec):
        container = str(at(one, "name") or "")
        for variable in at(one, "env") or ():
            name = at(variable, "valueFrom", "secretKeyRef", "name")
            if name:
                yield {"name": name, "way": "env", "at": f"{container}: {at(variable, 'name') or ''}"}
        for source in at(one, "envFrom") or ():
            name = at(source, "secretRef", "name")
            if name:
                yield {"name": name, "way": "envFrom", "at": container}


def _in_volumes(pod_spec: Json) -> Iterator[Json]:
    for volume in at(pod_spec, "volumes") or ():
        where = str(at(volume, "name") or "")
        projected = at(volume, "projected", "sources") or ()
        files = [at(volume, "secret", "secretName"), *(at(one, "secret", "name") for one in projected)]
        yield from ({"name": name, "way": "volume", "at": where} for name in files if name)
        provider = at(volume, "csi", "volumeAttributes", "secretProviderClass")
        if at(volume, "csi", "driver") == _STORE and provider:
            yield {"name": provider, "way": "csi", "at": where}
        drivers = (
            at(volume, "azureFile", "secretName"),
            at(volume, "flexVolume", "secretRef", "name"),
            at(volume, "csi", "nodePublishSecretRef", "name"),
        )
        yield from ({"name": name, "way": "driver", "at": where} for name in drivers if name)


def pull_secrets(pod_spec: Json, account: Json) -> list[str]:
    """Secrets that images are pulled with; a pod that names none takes those of its service account."""
    named = at(pod_spec, "imagePullSecrets") or at(account, "imagePullSecrets") or ()
    return sorted({str(one["name"]) for one in named if at(one, "name")})


def account_name(pod_spec: Json) -> str:
    """The service account, ``default`` where none is named."""
    return str(at(pod_spec, "serviceAccountName") or "default")


def token_mounted(pod_spec: Json, account: Json) -> bool:
    """Whether a token of the API server is in the pod: what the pod says, else its account, else yes.

    A projected token for the API server that somebody wrote into the pod by hand counts; one for another
    audience (workload identity) does not.
    """
    for volume in at(pod_spec, "volumes") or ():
        for one in at(volume, "projected", "sources") or ():
            if at(one, "serviceAccountToken") is not None and not at(one, "serviceAccountToken", "audience"):
                return True
    own = at(pod_spec, "automountServiceAccountToken")
    inherited = at(account, "automountServiceAccountToken")
    return bool(own if own is not None else inherited if inherited is not None else True)


def selects(selector: Json, labels: Mapping[str, Json]) -> bool:
    """Whether a label selector of Kubernetes takes these labels; an absent one takes nothing."""
    if selector is None:
        return False
    wanted = at(selector, "matchLabels") or {}
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _meets(expression, labels) for expression in at(selector, "matchExpressions") or ()
    )


def _meets(expression: Json, labels: Mapping[str, Json]) -> bool:
    value = labels.get(str(at(expression, "key")))
    values = at(expression, "values") or ()
    match at(expression, "operator"):
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    return False
