"""Resource Manager's run command: a POST starts a pod, and commandResults says later what came of it.

Documented are 202 with the place of the result, 202 there for as long as it runs, then exit code and logs;
https://learn.microsoft.com/rest/api/aks/managed-clusters/run-command. Unlike in Azure neither the pod nor its
namespace shows among the cluster's own, which are those of the estate folder.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from reportgen.model import Json
from reportgen.sandbox.command import pod
from reportgen.sandbox.command.kubectl import Kubectl
from reportgen.sandbox.command.pod import Ended
from reportgen.sandbox.estate import Estate
from reportgen.sandbox.exchange import Answer, Call, Clock, Refused, error
from reportgen.sandbox.faults import Switches
from reportgen.sandbox.interface import ADMIN_CANARY, COMMAND_FAULTS, Kind
from reportgen.sandbox.kubernetes.cluster import Cluster
from reportgen.sandbox.kubernetes.servers import ApiServers
from reportgen.sandbox.resource_manager import missing

NAMESPACE = "aks-command"
_NAMES = uuid.UUID("6f1d2c84-30a7-4b5e-9c1f-5a0de5a4d030")
_KILLED = 137
_ASKED_WHILE_RUNNING = 1
"""How often a command is asked for before it has ended."""
_SWITCHED_OFF = "Run command is switched off for this managed cluster (disableRunCommand)."
_STOPPED = "managed cluster is in Power State(Stopped), run command cannot be performed."
_NO_TOKEN = "A managed cluster with Entra integration needs the clusterToken of whom the command runs as."
_UNKNOWN = "The sandbox runs no other command than `sh read.sh <name>...` with a context that holds read.sh."
_NOT_STARTED = (
    "Failed to run command due to cluster perf issue: container {} in {} namespace did not start in time."
)


@dataclass(slots=True)
class Running:
    """A command: of which cluster, how often its result is still to come, and what it will be."""

    cluster: str
    left: float
    properties: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class RunCommand:
    """Starts commands and knows their results.

    ``handed_out`` takes the id of a cluster for each command that had an administrator's rights there.
    """

    estate: Estate
    servers: ApiServers
    clock: Clock
    switches: Switches
    handed_out: list[str]
    started: dict[str, Running] = field(default_factory=dict)
    _sent: Counter[str] = field(default_factory=Counter)

    def run(self, call: Call) -> Answer:
        """POST .../runCommand."""
        cluster = self._cluster(call)
        body = call.json()
        asked: dict[str, str] = body if isinstance(body, dict) else {}
        self._check(cluster, asked)
        number = self._number(cluster, asked["command"])
        fault = self.switches.struck(call, COMMAND_FAULTS)
        kind = fault.kind if fault else None
        if kind is Kind.COMMAND_NOT_STARTED:
            text = _NOT_STARTED.format(f"command-{number}", NAMESPACE)
            return error(400, "KubernetesPerformanceError", text)
        ended = self._ended(cluster, asked, with_kubectl=kind is not Kind.COMMAND_WITHOUT_KUBECTL)
        left = float("inf") if kind is Kind.COMMAND_HANGS else _ASKED_WHILE_RUNNING
        self.started[number] = Running(cluster.id.key, left, self._properties(_spoilt(ended, kind), kind))
        return self._still_running(call, f"{_above(call.path)}/commandResults/{number}", raw=b"")

    def result(self, call: Call) -> Answer:
        """GET .../commandResults/{id}."""
        cluster, number = self._cluster(call), call.parts["command"]
        command = self.started.get(number)
        if command is None or command.cluster != cluster.id.key:
            raise Refused(missing(call.path, cluster.id.group))
        if command.left > 0:
            command.left -= 1
            return self._still_running(call, call.path, {"provisioningState": "Running"}, number)
        return Answer({"id": number, "properties": dict(command.properties)})

    def _cluster(self, call: Call) -> Cluster:
        path = _above(call.path)
        found = self.estate.by_key.get(path.lower())
        if found is None:
            raise Refused(missing(path, path.split("/")[4]))
        return Cluster.of(found)

    def _check(self, cluster: Cluster, asked: Mapping[str, str]) -> None:
        if cluster.stopped:
            raise Refused(error(409, "OperationNotAllowed", _STOPPED))
        if not cluster.run_command:
            raise Refused(error(400, "BadRequest", _SWITCHED_OFF))
        if cluster.entra and not asked.get("clusterToken"):
            raise Refused(error(400, "BadRequest", _NO_TOKEN))
        if not pod.COMMAND.fullmatch(str(asked.get("command"))):
            raise Refused(error(400, "BadRequest", _UNKNOWN))

    def _number(self, cluster: Cluster, command: str) -> str:
        """The id of a command: the same from run to run for the same command sent as often."""
        text = f"{cluster.id.key} {command}"
        self._sent[text] += 1
        return uuid.uuid5(_NAMES, f"{text} {self._sent[text]}").hex

    def _ended(self, cluster: Cluster, asked: Mapping[str, str], *, with_kubectl: bool) -> Ended:
        """A command has the rights of whom its token is about; without Entra, an administrator's."""
        if not cluster.entra:
            self.handed_out.append(cluster.id.text)
        token = asked["clusterToken"] if cluster.entra else ADMIN_CANARY
        server = self.servers.by_host.get(cluster.host)
        if server is None:
            return Ended(1, "The estate has no folder of this cluster's objects.\n")
        kubectl = Kubectl(server, f"Bearer {token}") if with_kubectl else None
        return pod.run(asked["command"], str(asked.get("context") or ""), kubectl)

    def _properties(self, ended: Ended, kind: Kind | None) -> dict[str, Json]:
        now = self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        if kind is Kind.COMMAND_FAILED:
            return {"provisioningState": "Failed", "reason": "The pod was evicted.", "startedAt": now}
        kept = ended.logs.encode()[: self.switches.faults.command_output].decode("utf-8", "ignore")
        return {
            "provisioningState": "Succeeded",
            "exitCode": ended.exit_code,
            "startedAt": now,
            "finishedAt": now,
            "logs": kept,
        }

    def _still_running(
        self, call: Call, path: str, properties: Json = None, number: str = "", raw: bytes | None = None
    ) -> Answer:
        place = f"https://{call.host}{path}?api-version={call.query['api-version']}"
        return Answer({"id": number, "properties": properties}, 202, {"Location": place}, raw=raw)


def _above(path: str) -> str:
    """The cluster's path of a path below it."""
    return "/" + "/".join(path.strip("/").split("/")[:8])


def _spoilt(ended: Ended, kind: Kind | None) -> Ended:
    """What a fault makes of a command that went well."""
    if kind is Kind.COMMAND_KILLED:
        return Ended(_KILLED, "")
    if kind is Kind.COMMAND_CUT:
        return replace(ended, logs=ended.logs[: len(ended.logs) // 2])
    if kind is Kind.COMMAND_ALTERED:
        return replace(ended, logs=re.sub(r"[0-9a-f]{64}", "0" * 64, ended.logs))
    return ended
