"""Handing a finished pack over, channel by channel: each once, and none stopped by another's failure."""

from __future__ import annotations

import hashlib
import platform
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reportgen import __version__
from reportgen.deliver.channels import MAIL, STORAGE, Way, checked, problems
from reportgen.deliver.interface import Mail, Receipt, Unclear
from reportgen.deliver.mail import Occasion, compose
from reportgen.deliver.parcel import Parcel, belongs, parcel
from reportgen.deliver.records import Record, Records
from reportgen.deliver.release import Releaser, delivering, release, released
from reportgen.engagement.delivering import DeliverSettings
from reportgen.errors import DeliveryError, ReportgenError, UsageError
from reportgen.kept import Kept
from reportgen.model import CollectionMode, Json, OwnTemplates
from reportgen.register import stamp

__all__ = ["Outcome", "Releaser", "checked", "deliver", "parcel", "problems", "release"]

DRAFT, FINAL = "draft", "final"
_ASK = ". It is not sent again by itself: ask the recipients, and use --again where it did not come"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one channel.

    ``state`` is delivered, already (nothing was left to do), held (until the release), failed or unknown
    (it may have come, and is not sent again by itself).
    """

    channel: str
    state: str
    told: str

    @property
    def failed(self) -> bool:
        """Whether somebody has to look."""
        return self.state in ("failed", "unknown")


@dataclass(frozen=True, slots=True)
class _Sent:
    receipt: Receipt
    facts: dict[str, Json]


@dataclass(frozen=True, slots=True)
class _Task:
    """What one channel is to do. ``repeats`` says that doing it twice does no harm."""

    channel: str
    stage: str
    recipients: tuple[str, ...]
    act: Callable[[tuple[str, ...], str], _Sent]
    repeats: bool


def deliver(
    kept: Kept,
    pack: Path,
    own: OwnTemplates | None = None,
    *,
    again: bool = False,
    clock: Callable[[], datetime] = _now,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[Outcome, ...]:
    """Hand a pack over as the engagement says; what was handed over before is not handed over again.

    ``own`` has a company's words for mails; ``again`` sends too what may have come already.

    Raises UsageError where the pack is another engagement's, DeliveryError where the engagement does not
    allow such a pack, AlteredError where its files were changed.
    """
    settings = kept.engagement.deliver
    if settings is None:
        raise UsageError("the engagement has no `deliver:`, which says who gets a pack and how")
    found = parcel(pack)
    belongs(found, kept.engagement)
    _allowed(found, settings)
    line = _Line(kept, settings, found, own, again, clock, sleep)
    if settings.release == "after_approval" and not released(kept, found):
        return line.draft()
    delivering(kept, found, clock())
    return line.final()


def _allowed(pack: Parcel, settings: DeliverSettings) -> None:
    if pack.mode is not CollectionMode.AZURE and not settings.allow_simulated:
        raise DeliveryError(
            f"{pack.archive.name}: not delivered: its collection mode is {pack.mode.value}, not azure "
            "(`deliver.allow_simulated: true` lets it go, marked as such)"
        )
    if pack.gaps and not settings.allow_incomplete:
        raise DeliveryError(
            f"{pack.archive.name}: not delivered: it is incomplete, {pack.gaps} gaps "
            "(`deliver.allow_incomplete: true` lets it go, marked as such)"
        )


@dataclass(frozen=True, slots=True)
class _Line:
    """One pack on its way."""

    kept: Kept
    settings: DeliverSettings
    pack: Parcel
    own: OwnTemplates | None
    again: bool
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]

    @property
    def _records(self) -> Records:
        return Records(self.kept.store, self.pack.pack_id)

    @property
    def _way(self) -> Way:
        return Way(self.kept.engagement, self.sleep)

    def draft(self) -> tuple[Outcome, ...]:
        """Before the release: mail to the preparer, and nothing else."""
        preparer = (self.settings.preparer,) if self.settings.preparer else ()
        held = (
            Outcome(name, "held", "waits for `reportgen release`") for name in STORAGE if self._wanted(name)
        )
        return (*held, *self._mails(DRAFT, preparer, ()))

    def final(self) -> tuple[Outcome, ...]:
        """The pack first, then the mails that say where it lies."""
        stored = [self._stored(name) for name in STORAGE if self._wanted(name)]
        places = tuple(place for _, place in stored if place)
        nowhere = bool(stored) and not places
        mails = self._mails(FINAL, self.settings.to, None if nowhere else places)
        return (*(outcome for outcome, _ in stored), *mails)

    def _wanted(self, name: str) -> Any:
        """What the engagement has under the channel's key, None where nothing."""
        return getattr(self.settings, name)

    def _stored(self, name: str) -> tuple[Outcome, str]:
        """What came of it, and where the pack lies now, "" where it does not."""
        try:
            channel = STORAGE[name](self._way, self._wanted(name))
        except ReportgenError as error:
            return Outcome(name, "failed", str(error)), ""

        def act(_: tuple[str, ...], __: str) -> _Sent:
            return _Sent(channel.put(self.pack.archive), {})

        outcome = self._once(_Task(name, FINAL, (channel.place,), act, repeats=True))
        return outcome, "" if outcome.failed else channel.place

    def _mails(self, stage: str, to: tuple[str, ...], places: tuple[str, ...] | None) -> list[Outcome]:
        return [
            self._once(_Task(name, stage, to, self._mailer(name, stage, places), repeats=False))
            for name in MAIL
            if self._wanted(name)
        ]

    def _mailer(
        self, name: str, stage: str, places: tuple[str, ...] | None
    ) -> Callable[[tuple[str, ...], str], _Sent]:
        def act(recipients: tuple[str, ...], token: str) -> _Sent:
            channel = MAIL[name](self._way, self._wanted(name))
            occasion = Occasion(
                sender=channel.sender,
                recipients=recipients,
                most_bytes=channel.most_bytes,
                draft=stage == DRAFT,
                names=self.settings.names,
                places=places,
                token=token,
                time=self.clock(),
            )
            mail = compose(self.pack, occasion, self.own)
            return _Sent(channel.send(mail), _facts(mail))

        return act

    def _once(self, task: _Task) -> Outcome:
        """Do what is left of a task, with its intent written first."""
        while True:
            before = self._records.of(task.channel)
            here = [record for record in before if record.stage == task.stage]
            done = {one.lower() for record in here for one in record.delivered}
            maybe = {one.lower() for record in here for one in record.unknown} - done
            unsure = set() if self.again or task.repeats else maybe
            left = tuple(one for one in task.recipients if one.lower() not in done | unsure)
            if not left:
                return _nothing_left(task, here, unsure)
            token = secrets.token_hex(16)
            number = self._records.begin(task.channel, before, self._intent(task, left, token))
            if number:
                outcome, result = self._acted(task, left, token)
                self._records.end(task.channel, number, result)
                return outcome

    def _intent(self, task: _Task, recipients: tuple[str, ...], token: str) -> dict[str, Json]:
        return {
            "schema_version": "1",
            "pack": self.pack.pack_id,
            "archive": self.pack.archive.name,
            "zip_sha256": self.pack.zip_sha256,
            "manifest_sha256": self.pack.manifest_sha256,
            "channel": task.channel,
            "stage": task.stage,
            "recipients": list(recipients),
            "time": stamp(self.clock()),
            "token": token,
            "host": platform.node(),
            "tool_version": __version__,
        }

    def _acted(self, task: _Task, recipients: tuple[str, ...], token: str) -> tuple[Outcome, dict[str, Json]]:
        result: dict[str, Json] = {"delivered": [], "refused": {}, "unknown": [], "message_id": ""}
        try:
            sent = task.act(recipients, token)
        except ReportgenError as error:
            state = "unknown" if isinstance(error, Unclear) else "failed"
            told = f"{error}{_ASK if state == 'unknown' else ''}"
            result |= {"state": state, "reason": str(error), "time": stamp(self.clock())}
            return Outcome(task.channel, state, told), result
        receipt = sent.receipt
        result |= {
            "state": "delivered",
            "delivered": list(receipt.delivered),
            "refused": dict(receipt.refused),
            "unknown": list(receipt.unclear),
            "message_id": receipt.message_id,
            "time": stamp(self.clock()),
            **sent.facts,
        }
        return _outcome(task.channel, receipt), result


def _outcome(channel: str, receipt: Receipt) -> Outcome:
    told = ", ".join(receipt.delivered)
    if receipt.unclear:
        open_yet = ", ".join(receipt.unclear)
        return Outcome(channel, "unknown", f"delivered to {told}; {open_yet} may have it or not{_ASK}")
    if receipt.refused:
        reasons = "; ".join(f"{address}: {why}" for address, why in receipt.refused.items())
        return Outcome(channel, "failed", f"delivered to {told}, but not to {reasons}")
    return Outcome(channel, "delivered", told)


def _nothing_left(task: _Task, records: Sequence[Record], unsure: set[str]) -> Outcome:
    if unsure:
        times = [record.time for record in records if record.unknown]
        who = ", ".join(one for one in task.recipients if one.lower() in unsure)
        told = f"the delivery to {who} begun at {times[-1]} has no known end{_ASK}"
        return Outcome(task.channel, "unknown", told)
    times = [record.time for record in records if record.state == "delivered"]
    return Outcome(task.channel, "already", f"delivered at {times[-1]} to {', '.join(task.recipients)}")


def _facts(mail: Mail) -> dict[str, Json]:
    """What a record has of a mail: no text, but what tells whether a text is the one that was sent."""
    attached = mail.attachment
    return {
        "subject": mail.subject,
        "text_sha256": hashlib.sha256(mail.text.encode()).hexdigest(),
        "html_sha256": hashlib.sha256(mail.html.encode()).hexdigest(),
        "attachment": attached
        and {
            "name": attached.name,
            "sha256": hashlib.sha256(attached.content).hexdigest(),
            "bytes": len(attached.content),
        },
    }
