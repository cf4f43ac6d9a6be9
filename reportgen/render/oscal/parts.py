"""What both OSCAL documents are made of: identifiers, properties, prose, and who and what stands behind them.

Texts that OSCAL calls markup are Markdown, so names in them are escaped; titles and values are one line.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from reportgen.model import Control, Json, Results
from reportgen.render.markdown import escaped, told
from reportgen.render.strings import Strings
from reportgen.render.text import cleaner

OSCAL_VERSION = "1.2.1"
NAMESPACE = "urn:x-reportgen:oscal"
"""The namespace of properties that OSCAL itself does not have, and the root of all identifiers."""
PLAN = "oscal-assessment-plan.json"
_ROOT = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)
_CLEAN = cleaner()


def identifier(*parts: str) -> str:
    """A UUID of version 5: the same for the same thing in every run and on every machine."""
    return str(uuid.uuid5(_ROOT, "\n".join(parts)))


def text(strings: Strings, key: str, **values: object) -> str:
    """A text of the catalogue, escaped with its values."""
    shown = {name: value if isinstance(value, int) else escaped(value) for name, value in values.items()}
    return told(strings, f"oscal.{key}", **shown)


def line(value: str) -> str:
    """A value as a property holds it: one line, without blanks around it, and never empty."""
    return " ".join(str(_CLEAN(value)).split()) or "-"


def prop(name: str, value: object, *, own: bool = True) -> Json:
    """A property; ``own`` ones are in our namespace, the others are OSCAL's."""
    return {"name": name, "value": line(str(value))} | ({"ns": NAMESPACE} if own else {})


def objective_id(control: str) -> str:
    """The id of a control's objective, which findings point at."""
    return f"{control}_obj"


def metadata(results: Results, kind: str, strings: Strings) -> Json:
    """Who prepared the document, for whom, from what."""
    facts = results.facts
    banner = escaped(strings.banner(facts.collection_mode))
    entity, preparer = identifier("party", facts.entity), identifier("party", facts.identity.object_id)
    return {
        "title": f"{banner}. {kind}" if banner else kind,
        "last-modified": facts.as_of,
        "version": facts.pack_id,
        "oscal-version": OSCAL_VERSION,
        "props": [
            prop("pack-id", facts.pack_id),
            prop("collection-mode", facts.collection_mode.value),
            prop("tool-version", facts.tool_version),
            prop("catalogue-sha256", facts.catalogue_sha256),
            prop("snapshot-sha256", facts.snapshot_sha256),
            prop("marking", facts.classification, own=False),
        ],
        "roles": [
            {"id": "prepared-by", "title": text(strings, "prepared_by")},
            {"id": "entity", "title": text(strings, "entity")},
        ],
        "parties": [
            {"uuid": entity, "type": "organization", "name": line(facts.entity)},
            {
                "uuid": preparer,
                "type": "person",
                "name": line(facts.identity.object_id),
                "remarks": text(strings, "identity", host=facts.host),
            },
        ],
        "responsible-parties": [
            {"role-id": "prepared-by", "party-uuids": [preparer]},
            {"role-id": "entity", "party-uuids": [entity]},
        ],
        "remarks": told(strings, "nature.evidence"),
    }


def tool_uuid(results: Results) -> str:
    """The identifier of this version of the tool as a component."""
    return identifier("tool", results.facts.tool_version)


def assets(results: Results, strings: Strings) -> Json:
    """The tool, as the component that assesses and the platform it does so on."""
    tool = tool_uuid(results)
    return {
        "components": [
            {
                "uuid": tool,
                "type": "software",
                "title": f"reportgen {results.facts.tool_version}",
                "description": text(strings, "tool"),
                "status": {"state": "operational"},
            }
        ],
        "assessment-platforms": [
            {
                "uuid": identifier("platform", results.facts.host, results.facts.tool_version),
                "title": line(results.facts.host) if results.facts.host else text(strings, "platform"),
                "uses-components": [{"component-uuid": tool}],
            }
        ],
    }


def reviewed(controls: Iterable[Control], strings: Strings) -> Json:
    """The controls that were looked at: all of the catalogue, since what was not assessed is told too."""
    return {
        "description": text(strings, "reviewed"),
        "control-selections": [{"include-controls": [{"control-id": control.id} for control in controls]}],
        "control-objective-selections": [{"include-all": {}}],
    }


def origins(results: Results) -> Json:
    """That the tool found it."""
    return [{"actors": [{"type": "tool", "actor-uuid": tool_uuid(results)}]}]
