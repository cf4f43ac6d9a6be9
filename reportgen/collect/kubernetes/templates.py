"""The structs as Go templates, so that kubectl prints inside a cluster what they declare and nothing else.

kubectl's templates know no JSON: strings are printed as Go quotes them (``%q``), which `as_json` turns into
JSON's way. Objects begin with an entry of no name, so that what follows can always begin with a comma.
A text that is marked ``remote: False`` is printed as "" where it is there: that much crosses Azure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import inspect

from reportgen.collect.kubernetes.objects.allowed import Allowed
from reportgen.collect.kubernetes.objects.base import Kube

_FIRST = '{"":0'
_QUOTED = '{{printf "%q" $v}}'


def template(item: type[Kube]) -> str:
    """A template for a list of ``item``."""
    parts = _Parts()
    one = f'{{{{template "{parts.struct(item)}" $v}}}}'
    return (
        f'{parts.text}{{"items":[{{{{range $i, $v := .items}}}}{{{{if $i}}}},{{{{end}}}}{one}{{{{end}}}}]}}'
    )


class _Parts:
    """The named templates that one template is made of, one for each struct."""

    def __init__(self) -> None:
        self._names: dict[type, str] = {}
        self.text = ""

    def struct(self, kind: type) -> str:
        """The name of the template of a struct."""
        if kind not in self._names:
            self._names[kind] = f"T{len(self._names)}"
            info = inspect.type_info(kind)
            assert isinstance(info, inspect.StructType)  # noqa: S101 (it was given one)
            fields = "".join(self._field(field) for field in info.fields)
            self.text += f'{{{{define "{self._names[kind]}"}}}}{_FIRST}{fields} }}{{{{end}}}}'
        return self._names[kind]

    def _field(self, field: inspect.Field) -> str:
        kind = field.type
        extra: Mapping[str, Any] = {}
        if isinstance(kind, inspect.Metadata):
            extra, kind = kind.extra or {}, kind.type
        name = field.encode_name
        withheld = extra.get("remote", True) is False
        value = _string("") if withheld else self._value(kind, extra)
        return f'{{{{$v := index . "{name}"}}}}{_given(f",{_string(name)}:{value}")}'

    def _value(self, kind: inspect.Type, extra: Mapping[str, Any]) -> str:
        """The template of a value that is in ``$v``."""
        kinds = [one for one in _kinds(kind) if not isinstance(one, inspect.NoneType)]
        if len(kinds) > 1:
            return f'{{{{if eq (printf "%T" $v) "string"}}}}{_QUOTED}{{{{else}}}}{{{{$v}}}}{{{{end}}}}'
        one = kinds[0]
        if isinstance(one, inspect.StrType):
            return _QUOTED
        if isinstance(one, inspect.StructType):
            return f'{{{{template "{self.struct(one.cls)}" $v}}}}'
        if isinstance(one, inspect.ListType):
            item = self._value(one.item_type, {})
            return f"[{{{{range $i, $v := $v}}}}{{{{if $i}}}},{{{{end}}}}{item}{{{{end}}}}]"
        if isinstance(one, inspect.DictType):
            return self._entries(one, extra)
        return "{{$v}}"

    def _entries(self, kind: inspect.DictType, extra: Mapping[str, Any]) -> str:
        """A free map; of a filtered one the entries that are allowed."""
        allowed, detail = extra.get("allowed"), extra.get("detail")
        if isinstance(allowed, Allowed):
            entry = f"{{{{if {_reads(allowed)}}}}}{_entry(_QUOTED)}{{{{end}}}}"
            if allowed.noted:
                noted = " ".join(map(_string, allowed.noted))
                entry += f"{{{{if eq $k {noted}}}}}{_entry(_string(''))}{{{{end}}}}"
        elif detail:
            ((name, struct),) = detail.items()
            inner = f'{{{{template "{self.struct(struct)}" $v}}}}'
            entry = _entry(f"{{{{if eq $k {_string(name)}}}}}{inner}{{{{else}}}}{_string('')}{{{{end}}}}")
        else:
            entry = _entry(self._value(kind.value_type, {}))
        return f'{{ {{{{$c := ""}}}}{{{{range $k, $v := $v}}}}{entry}{{{{end}}}} }}'


def _kinds(kind: inspect.Type) -> tuple[inspect.Type, ...]:
    return kind.types if isinstance(kind, inspect.UnionType) else (kind,)


def _given(text: str) -> str:
    """``text`` where ``$v`` is there and no null."""
    return f'{{{{if ne (printf "%T" $v) "<nil>"}}}}{text}{{{{end}}}}'


def _entry(value: str) -> str:
    return f'{{{{$c}}}}{{{{printf "%q" $k}}}}:{value}{{{{$c = ","}}}}'


def _reads(allowed: Allowed) -> str:
    """The condition that the key in ``$k`` is allowed; where casing does not count, in its usual two."""
    names = [*allowed.names, *(map(str.lower, allowed.names) if allowed.spelled_freely else ())]
    exact = f"(eq $k {' '.join(map(_string, dict.fromkeys(names)))})"
    beginnings = [f'(eq (printf "%.{len(prefix)}s" $k) {_string(prefix)})' for prefix in allowed.prefixes]
    return " ".join(("or", exact, *beginnings)) if beginnings else exact


def _string(text: str) -> str:
    return f'"{text}"'


_ESCAPE = re.compile(rb"\\(x[0-9a-f]{2}|U[0-9a-f]{8}|.)")
_SHORT = {b"a": b"\\u0007", b"v": b"\\u000b", b"'": b"'"}


def as_json(printed: bytes) -> bytes:
    """What such a template printed, as JSON: escapes that only Go knows are written as JSON has them."""
    return _ESCAPE.sub(_escape, printed)


def _escape(match: re.Match[bytes]) -> bytes:
    found = match[1]
    if found[:1] == b"x":
        return b"\\u00" + found[1:]
    if found[:1] == b"U":
        return chr(int(found[1:], 16)).encode("utf-8", "replace")
    return _SHORT.get(found, match[0])
