"""What the run register has of packs, where it cannot be changed: who let one go, and that it goes.

Both entries name the snapshots that the pack rests on, so that these are kept where the pack itself is gone.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reportgen.deliver.mail import one_line
from reportgen.deliver.parcel import Parcel, belongs
from reportgen.engagement.registers import same_person
from reportgen.errors import UsageError
from reportgen.kept import Kept
from reportgen.model import Json
from reportgen.register import DELIVERING, RELEASED, Entry, key, stamp


@dataclass(frozen=True, slots=True)
class Releaser:
    """Who releases: the name given, and the account and host that the command ran as."""

    name: str
    account: str


class _Already(Exception):
    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.number)
        self.entry = entry


def release(kept: Kept, pack: Parcel, who: Releaser, moment: datetime) -> tuple[Entry, bool]:
    """Register the release of exactly this pack; the entry, and whether it is new.

    Raises UsageError where the pack is another engagement's, the engagement wants no approval, or it is the
    preparer who releases: four eyes are wanted, as far as names and addresses tell.
    """
    settings, name = kept.engagement.deliver, one_line(who.name)
    if settings is None or settings.release != "after_approval":
        raise UsageError(
            "the engagement has no `deliver:` with `release: after_approval`, so there is nothing to release"
        )
    if not name:
        raise UsageError("--by: expected the name of who releases the pack")
    belongs(pack, kept.engagement)
    prepared = kept.engagement.prepared_by
    preparers = [*([prepared.name] if prepared else []), *([settings.preparer] if settings.preparer else [])]
    if any(same_person(name, one) for one in preparers):
        raise UsageError(
            f"--by {name}: is who prepared the pack, as the engagement says; somebody else has to release it"
        )
    more = {
        "by": name,
        "account": one_line(who.account),
        "prepared_by": prepared.name if prepared else "",
    }
    return _once(RELEASED, kept, pack, moment, more)


def delivering(kept: Kept, pack: Parcel, moment: datetime) -> None:
    """Register that exactly this pack goes to its recipients, before the first of them gets it."""
    _once(DELIVERING, kept, pack, moment, {})


def released(kept: Kept, pack: Parcel) -> Entry | None:
    """The release of a pack, None where there is none; one of the same id with other files is another."""
    return _found(RELEASED, kept.register.entries(), key(kept.engagement), pack)


def _once(
    kind: str, kept: Kept, pack: Parcel, moment: datetime, more: Mapping[str, Json]
) -> tuple[Entry, bool]:
    """The entry of a kind about a pack, and whether it is new."""
    own = key(kept.engagement)

    def facts(before: tuple[Entry, ...]) -> Mapping[str, Json]:
        if entry := _found(kind, before, own, pack):
            raise _Already(entry)
        return {
            "engagement": own,
            "pack": pack.pack_id,
            "manifest_sha256": pack.manifest_sha256,
            "snapshots": list(pack.snapshots),
            **more,
        }

    try:
        return kept.register.append(kind, stamp(moment), secrets.token_hex(6), facts), True
    except _Already as already:
        return already.entry, False


def _found(kind: str, entries: tuple[Entry, ...], engagement: str, pack: Parcel) -> Entry | None:
    wanted = (engagement, pack.pack_id, pack.manifest_sha256)
    for entry in entries:
        told = (entry.text("engagement"), entry.text("pack"), entry.text("manifest_sha256"))
        if entry.kind == kind and told == wanted:
            return entry
    return None
