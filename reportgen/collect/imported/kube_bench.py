"""kube-bench: CIS checks on one node, as ``kube-bench --json`` writes them.

A file says neither on which node nor when it was made, nor which kube-bench made it.
"""

from __future__ import annotations

from reportgen.collect.imported.interface import Told, Tool, Unusable, maps, text
from reportgen.model import Json

_STATES = ("pass", "fail", "warn", "info")
"""``info`` is a check that was skipped."""


def read(document: Json) -> Told:
    """``{"Controls": [...], "Totals": ...}``; before version 0.4 the list, or one of its items, alone.

    Of a check are kept its number, title and state; its commands and what they printed are left out. A
    ``verdict`` of ``none``: nothing was tested, a person has to look.
    """
    listed = document.get("Controls", [document]) if isinstance(document, dict) else document
    groups = [control for control in maps(listed) if isinstance(control.get("tests"), list)]
    if not groups:
        raise Unusable("expected what kube-bench --json writes: Controls with tests")
    results: list[Json] = [
        {
            "id": text(check.get("test_number")),
            "title": text(check.get("test_desc")).strip(),
            "status": _state(check),
            "verdict": _verdict(check),
            "role": text(control.get("node_type")),
        }
        for control in groups
        for group in maps(control["tests"])
        for check in maps(group.get("results"))
    ]
    if not results:
        raise Unusable("expected results of checks, and there is none in it")
    return Told(results, content=", ".join(sorted({text(one.get("version")) for one in groups} - {""})))


def _state(check: Json) -> str:
    state = text(check.get("status")).lower()
    if state not in _STATES:
        raise Unusable(f"expected the state of a check to be one of {', '.join(_STATES).upper()}")
    return state


def _verdict(check: Json) -> str:
    """A check that is not scored warns where another fails; one that is manual warns whatever there is.

    (Source: kube-bench's check/check.go, ``run``.)
    """
    state = _state(check)
    failed = state == "fail" or (state == "warn" and check.get("scored") is False and not check.get("type"))
    return "pass" if state == "pass" else "fail" if failed else "none"


TOOL = Tool("kube-bench", "kube-bench", read)
