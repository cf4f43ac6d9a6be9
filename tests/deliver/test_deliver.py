"""What is delivered to whom and when: refusals, drafts, releases, channels that fail alone."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest

from reportgen.deliver import Outcome, Releaser, deliver, parcel, release
from reportgen.engagement import load
from reportgen.errors import AlteredError, DeliveryError, UsageError
from reportgen.kept import Kept, keep
from reportgen.model import CollectionMode
from tests.deliver import parcels
from tests.deliver.postbox import Postbox, postbox
from tests.render import factory

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
KIM = Releaser("Kim Holm", "kim on host")


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Postbox]:
    with postbox(tmp_path, accounts=False) as known:
        yield known


def states(outcomes: tuple[Outcome, ...]) -> dict[str, str]:
    return {outcome.channel: outcome.state for outcome in outcomes}


def send(kept: Kept, pack: Path) -> dict[str, str]:
    return states(deliver(kept, pack, sleep=parcels.never))


def subjects(box: Postbox) -> list[tuple[str, list[str]]]:
    return [(str(mail["Subject"]), list(envelope.rcpt_tos)) for envelope, mail in box.mails]


def test_an_incomplete_pack_goes_only_where_allowed_and_says_so(tmp_path: Path, box: Postbox) -> None:
    gaps = factory.results(3, CollectionMode.AZURE, hostile=False)
    pack = parcels.pack(tmp_path / "out", gaps)
    settings = f"{parcels.BOTH}smtp: {{{box.settings}}}\nfolder: handed\n"
    with pytest.raises(DeliveryError, match="it is incomplete"):
        send(parcels.kept(tmp_path, settings), pack)
    assert not (tmp_path / "handed").exists()
    kept = parcels.kept(tmp_path, f"{settings}allow_incomplete: true\n")
    assert send(kept, pack) == {"folder": "delivered", "smtp": "delivered"}
    assert subjects(box)[0][0].startswith("[INCOMPLETE] AKS control evidence")


@pytest.mark.parametrize("mode", [CollectionMode.DEMO, CollectionMode.ESTATE, CollectionMode.KUBECONFIG])
def test_what_is_not_from_azure_goes_only_where_allowed_and_says_so(
    tmp_path: Path, box: Postbox, mode: CollectionMode
) -> None:
    pack = parcels.pack(tmp_path / "out", parcels.renamed(factory.clean(), collection_mode=mode))
    settings = f"{parcels.BOTH}smtp: {{{box.settings}}}\n"
    with pytest.raises(DeliveryError, match=f"its collection mode is {mode.value}"):
        send(parcels.kept(tmp_path, settings), pack)
    assert box.mails == []
    assert send(parcels.kept(tmp_path, f"{settings}allow_simulated: true\n"), pack) == {"smtp": "delivered"}
    assert "NOT COLLECTED FROM AZURE]" in subjects(box)[0][0]


def test_another_engagement_s_pack_is_refused(tmp_path: Path) -> None:
    kept = parcels.kept(tmp_path, "release: automatic\nfolder: handed\n")
    for facts in ({"entity": "Fabrikam"}, {"period_end": "2026-09-30"}, {"engagement": "another"}):
        pack = parcels.pack(tmp_path / "others", parcels.renamed(factory.clean(), **facts))
        with pytest.raises(UsageError, match="another engagement"):
            send(kept, pack)
    assert not (tmp_path / "handed").exists()


def test_a_changed_pack_is_refused(tmp_path: Path) -> None:
    kept = parcels.kept(tmp_path, "release: automatic\nfolder: handed\n")
    pack = parcels.pack(tmp_path / "out")
    archive = pack.with_name(f"{pack.name}.zip")
    with zipfile.ZipFile(archive, "a") as opened:
        opened.writestr(f"{pack.name}/results/added.json", "{}")
    with pytest.raises(AlteredError):
        send(kept, pack)
    parcels.pack(tmp_path / "out")
    (pack / "MANIFEST.sha256").write_text("0" * 64 + "  other\n", encoding="utf-8")
    with pytest.raises(AlteredError):
        send(kept, pack)
    assert send(kept, archive) == {"folder": "delivered"}


def test_a_folder_without_its_zip_is_no_pack_to_deliver(tmp_path: Path) -> None:
    pack = parcels.pack(tmp_path / "out")
    pack.with_name(f"{pack.name}.zip").unlink()
    with pytest.raises(UsageError, match=r"no pack-.*\.zip beside it"):
        send(parcels.kept(tmp_path, "release: automatic\nfolder: handed\n"), pack)


def test_an_engagement_without_recipients_delivers_nothing(tmp_path: Path) -> None:
    kept = parcels.kept(tmp_path, "release: automatic\nfolder: handed\n")
    without = replace(kept, engagement=kept.engagement.model_copy(update={"deliver": None}))
    with pytest.raises(UsageError, match="has no `deliver:`"):
        send(without, parcels.pack(tmp_path / "out"))


def test_before_the_release_only_the_preparer_gets_a_draft(tmp_path: Path, box: Postbox) -> None:
    kept = parcels.kept(tmp_path, f"{parcels.APPROVED}smtp: {{{box.settings}}}\nfolder: handed\n")
    pack = parcels.pack(tmp_path / "out")
    assert send(kept, pack) == {"folder": "held", "smtp": "delivered"}
    assert not (tmp_path / "handed").exists()
    ((subject, to),) = subjects(box)
    assert subject.startswith("[DRAFT] ")
    assert to == ["ada@contoso.example"]
    mail = box.mails[0][1]
    assert [part.get_filename() for part in mail.iter_attachments()] == ["DRAFT-summary-3f9a1c77e2b4.pdf"]
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().startswith("DRAFT, sent to the preparer alone.")
    assert send(kept, pack) == {"folder": "held", "smtp": "already"}

    entry, new = release(kept, parcel(pack), KIM, NOW)
    assert new
    assert (entry.kind, entry.text("by"), entry.text("pack")) == ("released", "Kim Holm", "3f9a1c77e2b4")
    assert kept.register.problems() == ()
    assert send(kept, pack) == {"folder": "delivered", "smtp": "delivered"}
    subject, to = subjects(box)[1]
    assert subject.startswith("AKS control evidence")
    assert to == list(parcels.TO)
    assert send(kept, pack) == {"folder": "already", "smtp": "already"}
    assert len(box.mails) == 2


def test_the_register_names_what_a_pack_rests_on_before_it_goes_and_once(tmp_path: Path) -> None:
    names = ["20261005T060000Z", "20261012T060000Z"]
    for name in names:
        (tmp_path / "taken" / name).mkdir(parents=True)
        (tmp_path / "taken" / name / "snapshot.json").write_text("{}", encoding="utf-8")
    pack = parcels.pack(tmp_path / "out", snapshots=[tmp_path / "taken" / name for name in names])
    (tmp_path / "handed").write_text("no folder", encoding="utf-8")
    kept = parcels.kept(tmp_path, "release: after_approval\nfolder: handed\n")
    assert send(kept, pack) == {"folder": "held"}
    assert kept.register.entries() == ()
    release(kept, parcel(pack), KIM, NOW)
    assert send(kept, pack) == {"folder": "failed"}
    (tmp_path / "handed").unlink()
    assert send(kept, pack) == {"folder": "delivered"}
    told = [(entry.kind, entry.text("pack"), list(entry.snapshots)) for entry in kept.register.entries()]
    assert told == [("released", "3f9a1c77e2b4", names), ("delivering", "3f9a1c77e2b4", names)]
    assert kept.register.problems() == ()


def test_a_release_is_of_one_pack_and_stands_once(tmp_path: Path) -> None:
    kept = parcels.kept(tmp_path, "release: after_approval\nfolder: handed\n")
    pack = parcels.pack(tmp_path / "out")
    first, _ = release(kept, parcel(pack), KIM, NOW)
    second, new = release(kept, parcel(pack), Releaser("Somebody else", "x"), NOW)
    assert (second, new) == (first, False)
    other = parcels.pack(tmp_path / "other", summary=b"%PDF another")
    assert parcel(other).pack_id == parcel(pack).pack_id
    assert send(kept, other) == {"folder": "held"}
    assert send(kept, pack) == {"folder": "delivered"}


@pytest.mark.parametrize("name", ["", " \n ", "\t"])
def test_nobody_releases_nothing(tmp_path: Path, name: str) -> None:
    kept = parcels.kept(tmp_path, "release: after_approval\nfolder: handed\n")
    with pytest.raises(UsageError, match="--by"):
        release(kept, parcel(parcels.pack(tmp_path / "out")), Releaser(name, "x"), NOW)
    assert kept.register.entries() == ()


@pytest.mark.parametrize("name", ["Ada  BERG", "ada@contoso.example", "ADA@contoso.example "])
def test_who_prepared_a_pack_does_not_release_it(tmp_path: Path, name: str) -> None:
    more = "credential: managed-identity\nprepared_by: {name: Ada Berg}"
    kept = parcels.kept(tmp_path, f"{parcels.APPROVED}folder: handed", more)
    pack = parcel(parcels.pack(tmp_path / "out"))
    with pytest.raises(UsageError, match="somebody else has to release it"):
        release(kept, pack, Releaser(name, "x"), NOW)
    assert kept.register.entries() == ()
    entry, new = release(kept, pack, KIM, NOW)
    assert (new, entry.text("prepared_by")) == (True, "Ada Berg")


def test_where_no_approval_is_wanted_there_is_nothing_to_release(tmp_path: Path) -> None:
    kept = parcels.kept(tmp_path, "release: automatic\nfolder: handed\n")
    with pytest.raises(UsageError, match="nothing to release"):
        release(kept, parcel(parcels.pack(tmp_path / "out")), KIM, NOW)


def test_a_channel_that_fails_stops_no_other(tmp_path: Path, box: Postbox) -> None:
    (tmp_path / "handed").write_text("a file where a folder is to be", encoding="utf-8")
    kept = parcels.kept(
        tmp_path,
        f"{parcels.BOTH}folder: handed\n"
        "blob: {url: 'abfs://packs@contosoaudit', connection_string_env: UNSET_HERE}\n"
        "acs: {endpoint: 'https://127.0.0.1:9', sender: a@b.example, key_env: UNSET_HERE}\n"
        f"smtp: {{{box.settings}}}\n",
    )
    outcomes = deliver(kept, parcels.pack(tmp_path / "out"), sleep=lambda seconds: None)
    assert states(outcomes) == {"folder": "failed", "blob": "failed", "acs": "failed", "smtp": "delivered"}
    body = box.mails[0][1].get_body(("plain",))
    assert body is not None
    assert "could not be put where it is kept for readers" in body.get_content()


def test_a_mail_says_where_the_pack_lies(tmp_path: Path, box: Postbox) -> None:
    link = "https://contoso.example/sites/audit"
    kept = parcels.kept(
        tmp_path, f"{parcels.BOTH}folder: {{path: handed, link: '{link}'}}\nsmtp: {{{box.settings}}}\n"
    )
    pack = parcels.pack(tmp_path / "out")
    send(kept, pack)
    body = box.mails[0][1].get_body(("plain",))
    assert body is not None
    lines = body.get_content().splitlines()
    assert lines[lines.index(f"The full pack, {pack.name}.zip, lies here:") + 1] == f"  {link}"


def test_processes_at_once_send_one_mail(tmp_path: Path, box: Postbox) -> None:
    pack = parcels.pack(tmp_path / "out")
    settings = f"{parcels.BOTH}smtp: {{{box.settings}}}\n"
    parcels.file(tmp_path, settings)
    with ProcessPoolExecutor(3, get_context("fork")) as pool:
        ended = list(pool.map(_once, [(tmp_path, pack)] * 6))
    assert len(box.mails) == 1
    assert ended.count("delivered") == 1
    assert set(ended) <= {"delivered", "already", "unknown"}
    records = sorted(path.name for path in (tmp_path / "out" / "deliveries").rglob("*.json"))
    assert records == ["smtp-1.json", "smtp-1.result.json"]
    intent = json.loads((tmp_path / "out" / "deliveries" / "3f9a1c77e2b4" / "smtp-1.json").read_bytes())
    assert intent["recipients"] == list(parcels.TO)


def _once(arguments: tuple[Path, Path]) -> str:
    folder, pack = arguments
    (outcome,) = deliver(keep(load(folder / "engagement.yaml"), folder / "out"), pack, sleep=parcels.never)
    return outcome.state
