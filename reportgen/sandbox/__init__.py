"""An embedded Azure: real HTTPS on loopback, answers computed from a folder of JSON.

Needs the ``sandbox`` extra; without it `serve` and `run_forever` raise UsageError with the install line.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from reportgen.errors import UsageError
from reportgen.limits import Limits
from reportgen.sandbox.interface import Fault, Faults, Kind, Sandbox

__all__ = ["Fault", "Faults", "Kind", "Sandbox", "run_forever", "serve"]

_AZURE = Limits()
_NEEDED = frozenset({"cryptography", "duckdb", "duckdb_kql", "starlette", "trustme", "uvicorn"})


def serve(
    estate: Path,
    *,
    as_of: datetime | None = None,
    faults: Faults | None = None,
    limits: Limits | None = _AZURE,
) -> AbstractContextManager[Sandbox]:
    """Serve ``estate`` from a thread for the length of a ``with`` block.

    With ``as_of`` the clock stands still: ``Date`` headers and request ids are the same from run to run, and
    no calls are counted. Otherwise reads beyond ``limits`` are refused as Azure refuses them; None allows
    all, ``Limits(scale=10)`` ten times as many as Azure.
    Raises UsageError for an estate folder that is wrong, before anything listens.
    """
    _check_extra()
    from reportgen.sandbox import server

    return server.serve(estate, as_of=as_of, faults=faults, limits=limits)


def run_forever(
    estate: Path,
    port: int = 8443,
    *,
    as_of: datetime | None = None,
    faults: Faults | None = None,
    limits: Limits | None = _AZURE,
) -> None:
    """Serve ``estate`` in the foreground on 127.0.0.1 until interrupted, and print how to connect."""
    _check_extra()
    from reportgen.sandbox import server

    server.run_forever(estate, port, as_of=as_of, faults=faults, limits=limits)


def _check_extra() -> None:
    try:
        import cryptography
        import duckdb
        import duckdb_kql
        import starlette
        import trustme
        import uvicorn
    except ModuleNotFoundError as error:
        if error.name not in _NEEDED:
            raise
        raise UsageError(
            f"The sandbox needs {error.name}, which is not installed: pip install 'reportgen[sandbox]'"
        ) from error
    del cryptography, duckdb, duckdb_kql, starlette, trustme, uvicorn
