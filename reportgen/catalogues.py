"""What a run judges by: the shipped controls and frameworks, a company's own, and the pinned version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from reportgen.assess import catalogue, frameworks
from reportgen.assess.roll_up import roll_up
from reportgen.engagement import Engagement, EntityControl
from reportgen.engagement.registers import Malformed
from reportgen.errors import UsageError
from reportgen.model import Control, EntityControlResult, Finding, Framework

CONTROLS = Path(str(files("reportgen"))) / "controls"
FRAMEWORKS = CONTROLS / "frameworks"
TEMPLATES = Path(str(files("reportgen"))) / "templates"


@dataclass(frozen=True, slots=True)
class Own:
    """Folders of a company's own controls and frameworks; each adds to the shipped ones or replaces some."""

    controls: Path | None = None
    frameworks: Path | None = None

    @property
    def folders(self) -> tuple[Path, ...]:
        """Those that there are, controls first."""
        given = tuple(folder for folder in (self.controls, self.frameworks) if folder)
        for folder in given:
            if not folder.is_dir():
                raise UsageError(f"{folder}: no such folder; name one with control or framework files")
        return given


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All of it, loaded and parameterised; ``folders`` are those it was read from."""

    controls: tuple[Control, ...]
    frameworks: tuple[Framework, ...]
    folders: tuple[Path, ...]
    version: str
    notes: tuple[str, ...]


def catalogue_of(engagement: Engagement, own: Own | None = None) -> Catalogue:
    """What an engagement is judged by. Raises UsageError with every problem, before anything is collected."""
    own = own or Own()
    folders = (CONTROLS, *own.folders)
    shipped = catalogue.load(CONTROLS)
    controls = catalogue.load(CONTROLS, own.controls) if own.controls else shipped
    loaded = frameworks.load([FRAMEWORKS, *([own.frameworks] if own.frameworks else [])])
    version = catalogue.version(CONTROLS)
    _known(engagement, loaded, controls)
    return Catalogue(
        controls=catalogue.with_parameters(controls, engagement.parameters),
        frameworks=frameworks.chosen(loaded, engagement.frameworks),
        folders=folders,
        version=version,
        notes=(*_own_controls(shipped, controls), *_pinned(engagement.catalogue, version)),
    )


def entity_results(
    listed: Iterable[EntityControl], findings: Iterable[Finding]
) -> tuple[EntityControlResult, ...]:
    """What the findings say of each of the entity's controls, in its order."""
    found = {finding.control: finding for finding in findings}
    return tuple(
        _entity_result(item, [found[name] for name in item.controls if name in found]) for item in listed
    )


def _entity_result(item: EntityControl, findings: list[Finding]) -> EntityControlResult:
    return EntityControlResult(
        **item.model_dump(),
        status=roll_up(Counter(finding.status for finding in findings)),
        exceptions=sum(finding.exceptions for finding in findings),
        not_assessed=sum(finding.not_assessed for finding in findings),
    )


def _known(engagement: Engagement, loaded: Iterable[Framework], controls: Iterable[Control]) -> None:
    """Nothing names a control that is not there: a slip of the pen would read as evidence that is lacking."""
    ids = {control.id for control in controls}
    unknown = [
        f"{where}: no control has the id {name}; `reportgen controls list` shows them"
        for where, name in _named(engagement)
        if name not in ids
    ]
    asked = {(framework.id, one.id) for framework in loaded for one in framework.requirements}
    entity = {item.id for item in engagement.entity_controls}
    for number, item in enumerate(engagement.attestations, start=1):
        if isinstance(item, Malformed):
            continue
        if item.requirement and (item.framework, item.requirement) not in asked:
            unknown.append(f"attestations: {number}: {item.framework} has no requirement {item.requirement}")
        if item.entity_control and item.entity_control not in entity:
            unknown.append(f"attestations: {number}: entity_controls has no {item.entity_control}")
    unknown += frameworks.unknown_controls(loaded, ids)
    if unknown:
        raise UsageError("\n".join(unknown))


def _named(engagement: Engagement) -> Iterator[tuple[str, str]]:
    """Where an engagement names a control, and its id."""
    for item in engagement.entity_controls:
        yield from ((f"entity_controls: {item.id}", name) for name in item.controls)
    for key in ("waivers", "attestations", "responses"):
        for number, entry in enumerate(getattr(engagement, key), start=1):
            if not isinstance(entry, Malformed) and entry.control:
                yield f"{key}: {number}", entry.control
    yield from (("policy_exemptions: controls", name) for name in engagement.policy_exemptions.controls)


def _own_controls(shipped: Iterable[Control], controls: Iterable[Control]) -> tuple[str, ...]:
    """Said in front of the reader: which controls are the company's own, and which replace shipped ones."""
    before = {control.id: control for control in shipped}
    added = [control.id for control in controls if control.id not in before]
    replaced = [control.id for control in controls if before.get(control.id, control) != control]
    told = []
    if added:
        told.append(f"Controls of the entity's own, beside the shipped ones: {', '.join(added)}.")
    if replaced:
        told.append(f"Controls of the entity's own, in place of shipped ones: {', '.join(replaced)}.")
    return tuple(told)


def _pinned(pinned: str, version: str) -> tuple[str, ...]:
    if not pinned or pinned == version:
        return ()
    told = (
        f"The engagement pins catalogue {pinned}; these results were made with catalogue {version}, whose "
        "controls may differ. CHANGELOG.md says how."
    )
    return (told,)
