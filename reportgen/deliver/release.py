"""Releases: who let a pack go to its recipients, in the run register, where it cannot be changed."""

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
from reportgen.register import Entry, key, stamp

RELEASED = "released"


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
    own = key(kept.engagement)

    def facts(before: tuple[Entry, ...]) -> Mapping[str, Json]:
        if entry := _found(before, own, pack):
            raise _Already(entry)
        return {
            "engagement": own,
            "pack": pack.pack_id,
            "manifest_sha256": pack.manifest_sha256,
            "by": name,
            "account": one_line(who.account),
            "prepared_by": prepared.name if prepared else "",
        }

    try:
        return kept.register.append(RELEASED, stamp(moment), secrets.token_hex(6), facts), True
    except _Already as already:
        return already.entry, False


def released(kept: Kept, pack: Parcel) -> Entry | None:
    """The release of a pack, None where there is none; one of the same id with other files is another."""
    return _found(kept.register.entries(), key(kept.engagement), pack)


def _found(entries: tuple[Entry, ...], engagement: str, pack: Parcel) -> Entry | None:
    wanted = (engagement, pack.pack_id, pack.manifest_sha256)
    for entry in entries:
        told = (entry.text("engagement"), entry.text("pack"), entry.text("manifest_sha256"))
        if entry.kind == RELEASED and told == wanted:
            return entry
    return None
