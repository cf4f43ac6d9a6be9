"""Subjects in OSCAL: clusters as components, all others as inventory items, and references to both."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from reportgen.model import Json, Observation, Status, Subject
from reportgen.render.markdown import escaped
from reportgen.render.oscal.parts import identifier, prop, text
from reportgen.render.strings import Strings


def subject_key(subject: Subject) -> str:
    """The id by which a subject is the same in every pack.

    Azure writes an ARM id in different cases; the name of an object inside a cluster has only one.
    """
    inside = subject.cluster_id and subject.id.lower().startswith(subject.cluster_id.lower())
    end = len(subject.cluster_id) if inside else len(subject.id)
    return subject.id[:end].lower() + subject.id[end:]


def subject_uuid(subject: Subject) -> str:
    """The identifier of a subject, the same in every pack."""
    return identifier("subject", subject.kind, subject_key(subject))


def _cluster_uuid(cluster_id: str) -> str:
    return identifier("subject", "cluster", cluster_id.lower())


def components(subjects: Mapping[str, Subject], strings: Strings) -> list[Json]:
    """The clusters, those too that are seen only by what lies in them; ``subjects`` are by identifier."""
    clusters: dict[str, Subject] = {}
    for subject in subjects.values():
        if subject.cluster_id:
            clusters.setdefault(_cluster_uuid(subject.cluster_id), subject)
    return [
        {
            "uuid": uuid,
            "type": "service",
            "title": escaped(subject.cluster) or escaped(subject.cluster_id),
            "description": text(strings, "cluster", name=subject.cluster),
            "props": [
                prop("asset-id", subject.cluster_id.lower(), own=False),
                prop("kind", "cluster"),
                prop("subscription", subject.subscription),
            ],
            "status": {"state": "other", "remarks": text(strings, "cluster_state")},
        }
        for uuid, subject in clusters.items()
    ]


def inventory(subjects: Mapping[str, Subject]) -> Iterator[Json]:
    """Whatever was looked at beside the clusters themselves."""
    for uuid, subject in subjects.items():
        if subject.kind == "cluster":
            continue
        item: dict[str, Json] = {
            "uuid": uuid,
            "description": f"{escaped(subject.kind)} {escaped(subject.name)}",
            "props": [
                prop("asset-id", subject_key(subject), own=False),
                prop("kind", subject.kind),
                prop("name", subject.name),
            ],
        }
        if subject.subscription:
            item["props"].append(prop("subscription", subject.subscription))
        if subject.cluster_id:
            item["implemented-components"] = [{"component-uuid": _cluster_uuid(subject.cluster_id)}]
        yield item


def subject_reference(subject: Subject) -> dict[str, Json]:
    """A reference to a subject."""
    kind = "component" if subject.kind == "cluster" else "inventory-item"
    return {"subject-uuid": subject_uuid(subject), "type": kind}


def reference(item: Observation) -> Json:
    """A subject; of an exception also the reason and what was observed."""
    told = subject_reference(item.subject)
    if item.status is Status.NOT_SATISFIED:
        observed = (
            prop("observed", f"{label}: {json.dumps(value, ensure_ascii=False, sort_keys=True)}")
            for label, value in item.observed.items()
        )
        told["title"] = escaped(item.subject.name) or "-"
        told["props"] = [*observed, *([prop("waiver", item.waiver)] if item.waiver else ())]
        told["remarks"] = escaped(item.reason)
    return told
