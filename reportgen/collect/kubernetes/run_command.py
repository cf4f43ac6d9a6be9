"""The run-command mode: where no network path leads to an API server, Azure runs a fixed script beside it.

Each command makes Azure start a pod in the audited cluster, and what it prints crosses Azure and is kept
there for a while. So this is done where an engagement asks for it only, never twice for one command, under a
ceiling on commands, and what a command prints is held to the size and the hash that it prints behind it.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import re
import threading
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

import msgspec

from reportgen.collect.arm import CONTAINER_SERVICE_API_VERSION
from reportgen.collect.azure import Answer, Azure, Unreachable
from reportgen.collect.kubernetes import script
from reportgen.collect.kubernetes.access import Target, refused
from reportgen.collect.kubernetes.failures import DeadlinePassed, Unread
from reportgen.collect.kubernetes.objects.base import Kube
from reportgen.collect.kubernetes.tokens import EntraTokens
from reportgen.collect.kubernetes.transport import Deadline
from reportgen.model import Json

NAMESPACE = "aks-command"
"""The namespace that Azure makes for these commands' pods, which are called ``command-<id>``."""
LARGEST_OUTPUT = 512 * 1024
"""Bytes of a command's output that Azure keeps; it cuts what is over without a word."""
_PERMISSION = "Microsoft.ContainerService/managedClusters/runCommand/action"
_MOST_UNPACKED = 256 * 1024 * 1024
_POLL_SECONDS = 5.0
_RESULT = re.compile(r"/commandResults/([0-9A-Za-z-]{1,64})$", re.IGNORECASE)
_POD = re.compile(r"\bcommand-[0-9a-f]{32}\b")
_END = re.compile(r"([A-Za-z0-9+/=]*)\nreportgen (\d+) ([0-9a-f]{64})\n?")


class Ceiling:
    """How many commands a run may still send; safe to use from several threads."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._left = limit
        self._lock = threading.Lock()

    def take(self) -> None:
        """Count one; Unread where there are none left."""
        with self._lock:
            if not self._left:
                raise Unread(
                    "limit",
                    f"The {self.limit} commands of clusters.run_command_limit were used up before this.",
                )
            self._left -= 1


class Output(Kube):
    """What a command came to."""

    provisioning_state: str | None = None
    exit_code: int | None = None
    logs: str | None = None


class Result(Kube):
    """Azure's answer about a command."""

    properties: Output | None = None


_DECODER = msgspec.json.Decoder(Result)


@dataclass(frozen=True, slots=True)
class Section:
    """What one kubectl call came to: read, none (there is no such resource), denied or failed."""

    resource: str
    state: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Printed:
    """What one command printed, by source; ``answer`` is Azure's, without the output."""

    pod: str
    answer: Answer
    sections: Mapping[str, tuple[Section, ...]]
    output_sha256: str

    def told(self) -> dict[str, Json]:
        """What provenance says beside the call."""
        return {
            "namespace": NAMESPACE,
            "pod": self.pod,
            "output_sha256": self.output_sha256,
            "clusterToken": "not stored",
        }


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs commands in one cluster; ``deadline`` is the cluster's."""

    azure: Azure
    target: Target
    tokens: EntraTokens
    ceiling: Ceiling
    deadline: Deadline
    sleep: Callable[[float], None]

    def run(self, sources: tuple[str, ...]) -> Printed:
        """Run the command for these sources and wait for it; Unread where it does not end well."""
        self.ceiling.take()
        command = script.command(sources)
        body = {
            "command": command,
            "context": script.context(sources),
            "clusterToken": self.tokens.token(),
        }
        path = f"{quote(self.target.id, safe='/()')}/runCommand"
        try:
            answer = self.azure.post(path, CONTAINER_SERVICE_API_VERSION, body, once=True)
        except Unreachable as error:
            raise Unread(
                "failed",
                "runCommand got no answer; whether a pod was started is not known, and it is not repeated.",
            ) from error
        pod = _pod(answer)
        try:
            ended = self._ended(answer)
            printed = _printed(_result(ended).properties or Output())
        except Unread as error:
            raise _with_pod(error, pod) from error
        return Printed(
            pod,
            replace(answer, query=command, content=b"", body=None, ended_at=ended.ended_at),
            _sections(printed),
            hashlib.sha256(printed).hexdigest(),
        )

    def _ended(self, answer: Answer) -> Answer:
        """The answer that says how a command ended."""
        while answer.status == 202:
            place = answer.headers.get("location", "")
            if urlsplit(place).netloc.lower() != urlsplit(self.azure.endpoint).netloc.lower():
                raise Unread("failed", "runCommand was accepted, but not said where its result will be.")
            if self.deadline.left <= _POLL_SECONDS:
                raise DeadlinePassed(self.deadline.seconds)
            self.sleep(_POLL_SECONDS)
            answer = self._asked(place)
        if answer.status != 200:
            raise refused(answer, "runCommand", _PERMISSION)
        return answer

    def _asked(self, place: str) -> Answer:
        try:
            return self.azure.get(place, CONTAINER_SERVICE_API_VERSION)
        except Unreachable as error:
            raise Unread("failed", "The command was started, and Azure does not say how it ended.") from error


def _pod(answer: Answer) -> str:
    """The pod of a command: by the place of its result, or by what a refusal says; "" where none is named."""
    found = _RESULT.search(urlsplit(answer.headers.get("location", "")).path)
    if answer.status == 202 and found:
        return f"command-{found[1]}"
    named = _POD.search(answer.content.decode("utf-8", "replace"))
    return named[0] if named and answer.status != 202 else ""


def _with_pod(error: Unread, pod: str) -> Unread:
    """The same, saying what stays behind in the cluster."""
    if not pod:
        return error
    return Unread(error.reason, f"{error} The command's pod is {pod} in the namespace {NAMESPACE}.")


def _result(answer: Answer) -> Result:
    try:
        return _DECODER.decode(answer.content)
    except msgspec.DecodeError as error:
        raise Unread("failed", "Azure's answer about the command is not as it declares it.") from error


def _printed(output: Output) -> bytes:
    """The output, unpacked; Unread where it is not whole."""
    state, logs = output.provisioning_state or "", output.logs or ""
    if state.lower() != "succeeded" or output.exit_code != 0:
        code = "no exit code" if output.exit_code is None else f"exit code {output.exit_code}"
        raise Unread("failed", f"The command ended in state {state if state.isalpha() else '?'} with {code}.")
    if len(logs.encode()) >= LARGEST_OUTPUT:
        raise Unread("truncated", "The command printed more than 512 kB, which is where Azure cuts.")
    end = _END.search(logs)
    if not end:
        raise Unread("truncated", "The command's output does not end as it should: it is not whole.")
    try:
        printed = _unpacked(base64.b64decode(end[1], validate=True))
    except (binascii.Error, zlib.error, gzip.BadGzipFile, EOFError) as error:
        raise Unread("truncated", "The command's output cannot be unpacked: it is not whole.") from error
    if len(printed) != int(end[2]) or hashlib.sha256(printed).hexdigest() != end[3]:
        raise Unread("truncated", "The command's output is not of the size or hash that it says it has.")
    return printed


def _unpacked(packed: bytes) -> bytes:
    unpacking = zlib.decompressobj(wbits=31)
    printed = unpacking.decompress(packed, _MOST_UNPACKED)
    if not unpacking.eof:
        raise EOFError
    return printed


def _sections(printed: bytes) -> dict[str, tuple[Section, ...]]:
    """The parts of an output: ``@@source resource``, what was printed, ``##state``, a line each."""
    found: dict[str, tuple[Section, ...]] = {}
    for part in re.split(rb"(?m)^@@", printed)[1:]:
        head, _, rest = part.partition(b"\n")
        content, _, state = rest.rstrip(b"\n").rpartition(b"\n##")
        source, _, resource = head.decode("ascii", "replace").partition(" ")
        section = Section(resource, state.decode("ascii", "replace"), content)
        found[source] = (*found.get(source, ()), section)
    return found
