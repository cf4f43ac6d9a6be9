"""What a mail says: numbers, hashes and where the pack lies; names of resources only where asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reportgen.deliver.interface import Attachment, Mail
from reportgen.deliver.parcel import Listed, Parcel, listed
from reportgen.model import CollectionMode, OwnTemplates
from reportgen.render.environment import TEMPLATES
from reportgen.render.strings import Strings, builtin, with_own
from reportgen.render.text import cleaner, moment

MOST_BYTES = 5_000_000
"""Larger summaries are not mailed by any channel."""
_LONGEST = 200
_CLEAN = cleaner()


@dataclass(frozen=True, slots=True)
class Occasion:
    """A sending: ``places`` are where the pack was put, None where it was to be put and could not be."""

    sender: str
    recipients: tuple[str, ...]
    most_bytes: int
    draft: bool
    names: bool
    places: tuple[str, ...] | None
    token: str
    time: datetime


def compose(pack: Parcel, occasion: Occasion, own: OwnTemplates | None = None) -> Mail:
    """The mail for one channel and its recipients, in a company's own words where it has some."""
    strings = with_own(own)
    attachment = _attachment(pack, occasion)
    named = listed(pack.archive) if occasion.names else ()
    values: dict[str, Any] = {
        "pack": pack,
        "facts": pack.facts,
        "language": own.language if own else "en",
        "as_of": moment(pack.facts["as_of"]),
        "notes": _notes(pack, occasion, strings),
        "controls": sum(pack.statuses.values()),
        "counts": [(strings.statuses()[status], number) for status, number in pack.statuses.items()],
        "scope": _scope(pack, strings),
        "names": occasion.names,
        "exceptions": [{"control": one.control, "subject": _named(one, strings)} for one in named],
        "more": pack.exceptions - len(named),
        "summary": _summary(pack, occasion, attachment, strings),
        "lies": _lies(pack, occasion, strings),
        "places": () if occasion.draft else occasion.places or (),
    }
    return Mail(
        sender=occasion.sender,
        recipients=occasion.recipients,
        subject=_subject(pack, strings, draft=occasion.draft),
        text=_rendered("mail/mail.txt.j2", values, strings, escape=False),
        html=_rendered("mail/mail.html.j2", values, strings, escape=True),
        attachment=attachment,
        pack_id=pack.pack_id,
        token=occasion.token,
        time=occasion.time,
    )


def _subject(pack: Parcel, strings: Strings, *, draft: bool) -> str:
    """One line, whatever the entity is called, with what a reader must know first in front."""
    facts = pack.facts
    told = strings.text(
        "mail.subject",
        entity=one_line(facts["entity"]),
        start=facts["period_start"],
        end=facts["period_end"],
        pack=pack.pack_id,
    )
    marks = (
        strings.banner(pack.mode),
        strings.text("mail.incomplete") if pack.gaps else "",
        strings.text("mail.draft") if draft else "",
    )
    for mark in filter(None, marks):
        told = strings.text("mail.marked", mark=mark, subject=told)
    return told


def one_line(value: object) -> str:
    """A value as it may stand in a header and in a line: cleaned, blanks for line ends, not too long."""
    told = _flat(value)
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}…"


def _flat(value: object) -> str:
    return str(_CLEAN(" ".join(str(value).split())))


def _rendered(name: str, values: dict[str, Any], strings: Strings, *, escape: bool) -> str:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=escape,  # noqa: S701 (plain text has nothing to escape)
        undefined=StrictUndefined,
        finalize=lambda value: value if hasattr(value, "__html__") else _flat(value),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )

    def t(key: str, **given: Any) -> str:
        kept = {name: value if isinstance(value, int) else one_line(value) for name, value in given.items()}
        return strings.markup(key, **kept) if escape else strings.text(key, **kept)

    environment.globals.update(t=t)
    return environment.get_template(name).render(**values)


def _notes(pack: Parcel, occasion: Occasion, strings: Strings) -> list[str]:
    notes = [strings.banner(pack.mode)]
    notes += [strings.text("mail.draft_note")] if occasion.draft else []
    notes += [strings.text("mail.incomplete_note", n=pack.gaps)] if pack.gaps else []
    return [note for note in notes if note]


def _scope(pack: Parcel, strings: Strings) -> str:
    if pack.mode is CollectionMode.KUBECONFIG:
        return strings.text("mail.scope_alone")
    scope = pack.scope
    unread = scope.expected - scope.read
    return "; ".join(
        (
            strings.text("mail.scope_read", read=scope.read, n=scope.expected),
            strings.text("mail.clusters", n=scope.clusters),
            strings.text("mail.scope_unread", n=unread) if unread else strings.text("mail.scope_whole"),
        )
    )


def _named(one: Listed, strings: Strings) -> str:
    if one.cluster in ("", one.subject):
        return one.subject
    return strings.text("mail.inside", subject=one.subject, cluster=one.cluster)


def _attachment(pack: Parcel, occasion: Occasion) -> Attachment | None:
    if pack.summary is None or len(pack.summary) > min(MOST_BYTES, occasion.most_bytes):
        return None
    # A file's name is the same in every language, as those in the pack are.
    draft = f"{builtin().text('mail.draft')}-" if occasion.draft else ""
    return Attachment(f"{draft}summary-{pack.pack_id}.pdf", pack.summary)


def _summary(pack: Parcel, occasion: Occasion, attachment: Attachment | None, strings: Strings) -> str:
    if attachment:
        return strings.text("mail.attached", name=attachment.name)
    if pack.summary is None:
        return strings.text("mail.absent")
    most = min(MOST_BYTES, occasion.most_bytes)
    return strings.text(
        "mail.too_big", size=_megabytes(len(pack.summary), strings), most=_megabytes(most, strings)
    )


def _megabytes(size: int, strings: Strings) -> str:
    return strings.text("mail.megabytes", n=f"{size / 1e6:.1f}")


def _lies(pack: Parcel, occasion: Occasion, strings: Strings) -> str:
    if occasion.draft:
        which = "after_release"
    elif occasion.places is None:
        which = "failed_place"
    else:
        which = "full_pack" if occasion.places else "with_sender"
    return strings.text(f"mail.{which}", name=pack.archive.name)
