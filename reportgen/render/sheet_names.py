"""Names of the workbook's sheets, as Excel takes them: no two of a workbook are one, with numbers too."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

_MOST = 31
"""UTF-16 code units of a name, of which those below leave room for a number (Excel: Rename a worksheet)."""
_STEM = 25
_NEVER = re.compile(r"[\[\]:*?/\\]")
_RESERVED = "history"
"""Excel's own name, in any case of its letters."""
_NUMBER = re.compile(r"(\s+\d+)+$")


def numbered(name: str, number: int) -> str:
    """The name of a table's first sheet, and of those it goes on in."""
    return name if number == 1 else f"{_stem(name)} {number}"


def refused(names: Mapping[str, str]) -> dict[str, str]:
    """By the keys of ``names``, what is wrong with some."""
    stems = Counter(map(_family, names.values()))
    return {
        key: what
        for key, name in names.items()
        if (what := _refused(name) or ("too like another sheet's" if stems[_family(name)] > 1 else ""))
    }


def _refused(name: str) -> str:
    units = len(name.encode("utf-16-le")) // 2
    if units > _MOST:
        return f"a sheet's name has {_MOST} letters at most, this one {units}"
    if found := _NEVER.search(name):
        return f"a sheet's name cannot have {found[0]} in it, nor any of []:*?/\\"
    if name.startswith("'") or name.endswith("'"):
        return "a sheet's name cannot begin or end with an apostrophe"
    return f"{name} is a name that Excel keeps for itself" if name.lower() == _RESERVED else ""


def _stem(name: str) -> str:
    kept = name.encode("utf-16-le")[: 2 * _STEM].decode("utf-16-le", "ignore")
    return kept.rstrip(" '")


def _family(name: str) -> str:
    """What names have in common that a number could make one."""
    return _stem(_NUMBER.sub("", name)).casefold()
