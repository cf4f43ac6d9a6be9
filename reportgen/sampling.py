"""Populations numbered and hashed, and samples drawn from them, so that anybody can do both again.

The canonical form of a population is one line a subject: its id as a JSON string (as it stands in
``results/observations.jsonl``), in the order of the lines' bytes in UTF-8, each ended by a line feed. A
subject's number is that of its line, from 1; the population's hash is the SHA-256 of all lines. What stands
for subjects that could not be listed is no subject (its id ends in ``/*``), so that no sample has it. In a
pack's folder::

    jq -c 'select(.control == "<id>") | .subject.id | select(endswith("/*") | not)' results/observations.jsonl
        | LC_ALL=C sort | sha256sum

A sample of n has the n numbers i for which the SHA-256 of ``<seed>:<i>`` is the smallest as hexadecimal text.
``METHOD`` names both; it changes if either ever does.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from collections import defaultdict
from collections.abc import Iterable, Mapping

from reportgen.model import UNLISTED, Observation

METHOD = "sha256-order-1"


def populations(observations: Iterable[Observation]) -> Mapping[str, list[str]]:
    """The ids of each control's subjects; of a control that looked at none, an empty list."""
    ids: dict[str, list[str]] = defaultdict(list)
    for item in observations:
        if not item.subject.unlisted:
            ids[item.control].append(item.subject.id)
    return ids


def numbered(ids: Iterable[str]) -> tuple[str, ...]:
    """The ids of a population in the order of their numbers."""
    return tuple(sorted(ids, key=_line))


def population_sha256(ids: Iterable[str]) -> str:
    """The hash of a population, whatever the order of ``ids``."""
    return hashlib.sha256(b"".join(sorted(map(_line, ids)))).hexdigest()


def hash_command(control: str) -> str:
    """What computes the hash of a control's population in a pack's folder, with standard tools."""
    listed = f"select(endswith({json.dumps(UNLISTED)}) | not)"
    chosen = f"select(.control == {json.dumps(control)}) | .subject.id | {listed}"
    return f"jq -c '{chosen}' results/observations.jsonl | LC_ALL=C sort | sha256sum"


def draw(population: int, size: int, seed: str) -> tuple[int, ...]:
    """The numbers of a sample in the order drawn; all of them where ``size`` is not below ``population``."""
    order = sorted(range(1, population + 1), key=lambda number: _drawn(seed, number))
    return tuple(order[:size])


def draw_command(population: int | str, size: int, seed: str) -> str:
    """What draws the same sample with standard tools, in a shell that knows ``seq``."""
    return (
        f"for i in $(seq 1 {population}); do printf '%s %s\\n' "
        f'"$(printf \'%s:%s\' {shlex.quote(seed)} "$i" | sha256sum | cut -c1-64)" "$i"; done'
        f" | LC_ALL=C sort | head -n {size}"
    )


def _line(subject: str) -> bytes:
    return f"{json.dumps(subject, ensure_ascii=False)}\n".encode()


def _drawn(seed: str, number: int) -> str:
    return hashlib.sha256(f"{seed}:{number}".encode()).hexdigest()
