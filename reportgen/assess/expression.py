"""CEL: the only place that knows the expression engine.

An expression sees the JSON maps ``subject``, ``cluster``, ``related``, ``derived``, ``parameters`` and the
timestamp ``as_of``, with CEL's optionals and string functions. The engine reports most errors as a value of
type ERROR and raises others (``.?key`` on a list, a bare optional as result); both become EvaluationError.
Maps have no order in the engine, so what an expression gives back is sorted by key here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_optional, ext_strings

from reportgen.model import Json

VARIABLES = ("subject", "cluster", "related", "derived", "parameters")
"""The JSON variables; ``as_of`` is the sixth and a timestamp."""

_ENV = cel.NewEnv(
    variables=dict.fromkeys(VARIABLES, cel.Type.DYN) | {"as_of": cel.Type.TIMESTAMP},
    extensions=[ext_optional.ExtOptional(), ext_strings.ExtStrings()],
)
_REFUSED = (RuntimeError, TypeError)
"""What the engine raises for a text that is no expression, and for one that is not Unicode."""
_BROKEN = (RuntimeError, TypeError, SystemError, ValueError, OverflowError)
"""What it raises of itself (the first three), and what its binding makes of errors in C++ (pybind11)."""
_POSITION = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")


class BadExpression(ValueError):
    """The text is no expression of the wanted type; the message has line:column where CEL gives it."""


class EvaluationError(ValueError):
    """The expression has no value for this subject."""


@dataclass(frozen=True, slots=True)
class Context:
    """The variables of one subject, converted once for all expressions that look at it."""

    activation: Any


@dataclass(frozen=True, slots=True)
class Expression:
    """One compiled expression."""

    text: str
    compiled: Any

    def evaluate(self, context: Context) -> Json:
        """The value as plain JSON, times as RFC 3339 text; raises EvaluationError."""
        try:
            result = self.compiled.eval(context.activation)
            if result.type() == cel.Type.ERROR:
                raise EvaluationError(_one_line(str(result.value())))
            return _plain(result)
        except EvaluationError:
            raise
        except _BROKEN as error:
            raise EvaluationError(_one_line(str(error))) from error

    def truth(self, context: Context) -> bool:
        """The value, which has to be true or false."""
        value = self.evaluate(context)
        if not isinstance(value, bool):
            raise EvaluationError(f"gave {value!r}, not true or false")
        return value

    def sentence(self, context: Context) -> str:
        """The value, which has to be text; "" says that there is nothing to add."""
        value = self.evaluate(context)
        if not isinstance(value, str):
            raise EvaluationError(f"gave {value!r}, not text")
        return value


def context(variables: Mapping[str, Json], as_of: datetime) -> Context:
    """The variables of one subject; those that are not given are empty maps."""
    data = {name: variables.get(name, {}) for name in VARIABLES}
    return Context(_ENV.Activation({**data, "as_of": as_of}))


@lru_cache(maxsize=4096)
def compile(text: str, gives: str = "DYN") -> Expression:
    """Compile once; ``gives`` is BOOL, STRING or DYN (anything) and is checked as far as types are known."""
    try:
        compiled = _ENV.compile(text)
    except _REFUSED as error:
        raise BadExpression(_compile_error(str(error))) from error
    found = compiled.return_type().name()
    if found.startswith("optional_type"):
        raise BadExpression("the value may be absent; end it with .orValue(...)")
    if gives != "DYN" and found not in (gives, "DYN"):
        raise BadExpression(f"gives {found.lower()}, expected {gives.lower()}")
    return Expression(text, compiled)


def parsed(text: str) -> bytes:
    """The engine's own serialised form of a text that compiles, for `reportgen.assess.syntax`."""
    serialised: bytes = _ENV.compile(text, disable_check=True).serialize()
    return serialised


def from_parsed(text: str, serialised: bytes) -> Expression:
    """An expression of the serialised form; ``text`` is what it is called."""
    return Expression(text, _ENV.deserialize(serialised))


def _compile_error(text: str) -> str:
    match = _POSITION.search(text)
    return f"{match[1]}:{match[2]}: {match[3]}" if match else _one_line(text)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]


def _plain(result: Any) -> Json:
    """Plain JSON with maps in the order of their keys, whatever order the engine walked them in.

    ``value()`` of a null gives None without owning it (cel-expr-python 0.1.3), which ends a Python 3.11
    process once it has happened often enough; so nulls are told by their type, at every depth.
    """
    if result.type() == cel.Type.NULL:
        return None
    value = result.value()
    if isinstance(value, dict):
        return {key: _plain(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"
    if isinstance(value, timedelta):
        return f"{value.days} d {value.seconds // 3600} h"
    if isinstance(value, (bool, int, str)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise EvaluationError(f"gave a {type(value).__name__}, which cannot be reported")
