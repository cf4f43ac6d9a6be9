"""The way into a cluster: whether there is one, where its API server is, and what is never asked for."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import msgspec

from reportgen.collect import managed_clusters
from reportgen.collect.arm import CONTAINER_SERVICE_API_VERSION
from reportgen.collect.azure import Answer, Azure
from reportgen.collect.interface import Recorder, error_code
from reportgen.collect.kubernetes.failures import Unread
from reportgen.collect.kubernetes.kubeconfig import Endpoint, Kubeconfig
from reportgen.collect.kubernetes.objects.base import Kube
from reportgen.collect.population import Population
from reportgen.sources import BY_NAME
from reportgen.sources.kubernetes import ACCESS

NOT_STORED = (
    "not stored and not decoded but for server and CA: it is a kubeconfig, which is made to hold credentials"
)


@dataclass(frozen=True, slots=True)
class Target:
    """A cluster to look into, with what its ARM body says about the way there."""

    id: str
    name: str
    entra: bool = True
    power: str = "Running"
    provisioning: str = "Succeeded"
    private: bool = False
    run_command: bool = True
    azure_rbac: bool = False

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Target:
        """From a cluster's body; keys are taken in any casing."""
        properties = _lowered(_lowered(body).get("properties"))
        access = _lowered(properties.get("apiserveraccessprofile"))
        return cls(
            str(body["id"]),
            str(body.get("name") or str(body["id"]).rsplit("/", 1)[-1]),
            _lowered(properties.get("aadprofile")).get("managed") is True,
            str(_lowered(properties.get("powerstate")).get("code") or "Running"),
            str(properties.get("provisioningstate") or "Succeeded"),
            access.get("enableprivatecluster") is True,
            access.get("disableruncommand") is not True,
            _lowered(properties.get("aadprofile")).get("enableazurerbac") is True,
        )

    @property
    def obstacle(self) -> Unread | None:
        """Why there is no way in, whatever the network; None where there may be one."""
        if self.power.lower() == "stopped":
            return Unread("stopped", "The cluster is stopped, and so is its API server.")
        if self.provisioning.lower() in ("creating", "deleting"):
            return Unread(
                "not-ready", f"The cluster's provisioning state is {self.provisioning}: it is not in service."
            )
        if not self.entra:
            return Unread(
                "admin-only",
                "The cluster has no managed Entra integration: only an admin credential exists for it, "
                "and that is never asked for.",
            )
        return None


def targets(recorder: Recorder, found: Population) -> Iterator[Target]:
    """Every cluster whose body ARM gave, once, in the order of the lists."""
    seen: set[str] = set()
    for subscription in found.with_clusters:
        for body in managed_clusters.READ.items(recorder, subscription):
            if str(body["id"]).lower() not in seen:
                seen.add(str(body["id"]).lower())
                yield Target.of(body)


class Credential(Kube):
    """One kubeconfig of the answer, in base64."""

    value: str | None = None


class Credentials(Kube):
    """The answer of listClusterUserCredential."""

    kubeconfigs: list[Credential] | None = None


_CREDENTIALS = msgspec.json.Decoder(Credentials)


def endpoint(azure: Azure, target: Target) -> tuple[Endpoint, Answer]:
    """Where a cluster's API server is, and the answer to keep; Unread where Azure does not say."""
    obstacle = target.obstacle
    if obstacle:
        raise obstacle
    path = f"{quote(target.id, safe='/()')}/listClusterUserCredential"
    answer = azure.post(path, CONTAINER_SERVICE_API_VERSION)
    if answer.status != 200:
        raise refused(answer, "listClusterUserCredential", ", ".join(BY_NAME[ACCESS].permissions))
    try:
        found = _CREDENTIALS.decode(answer.content).kubeconfigs or []
        text = base64.b64decode(str(found[0].value), validate=True)
        place = Kubeconfig(text).endpoint()
    except (msgspec.DecodeError, IndexError, binascii.Error) as error:
        raise Unread("failed", "Azure's answer to listClusterUserCredential holds no kubeconfig.") from error
    except (ValueError, OSError) as error:
        raise Unread("failed", f"listClusterUserCredential: {error}.") from error
    return place, _kept(answer, place)


def _kept(answer: Answer, place: Endpoint) -> Answer:
    """The answer with nothing in its body but what was taken from it."""
    ca = hashlib.sha256(place.ca.encode()).hexdigest() if place.ca else "the system's"
    body = {"kind": "ClusterEndpoint", "server": place.server, "certificateAuthoritySha256": ca}
    return replace(answer, body=body, parameters={"body": NOT_STORED})


def refused(answer: Answer, action: str, permission: str) -> Unread:
    """Why an action did not go well, by Azure's code alone: the body of its answer is never repeated."""
    try:
        code = error_code(msgspec.json.decode(answer.content))
    except msgspec.DecodeError:
        code = ""
    words = f"HTTP {answer.status} {code}".strip()
    if answer.status in (401, 403):
        return Unread("denied", f"{words} from {action}. Needed permission: {permission}.")
    reason = {404: "not-found", 429: "throttled"}.get(answer.status, "failed")
    return Unread(reason, f"{words} from {action}.")


def _lowered(value: Any) -> dict[str, Any]:
    return {key.lower(): item for key, item in value.items()} if isinstance(value, Mapping) else {}
