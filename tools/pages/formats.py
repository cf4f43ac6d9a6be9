"""docs/formats.md: the files of a pack, and each field of those that programs read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reportgen.render.schemas import FILES, load, version
from tools.pages import markdown

_HEAD = Path(__file__).with_suffix(".md")
Schema = Mapping[str, Any]


def page() -> str:
    """The whole page."""
    lines = [_HEAD.read_text(encoding="utf-8").rstrip()]
    for path, name in FILES.items():
        schema = load(name)
        lines += ["", f"## `{path}`, version {version(name)}", "", schema["description"]]
        lines += _fields(schema)
        for key, part in schema.get("$defs", {}).items():
            if "properties" in part:
                lines += [
                    "",
                    f"### {key} ({path.rpartition('/')[2]})",
                    "",
                    part["description"],
                    *_fields(part),
                ]
    return "\n".join(lines) + "\n"


def _fields(schema: Schema) -> Iterator[str]:
    return markdown.table(
        ("field", "type", "meaning"),
        (
            (markdown.code(name), markdown.text(_type(field)), markdown.text(field["description"]))
            for name, field in schema["properties"].items()
        ),
    )


def _type(field: Schema) -> str:
    """A field's type in words."""
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if "anyOf" in field:
        return " or ".join(map(_type, field["anyOf"]))
    if "enum" in field:
        return ", ".join("null" if value is None else str(value) for value in field["enum"])
    if "const" in field:
        return f"always {field['const']}"
    if "prefixItems" in field:
        return f"list: {', '.join(map(_type, field['prefixItems']))}"
    if "items" in field:
        return f"list of {_type(field['items'])}"
    kind = field.get("type", "any value")
    told = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return {"date": "date", "date-time": "time"}.get(field.get("format", ""), told)
