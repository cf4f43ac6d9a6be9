"""Templates as compiled code that a process keeps: a run renders the same ones for every format and trial."""

from __future__ import annotations

from types import CodeType

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

Kind = tuple[str, bool, frozenset[int] | None]
"""What environments that speak the packaged texts differ in: medium, whether sandboxed, what fonts draw."""

_CODES: dict[tuple[Kind, str, str], CodeType] = {}
"""By kind of environment, and by name, file and content of a template."""


class Compiled(BytecodeCache):
    """The code for environments of one kind.

    Jinja computes constants when it compiles, by the environment's own filters: what was compiled for one
    kind is of no use to another.
    """

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template its code if it has been compiled before."""
        bucket.code = _CODES.get((self._kind, bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template that was just compiled."""
        if bucket.code:
            _CODES[self._kind, bucket.key, bucket.checksum] = bucket.code
