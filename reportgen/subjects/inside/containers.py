"""Containers as Kubernetes runs them: what a pod sets for all, what a container sets, and the defaults.

Sources: "Configure a Security Context", "Images" and "Linux kernel security constraints" of the Kubernetes
documentation.
"""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.model import Json
from reportgen.subjects.document import at

_APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"
_HUB = "docker.io"


def containers(pod_spec: Json, annotations: Json = None) -> list[Json]:
    """Every container of a pod with its effective values; ``type`` is container, init, sidecar or ephemeral.

    ``annotations`` are those of the pod, which still name AppArmor profiles of static pods.
    """
    return [_effective(kind, one, pod_spec, annotations) for kind, one in _all(pod_spec)]


def _all(pod_spec: Json) -> Iterator[tuple[str, Json]]:
    for one in at(pod_spec, "initContainers") or ():
        yield ("sidecar" if at(one, "restartPolicy") == "Always" else "init"), one
    for one in at(pod_spec, "containers") or ():
        yield "container", one
    for one in at(pod_spec, "ephemeralContainers") or ():
        yield "ephemeral", one


def _effective(kind: str, container: Json, pod_spec: Json, annotations: Json) -> Json:
    name = str(at(container, "name") or "")
    return {
        "name": name,
        "type": kind,
        **image(str(at(container, "image") or "")),
        "imagePullPolicy": pull_policy(container),
        **_security(container, pod_spec),
        "appArmorProfile": _app_armor(container, pod_spec, at(annotations, _APP_ARMOR + name)),
        "hostPorts": [port["hostPort"] for port in at(container, "ports") or () if port.get("hostPort")],
        "ports": [port["containerPort"] for port in at(container, "ports") or () if "containerPort" in port],
        **_resources(container),
        **{
            probe: at(container, probe) is not None
            for probe in ("livenessProbe", "readinessProbe", "startupProbe")
        },
    }


def image(text: str) -> dict[str, Json]:
    """The parts of an image's name; a name without a registry is one of Docker Hub.

    ``reference`` is the whole name with the parts that were left out.
    """
    rest, _, digest = text.partition("@")
    head, slash, tail = rest.rpartition("/")
    last, _, tag = tail.partition(":")
    repository = f"{head}{slash}{last}"
    first, slash, below = repository.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        registry, repository = first.lower(), below
    else:
        registry, repository = _HUB, repository if slash else f"library/{repository}"
    if registry == "index.docker.io":
        registry = _HUB
    shown = tag or ("" if digest else "latest")
    return {
        "image": text,
        "registry": registry,
        "repository": repository,
        "tag": shown,
        "digest": digest,
        "reference": f"{registry}/{repository}" + (f":{shown}" if shown else ""),
    }


def pull_policy(container: Json) -> str:
    """The policy; where none is set, Always for the tag latest and IfNotPresent for all else."""
    given = at(container, "imagePullPolicy")
    if given:
        return str(given)
    return "Always" if image(str(at(container, "image") or ""))["tag"] == "latest" else "IfNotPresent"


def _security(container: Json, pod_spec: Json) -> dict[str, Json]:
    own = at(container, "securityContext") or {}
    shared = at(pod_spec, "securityContext") or {}
    privileged = own.get("privileged") is True
    added, dropped = _capabilities(own, "add"), _capabilities(own, "drop")
    user = own.get("runAsUser", shared.get("runAsUser"))
    non_root = own.get("runAsNonRoot", shared.get("runAsNonRoot", False)) is True
    windows = {**(shared.get("windowsOptions") or {}), **(own.get("windowsOptions") or {})}
    return {
        "securityContextSet": bool(own or shared),
        "privileged": privileged,
        "allowPrivilegeEscalation": _may_escalate(own, privileged=privileged, added=added),
        "runAsNonRoot": non_root,
        **({} if user is None else {"runAsUser": user}),
        "mayRunAsRoot": user == 0 or not (non_root or user is not None),
        "capabilitiesAdded": added,
        "capabilitiesDropped": dropped,
        "dropsAll": "ALL" in dropped and not privileged,
        "hasSysAdmin": privileged or bool({"ALL", "SYS_ADMIN"} & set(added)),
        "hasNetRaw": _has_net_raw(privileged=privileged, added=added, dropped=dropped),
        "readOnlyRootFilesystem": own.get("readOnlyRootFilesystem") is True,
        "seccompProfile": _seccomp(own, shared, privileged=privileged),
        "seLinuxOptions": own.get("seLinuxOptions") or shared.get("seLinuxOptions") or {},
        "procMount": own.get("procMount") or "Default",
        "hostProcess": windows.get("hostProcess") is True,
        "windowsUser": windows.get("runAsUserName") or "",
    }


def _capabilities(security: Json, which: str) -> list[str]:
    """Names in capitals and without the prefix CAP_, which the runtime takes off too."""
    names = at(security, "capabilities", which) or ()
    return sorted({str(name).upper().removeprefix("CAP_") for name in names})


def _may_escalate(own: Json, *, privileged: bool, added: list[str]) -> bool:
    """Unless it is set to false a process may gain rights; a privileged one always may."""
    return own.get("allowPrivilegeEscalation") is not False or privileged or "SYS_ADMIN" in added


def _has_net_raw(*, privileged: bool, added: list[str], dropped: list[str]) -> bool:
    """Runtimes give NET_RAW unless it is dropped; what is added stays when all are dropped."""
    if privileged or {"NET_RAW", "ALL"} & set(added):
        return True
    return not {"NET_RAW", "ALL"} & set(dropped)


def _seccomp(own: Json, shared: Json, *, privileged: bool) -> str:
    """The profile's type; none is Unconfined, and a privileged container is never confined."""
    if privileged:
        return "Unconfined"
    profile = own.get("seccompProfile") or shared.get("seccompProfile") or {}
    return str(profile.get("type") or "Unconfined")


def _app_armor(container: Json, pod_spec: Json, annotation: Json) -> str:
    """The profile's type; without one the runtime's default, which a privileged container does not get."""
    own = at(container, "securityContext", "appArmorProfile", "type")
    if own:
        return str(own)
    if annotation:
        return _ANNOTATED.get(str(annotation), "Localhost")
    shared = at(pod_spec, "securityContext", "appArmorProfile", "type")
    if shared:
        return str(shared)
    return "Unconfined" if at(container, "securityContext", "privileged") is True else "RuntimeDefault"


_ANNOTATED = {"runtime/default": "RuntimeDefault", "unconfined": "Unconfined"}


def _resources(container: Json) -> dict[str, bool]:
    """Which limits and requests there are; a limit without a request is the request too."""
    limits = at(container, "resources", "limits") or {}
    requests = {**limits, **(at(container, "resources", "requests") or {})}
    return {
        "cpuLimit": "cpu" in limits,
        "memoryLimit": "memory" in limits,
        "cpuRequest": "cpu" in requests,
        "memoryRequest": "memory" in requests,
    }
