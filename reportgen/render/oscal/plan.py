"""The assessment plan: what was to be tested on what, and how, as far as the catalogue says it."""

from __future__ import annotations

from reportgen.model import Control, Json, Results
from reportgen.render.markdown import escaped
from reportgen.render.oscal.parts import (
    assets,
    identifier,
    metadata,
    objective_id,
    prop,
    reviewed,
    text,
)
from reportgen.render.strings import builtin, of
from reportgen.render.wording import parameter

METHODS = {"configuration": "EXAMINE", "operation": "TEST"}
"""OSCAL's word for a control's kind of evidence: how something is set, or that it really happened."""


def assessment_plan(results: Results) -> Json:
    """The plan of one pack, minimal: no system security plan stands behind it, and it says so."""
    pack, strings = results.facts.pack_id, of(results)
    system = identifier(pack, "system")
    return {
        "assessment-plan": {
            "uuid": identifier(pack, "plan"),
            "metadata": metadata(results, text(strings, "plan_title", id=pack), strings),
            "import-ssp": {"href": f"#{system}", "remarks": text(strings, "no_ssp")},
            "local-definitions": {
                "objectives-and-methods": [_objective(control) for control in results.controls],
                "activities": [_activity(control) for control in results.controls],
            },
            "reviewed-controls": reviewed(results.controls, strings),
            "assessment-subjects": [
                {"type": "component", "description": text(strings, "components"), "include-all": {}},
                {"type": "inventory-item", "description": text(strings, "inventory"), "include-all": {}},
            ],
            "assessment-assets": assets(results, strings),
            "back-matter": {
                "resources": [
                    {
                        "uuid": system,
                        "title": text(strings, "system_title", entity=results.facts.entity),
                        "description": text(strings, "no_ssp"),
                        "remarks": text(strings, "scope_from", source=results.scope.expected_from),
                    }
                ]
            },
        }
    }


def _objective(control: Control) -> Json:
    # Programs match on properties, so that these have the shipped words in every report.
    parameters = [
        prop("parameter", f"{name}: {parameter(control, name, builtin())}") for name in control.parameters
    ]
    part: dict[str, Json] = {
        "id": objective_id(control.id),
        "name": "assessment-objective",
        "title": escaped(control.title),
        "prose": escaped(control.objective),
    }
    return {
        "control-id": control.id,
        "description": escaped(control.title),
        "props": [prop("severity", control.severity), prop("area", control.area), *parameters],
        "parts": [
            part,
            {
                "id": f"{control.id}_method",
                "name": "assessment-method",
                "props": [prop("method", METHODS[control.evidence], own=False)],
                "prose": escaped(control.test_procedure),
            },
        ],
    }


def _activity(control: Control) -> Json:
    return {
        "uuid": identifier("activity", control.id),
        "title": escaped(control.title),
        "description": escaped(control.test_procedure),
        "props": [prop("method", METHODS[control.evidence], own=False)],
        "related-controls": {"control-selections": [{"include-controls": [{"control-id": control.id}]}]},
    }
