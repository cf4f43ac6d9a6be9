"""Which fault strikes which call: counts the calls that each fault is about."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from reportgen.limits import GRAPH_PATH
from reportgen.sandbox.exchange import Answer, Call, Delivery, Handler, answered
from reportgen.sandbox.ids import read_action
from reportgen.sandbox.interface import Fault, Faults, Kind

THROTTLING = frozenset({Kind.THROTTLED, Kind.THROTTLED_SILENTLY, Kind.THROTTLED_BY_QUOTA})
ERRORS = {Kind.ERROR_500: 500, Kind.ERROR_502: 502, Kind.ERROR_503: 503}
ANSWERS = frozenset({*THROTTLING, *ERRORS, Kind.FORBIDDEN, Kind.FORBIDDEN_SILENTLY})
"""Kinds that stand in the place of the right answer."""
_ON_THE_WIRE = frozenset({Kind.RESET, Kind.DRIP, Kind.TRUNCATED})
_TITLES = {500: "Internal server error", 502: "Bad gateway", 503: "Service unavailable"}
_GRAPH_RETRY_SECONDS = 5.0


class Switches:
    """The faults of one sandbox, with how often each has been met."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self._calls = (*faults.calls, *_spelled_out(faults))
        self._met = [0] * len(self._calls)
        self._deleted = tuple("/" + text.strip("/").lower() for text in faults.deleted)
        self._denied = tuple(text.lower() for text in faults.denied_types)

    def struck(self, call: Call, kinds: Collection[Kind]) -> Fault | None:
        """The fault that strikes, the first if several do; every fault of these kinds counts the call."""
        found = None
        for number, fault in enumerate(self._calls):
            if fault.kind not in kinds or not _concerns(fault, call):
                continue
            self._met[number] += 1
            over = self._met[number] - fault.after
            if found is None and over > 0 and (fault.times is None or over <= fault.times):
                found = fault
        return found

    def through(self, call: Call, handler: Handler, faulty: Callable[[Call, Fault], Answer]) -> Answer:
        """The handler's answer, or that of the fault which strikes; and how it goes over the wire."""
        fault = self.struck(call, ANSWERS)
        delivery = self.delivery(call)
        answer = faulty(call, fault) if fault else answered(handler, call)
        return replace(answer, delivery=delivery)

    def delivery(self, call: Call) -> Delivery:
        """How the answer to this call goes over the wire."""
        late = self.struck(call, {Kind.LATENCY})
        wire = self.struck(call, _ON_THE_WIRE)
        return Delivery(
            late.seconds if late else 0.0, wire.kind if wire else None, wire.seconds if wire else 0.0
        )

    def hides(self, kind: str) -> bool:
        """Whether the identity may not read resources of this type (lower case)."""
        return any(kind == denied or kind.startswith(f"{denied}/") for denied in self._denied)

    def hides_path(self, path: str) -> bool:
        """Whether a read of ``path`` is about such a type."""
        return self.hides(read_action(path)[0].removesuffix("/read").lower())

    def deleted(self, call: Call) -> str:
        """The path, as it was sent, of the deleted resource that a call is about; "" where there is none."""
        for key in self._deleted:
            if call.key == key or call.key.startswith(f"{key}/"):
                return "/" + call.path.strip("/")[: len(key) - 1]
        return ""


def _spelled_out(faults: Faults) -> tuple[Fault, ...]:
    return (
        *(Fault(Kind.ERROR_503, part) for part in faults.server_errors),
        *(Fault(Kind.FORBIDDEN, part) for part in faults.deny),
        Fault(Kind.THROTTLED, GRAPH_PATH, times=faults.throttle_first, seconds=_GRAPH_RETRY_SECONDS),
    )


def _concerns(fault: Fault, call: Call) -> bool:
    if call.signing_in and not fault.match:
        return False
    said = ((fault.match, call.line), (fault.kql, call.kql), (fault.command, call.command))
    return all(part.lower() in text.lower() for part, text in said)


def broken(status: int) -> Answer:
    """A gateway's error page."""
    title = _TITLES[status]
    page = f"<!DOCTYPE html><html><head><title>{status}</title></head><body><h2>{title}</h2></body></html>"
    return Answer(status=status, html=page)
