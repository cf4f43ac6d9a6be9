"""results/schemas/: the JSON Schemas of the machine-readable files, so that a pack explains itself.

A version is a whole number. It is raised when something is taken away, renamed, or changes its meaning or its
type. What is added raises none: a pack carries the schema it was written by, which allows nothing beside.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from reportgen.model import Results

SCHEMAS = Path(str(files("reportgen"))) / "schemas"
FILES = {
    "results/findings.json": "findings",
    "results/observations.jsonl": "observations",
    "results/access.jsonl": "access",
    "results/period.json": "period",
    "results/runs.json": "runs",
}
"""The files of a pack that have a schema, by the name of it; the last only where a register was kept."""


class SchemaFiles:
    """The packaged schemas, copied into the pack byte by byte."""

    name = "schemas"

    def render(self, results: Results, folder: Path) -> Path:  # noqa: ARG002 (they are the same for all)
        """Write the files below ``folder`` and return their folder."""
        target = folder / "results" / "schemas"
        target.mkdir(parents=True, exist_ok=True)
        for schema in FILES.values():
            (target / _file(schema)).write_bytes((SCHEMAS / _file(schema)).read_bytes())
        return target


def versions() -> dict[str, dict[str, str]]:
    """For each file of a pack that has a schema: its version, and where the schema lies in the pack."""
    return {
        path: {"version": version(schema), "schema": f"results/schemas/{_file(schema)}"}
        for path, schema in FILES.items()
    }


def version(schema: str) -> str:
    """The version that a schema states at the end of its id."""
    return str(load(schema)["$id"]).rpartition(":")[2]


def load(schema: str) -> dict[str, Any]:
    """A packaged schema by its name, such as ``findings``."""
    found: dict[str, Any] = msgspec.json.decode((SCHEMAS / _file(schema)).read_bytes())
    return found


def _file(schema: str) -> str:
    return f"{schema}.schema.json"
