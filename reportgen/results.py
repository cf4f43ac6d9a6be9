"""What a report says: a snapshot assessed, beside the period's others, with what people decided about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reportgen import facts
from reportgen.assess import assess, frameworks
from reportgen.assess.decisions import decide
from reportgen.assess.exclusions import Exclusions
from reportgen.audit.previous import Previous, with_changes
from reportgen.catalogues import TEMPLATES, Own, catalogue_of, entity_results
from reportgen.engagement import Engagement
from reportgen.engagement.document_control import document
from reportgen.errors import UsageError
from reportgen.kept import Kept, Points
from reportgen.model import Results
from reportgen.periods import candidates, period_view
from reportgen.render import own as own_templates
from reportgen.snapshot import Reader
from reportgen.subjects.differences import differences
from reportgen.subjects.principals import notes, principals


@dataclass(frozen=True, slots=True)
class Made:
    """The results and the folders of the snapshots that they rest on, the one that is reported on last."""

    results: Results
    snapshots: tuple[Path, ...]


def results_of(
    engagement: Engagement,
    snapshot: Path,
    own: Own | None = None,
    store: Kept | None = None,
    compared: Previous | None = None,
) -> Made:
    """Assess a finished snapshot; the arguments are those of `reportgen.run.report`."""
    reader = Reader(snapshot)
    if not reader.intact():
        raise UsageError(
            f"{snapshot}: files differ from the hash taken when collection ended; collect again or restore it"
        )
    catalogue = catalogue_of(engagement, own)
    assessment = assess(reader, catalogue.controls, reader.header.as_of, registers=engagement.registers)
    points = store.points(snapshot) if store else Points(tuple(snapshot.parent.iterdir()), {})
    before = candidates(engagement, reader, points.folders)
    used = [*(one.header.name for one in before.readers), reader.header.name]
    runs = store.listing(used, {**dict(before.unused), **points.unused}) if store else None
    due = runs.due if runs else ()
    period = period_view(engagement, before, reader, assessment, catalogue.controls, due)
    decided = decide(assessment, reader, engagement.registers, period.exceptions)
    known = principals(reader)
    templates = own_templates.of_engagement(engagement)
    results = Results(
        facts=facts.pack_facts(
            engagement,
            reader.header,
            [one.header for one in before.readers],
            catalogue.folders,
            TEMPLATES,
            templates,
            runs,
            compared.stated if compared else None,
        ),
        scope=Exclusions.at(engagement.exclusions, reader.header.as_of, reader.scope).scope(reader.scope),
        controls=catalogue.controls,
        findings=decided.findings,
        observations=decided.observations,
        gaps=assessment.gaps,
        sources=facts.source_summaries(reader),
        differences=tuple(differences(reader)),
        collector=facts.collector(reader),
        principals=known,
        subscription_names={line.id: line.name or line.id for line in reader.scope.subscriptions},
        notes=(*catalogue.notes, *assessment.notes, *notes(known)),
        frameworks=frameworks.evaluate(catalogue.frameworks, assessment.findings),
        entity_controls=entity_results(engagement.entity_controls, assessment.findings),
        access=assessment.access,
        runs=runs,
        period=period,
        exclusions=assessment.exclusions,
        waivers=decided.waivers,
        attestations=assessment.attestations,
        responses=decided.responses,
        document=document(
            engagement.prepared_by,
            engagement.reviewers,
            engagement.representation,
            engagement.record_of_changes,
        ),
        templates=templates,
        catalogue_version=catalogue.version,
        estate=assessment.estate,
    )
    if compared:
        results = with_changes(results, compared)
    folders = (*(one.folder for one in before.readers), snapshot)
    return Made(own_templates.tried(results), folders)
