"""A second opinion on every control: plain Python over raw bodies, written from the test procedures.

Nothing here knows how reportgen reads a body or evaluates an expression, so an error there cannot repeat
itself here. A function takes the evidence of one cluster and gives the answers for all its subjects.
"""

from __future__ import annotations

from tests.oracle import (
    api_server,
    governance,
    identity,
    logs,
    network,
    nodes,
    patching,
    protection,
    resilience,
    retirement,
)
from tests.oracle.evidence import Answer, Evidence, Oracle

ORACLE: dict[str, Oracle] = {
    **identity.CONTROLS,
    **api_server.CONTROLS,
    **network.CONTROLS,
    **nodes.CONTROLS,
    **protection.CONTROLS,
    **logs.CONTROLS,
    **patching.CONTROLS,
    **resilience.CONTROLS,
    **governance.CONTROLS,
    **retirement.CONTROLS,
}

__all__ = ["ORACLE", "Answer", "Evidence"]
