"""Certificates of cert-manager: until when they are valid, and when they are to be renewed.

Their keys and the certificates themselves are in Secrets, which are not read.
"""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.subjects.inside.interface import Found, Kind, Objects, found


def _build(objects: Objects) -> Iterator[Found]:
    for certificate, pointer in objects.of("k8s.certificates"):
        status = at(certificate, "status")
        derived = {
            "not_after": at(status, "notAfter"),
            "renewal": at(status, "renewalTime"),
            "ready": ready(certificate),
            "issuer": str(at(certificate, "spec", "issuerRef", "name") or ""),
        }
        yield found("certificate", certificate, (pointer,), derived)


def ready(certificate: Json) -> bool:
    """Whether cert-manager says that there is a certificate and that it is in order."""
    conditions = at(certificate, "status", "conditions") or ()
    return any(at(one, "type") == "Ready" and at(one, "status") == "True" for one in conditions)


CERTIFICATE = Kind(
    name="certificate",
    many="certificates",
    sources=("k8s.certificates",),
    derived=dict.fromkeys(("not_after", "renewal", "ready", "issuer"), ()),
    build=_build,
)
