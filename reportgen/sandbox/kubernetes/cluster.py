"""What a cluster's ARM body says of its API server, and the host that stands for it here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reportgen.sandbox.bodies import Resource
from reportgen.sandbox.ids import ResourceId
from reportgen.sandbox.interface import API_DOMAIN

_LONGEST_NAME = 54
"""Letters of the name in a host's first label, which takes 63 with what is appended."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster. ``local_accounts`` says whether an administrator's certificate is given out for it."""

    id: ResourceId
    entra: bool
    azure_rbac: bool
    private: bool
    stopped: bool
    run_command: bool
    local_accounts: bool
    version: str

    @classmethod
    def of(cls, resource: Resource) -> Cluster:
        """From its body; keys are taken in any casing, as Azure sends them in several."""
        properties = _lowered(_lowered(resource.body).get("properties"))
        entra = _lowered(properties.get("aadprofile"))
        current = properties.get("currentkubernetesversion") or properties.get("kubernetesversion")
        server = _lowered(properties.get("apiserveraccessprofile"))
        return cls(
            resource.id,
            entra=entra.get("managed") is True,
            azure_rbac=entra.get("enableazurerbac") is True,
            private=server.get("enableprivatecluster") is True,
            stopped=_lowered(properties.get("powerstate")).get("code") == "Stopped",
            run_command=server.get("disableruncommand") is not True,
            local_accounts=properties.get("disablelocalaccounts") is not True,
            version=str(current or ""),
        )

    @property
    def label(self) -> str:
        """The first label of its host: the name, and a few digits that tell namesakes apart."""
        digits = hashlib.sha256(self.id.key.encode()).hexdigest()[:8]
        return f"{re.sub('[^a-z0-9-]', '-', self.id.name.lower())[:_LONGEST_NAME]}-{digits}"

    @property
    def host(self) -> str:
        """The name that its API server answers to."""
        return f"{self.label}.{API_DOMAIN}"

    @property
    def unresolvable(self) -> str:
        """A name in a private zone, as a cluster's is that cannot be reached: nothing resolves it."""
        return f"{self.label}.privatelink.invalid"


def _lowered(value: Any) -> dict[str, Any]:
    return {key.lower(): item for key, item in value.items()} if isinstance(value, Mapping) else {}
