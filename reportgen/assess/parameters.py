"""An engagement's parameters in place of the catalogue's defaults, and which of them are weaker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reportgen.errors import UsageError
from reportgen.model import Control, Json


def with_parameters(
    controls: tuple[Control, ...], overrides: Mapping[str, Mapping[str, Json]]
) -> tuple[Control, ...]:
    """The controls with an engagement's parameters in place of the defaults.

    Raises UsageError for an unknown control or parameter, and for a value of another type than the default's.
    """
    known = {control.id: control for control in controls}
    problems = [
        problem
        for control_id, values in overrides.items()
        for problem in _override_problems(known.get(control_id), control_id, values)
    ]
    if problems:
        raise UsageError("\n".join(problems))
    return tuple(
        replace(control, parameters={**control.parameters, **overrides.get(control.id, {})})
        for control in controls
    )


def _override_problems(control: Control | None, control_id: str, values: Mapping[str, Json]) -> list[str]:
    if control is None:
        return [f"parameters.{control_id}: no control has this id; `reportgen controls list` shows them"]
    problems = []
    for name, value in values.items():
        where = f"parameters.{control_id}.{name}"
        if name not in control.parameters:
            names = ", ".join(control.parameters) or "none"
            problems.append(f"{where}: unknown parameter; this control has: {names}")
        elif not _same_type(value, control.parameters[name]):
            default = control.parameters[name]
            problems.append(f"{where}: expected {_type_name(default)} such as {default!r}, found {value!r}")
    return problems


def _same_type(value: Json, default: Json) -> bool:
    if isinstance(default, list):
        return isinstance(value, list) and all(
            type(item) is type(known) for item in value for known in (default[:1] or [""])
        )
    if isinstance(default, float):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return type(value) is type(default)


def _type_name(value: Json) -> str:
    names = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "text",
        list: "a list",
    }
    return names.get(type(value), type(value).__name__)


def notes(controls: Iterable[Control]) -> tuple[str, ...]:
    """One sentence for the front of the report where an engagement lets more pass than the catalogue does."""
    told = [
        f"{control.id} {name} = {_shown(control.parameters[name])} "
        f"(default {_shown(control.parameter_notes[name].default)})"
        for control in controls
        for name in control.weaker_parameters
    ]
    if not told:
        return ()
    return (f"The engagement lets more pass than the catalogue's defaults do: {'; '.join(told)}.",)


def _shown(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
