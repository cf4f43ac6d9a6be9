"""What a caller of the sandbox sees: how to reach it, and which faults it shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

MANAGEMENT_HOST = "management.sandbox.reportgen"
LOGIN_HOST = "login.sandbox.reportgen"
TENANT_ID = "6f1d2c84-30a7-4b5e-9c1f-5a0de5a4d001"
CLIENT_ID = "6f1d2c84-30a7-4b5e-9c1f-5a0de5a4d002"
OBJECT_ID = "6f1d2c84-30a7-4b5e-9c1f-5a0de5a4d003"
CLIENT_SECRET = "sandbox-only"
IDENTITY_HEADER = "sandbox-identity-header"


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong on purpose.

    ``deny`` and ``server_errors`` hold parts of paths (any casing) that are answered with 403 and with
    an HTML 503; ``throttle_first`` is how many Resource Graph calls are answered with 429 before the
    first is served; ``truncate_graph`` makes Resource Graph drop half of the rows and the token.
    """

    refuse_token: bool = False
    deny: tuple[str, ...] = ()
    server_errors: tuple[str, ...] = ()
    throttle_first: int = 0
    truncate_graph: bool = False


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox.

    Clients connect to ``address`` and keep the host names in URL, certificate check and Host header, so
    that no port shows up in an answer or in evidence. ``requests`` grows with every call received, each
    as ``METHOD /path?query``.
    """

    address: tuple[str, int]
    ca_file: Path
    management_host: str = MANAGEMENT_HOST
    login_host: str = LOGIN_HOST
    tenant_id: str = TENANT_ID
    client_id: str = CLIENT_ID
    object_id: str = OBJECT_ID
    client_secret: str = field(default=CLIENT_SECRET, repr=False)
    identity_header: str = field(default=IDENTITY_HEADER, repr=False)
    requests: list[str] = field(default_factory=list, repr=False)
