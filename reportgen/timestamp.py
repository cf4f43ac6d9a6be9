"""A time-stamp (RFC 3161) over a snapshot's root hash: what it says, checked without any network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.errors import ReportgenError
from reportgen.snapshot import TIMESTAMP, Reader

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


def read(folder: Path, roots: tuple[Certificate, ...] = ()) -> Stamp | None:
    """The time-stamp beside a snapshot, None where it has none; raises BadTimestamp.

    Without ``roots`` the certificates that the time-stamp brings stand in for them.
    """
    path = folder / TIMESTAMP
    if not path.is_file():
        return None
    reader = Reader(folder)
    return check(path.read_bytes(), reader.header.root_sha256, reader.header.name, roots)


def check(response: bytes, root_sha256: str, snapshot: str, roots: tuple[Certificate, ...] = ()) -> Stamp:
    """A time-stamp authority's answer (DER) against the root hash of a snapshot; raises BadTimestamp."""
    import rfc3161_client as tsp
    from cryptography import x509

    try:
        answer = tsp.decode_timestamp_response(response)
        brought = [x509.load_der_x509_certificate(found) for found in answer.signed_data.certificates]
        verifier = tsp.VerifierBuilder(roots=list(roots) or _tops(brought), intermediates=brought).build()
        verifier.verify(answer, bytes.fromhex(root_sha256))
    except (ValueError, tsp.VerificationError) as error:
        raise BadTimestamp(f"the time-stamp of snapshot {snapshot} is not right: {error}") from error
    when = answer.tst_info.gen_time.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Stamp(snapshot, when, _signer(answer, brought), bool(roots))


def certificates(path: Path) -> tuple[Certificate, ...]:
    """The certificates of a PEM file; ValueError where it has none, OSError where it cannot be read."""
    from cryptography import x509

    return tuple(x509.load_pem_x509_certificates(path.read_bytes()))


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
