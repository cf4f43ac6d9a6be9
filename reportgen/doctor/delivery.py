"""Whether a pack could be handed over as the engagement says; nothing is sent, and nothing left anywhere."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen import deliver
from reportgen.engagement import Engagement
from reportgen.engagement.delivering import DeliverSettings
from reportgen.preflight import Line, State

_TOPIC = "delivery"


def examine(engagement: Engagement, *, simulated: bool) -> Iterator[Line]:
    """What stands under ``deliver``, then each channel; nothing where the engagement delivers nothing.

    ``simulated`` says that the evidence would be from another place than Azure.
    """
    settings = engagement.deliver
    if settings is None:
        return
    yield _recipients(settings)
    if simulated and not settings.allow_simulated:
        yield Line(
            State.UNDELIVERED,
            _TOPIC,
            "the evidence would not be from Azure, and such a pack is not delivered",
            advice="`deliver: {allow_simulated: true}` lets it go, marked as such.",
        )
    if not settings.allow_incomplete:
        yield Line(
            State.NOTE,
            _TOPIC,
            "a pack with gaps is not delivered",
            advice="`deliver: {allow_incomplete: true}` lets it go, marked INCOMPLETE.",
        )
    if settings.release == "after_approval" and engagement.prepared_by is None:
        yield Line(
            State.NOTE,
            _TOPIC,
            "the engagement does not say who prepares the pack, so whoever releases it may be the same",
            advice="Name them under `prepared_by`.",
        )
    for name, found, wrong in deliver.checked(engagement):
        if wrong:
            advice = "docs/delivery.md says what each channel needs."
            yield Line(State.UNDELIVERED, _TOPIC, f"{name}: {wrong}", advice=advice)
        else:
            yield Line(State.OK, _TOPIC, f"{name}: {found}")


def _recipients(settings: DeliverSettings) -> Line:
    """Who gets it and when; that both are set was checked when the engagement was read."""
    when = "as soon as it is made" if settings.release == "automatic" else "once somebody released it"
    mails = settings.graph or settings.acs or settings.smtp
    whom = f" to {len(settings.to)} recipient{'' if len(settings.to) == 1 else 's'}" if mails else ""
    held = settings.release == "after_approval" and mails
    before = f"until then to {settings.preparer} alone" if held else ""
    return Line(
        State.OK,
        _TOPIC,
        f"release: {settings.release}: a pack goes{whom} {when}",
        tuple(filter(None, (*(settings.to if mails else ()), before))),
    )
