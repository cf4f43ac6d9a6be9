"""Environment variables of a pod, by name: what stands there as a literal is never read."""

from __future__ import annotations

from reportgen.model import Json
from reportgen.subjects.document import at

_LISTS = ("initContainers", "containers", "ephemeralContainers")


def literal_variables(pod_spec: Json) -> list[Json]:
    """Each variable whose value is written into the pod: its ``name``, and ``at``, the container's."""
    return [
        {"name": str(at(variable, "name") or ""), "at": str(at(container, "name") or "")}
        for key in _LISTS
        for container in at(pod_spec, key) or ()
        for variable in at(container, "env") or ()
        if at(variable, "valueFrom") is None
    ]
