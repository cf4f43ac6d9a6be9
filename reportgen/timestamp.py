"""A time-stamp (RFC 3161) over a snapshot's root hash: what it says, checked without any network."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.errors import ReportgenError, UsageError
from reportgen.pack import read_file
from reportgen.snapshot import HEADER, TIMESTAMP

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse


class BadTimestamp(ReportgenError):
    """A time-stamp is damaged, or not over what it lies beside, or not signed as it should be."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time-stamp whose signature is right and which is over the snapshot's root hash.

    ``time`` is RFC 3339 in UTC, ``authority`` the signer's name. ``trusted`` says whether the signer was
    checked against certificates from outside; without them anybody could have signed.
    """

    snapshot: str
    time: str
    authority: str
    trusted: bool

    def words(self) -> str:
        """For people."""
        trust = (
            "trusted" if self.trusted else "whom nobody vouched for: name certificates with --timestamp-ca"
        )
        return f"snapshot {self.snapshot} at {self.time} by {self.authority} ({trust})"


def of_pack(pack: Path, ca_file: Path | None = None) -> tuple[Stamp, ...]:
    """The time-stamps of a pack's snapshots (its folder or zip), in the order of these.

    ``ca_file`` (PEM) names who is trusted; without it the certificates that a time-stamp brings stand in.
    Raises BadTimestamp where one is not over its snapshot's root hash, or not signed as it should be.
    """
    roots = trusted(ca_file, "--timestamp-ca") if ca_file else ()
    return tuple(
        check(
            read_file(pack, f"evidence/{snapshot}/{TIMESTAMP}"),
            str(json.loads(read_file(pack, f"evidence/{snapshot}/{HEADER}"))["root_sha256"]),
            snapshot,
            roots,
        )
        for snapshot in _stamped(pack)
    )


def _stamped(pack: Path) -> list[str]:
    """The snapshots of a pack that have a time-stamp."""
    manifest = json.loads(read_file(pack, "manifest.json"))
    parts = [str(file["path"]).split("/") for file in manifest["files"]]
    return sorted(part[1] for part in parts if part[:1] == ["evidence"] and part[2:] == [TIMESTAMP])


def check(response: bytes, root_sha256: str, snapshot: str, roots: tuple[Certificate, ...] = ()) -> Stamp:
    """A time-stamp authority's answer (DER) against the root hash of a snapshot; raises BadTimestamp."""
    import rfc3161_client as tsp
    from cryptography import x509

    try:
        answer = decode(response)
        brought = [x509.load_der_x509_certificate(found) for found in answer.signed_data.certificates]
        # No intermediates: the verifier would trust each of them, and those that were brought are used anyway.
        verifier = tsp.VerifierBuilder(roots=list(roots) or _tops(brought)).build()
        verifier.verify(answer, bytes.fromhex(root_sha256))
    except (ValueError, tsp.VerificationError) as error:
        raise BadTimestamp(f"the time-stamp of snapshot {snapshot} is not right: {error}") from error
    when = answer.tst_info.gen_time.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Stamp(snapshot, when, _signer(answer, brought), bool(roots))


def decode(response: bytes) -> TimeStampResponse:
    """An authority's answer; ValueError where it is none.

    Authorities made with OpenSSL list their certificates in no order, which DER, and so the decoder, does not
    allow. What is signed does not cover that order, so they are put into it.
    """
    import rfc3161_client as tsp
    from asn1crypto.tsp import TimeStampResp

    try:
        return tsp.decode_timestamp_response(response)
    except ValueError as error:
        if "InvalidSetOrdering" not in str(error):
            raise
    return tsp.decode_timestamp_response(TimeStampResp.load(response).dump(force=True))


def trusted(path: Path, named_by: str) -> tuple[Certificate, ...]:
    """The certificates of a PEM file; UsageError where it has none, saying what named it."""
    from cryptography import x509

    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise UsageError(f"{named_by}: {path}: no certificates in PEM form ({error})") from error


def _tops(brought: list[Certificate]) -> list[Certificate]:
    """The certificates that none of the others issued."""
    names = {certificate.subject for certificate in brought}
    return [found for found in brought if found.issuer == found.subject or found.issuer not in names]


def _signer(answer: TimeStampResponse, brought: list[Certificate]) -> str:
    """The name of whoever signed, by the certificate that the signature names."""
    from cryptography.x509.oid import NameOID

    for info in answer.signed_data.signer_infos:
        for found in brought:
            if (found.issuer, found.serial_number) == (info.issuer, info.serial_number):
                common = found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
                return str(common[0].value) if common else found.subject.rfc4514_string()
    return ""
