"""What a caller of the sandbox sees: how to reach it, and which faults it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

MANAGEMENT_HOST = "management.sandbox.reportgen"
LOGIN_HOST = "login.sandbox.reportgen"
GRAPH_HOST = "graph.sandbox.reportgen"
"""Microsoft Graph's."""
TENANT_ID = "6f1d2c84-30a7-4b5e-9c1f-5a0de5a4d001"
CLIENT_ID = "6f1d2c84-30a7-4b5e-9c1f-5a0de5a4d002"
OBJECT_ID = "6f1d2c84-30a7-4b5e-9c1f-5a0de5a4d003"
CLIENT_SECRET = "sandbox-only"
IDENTITY_HEADER = "sandbox-identity-header"
API_DOMAIN = "k8s.sandbox.reportgen"
"""Each cluster's API server is a host right below it."""
API_AUDIENCE = "6dae42f8-4368-4678-94ff-3960e28e3630"
"""Whom tokens for API servers are for: Entra's application that stands for all of AKS."""
ADMIN_CANARY = "CANARY-sandbox-admin-credential"
"""Stands in every credential that no reader may ever ask for; it must not be found anywhere."""


class Kind(StrEnum):
    """What goes wrong with a call, or with a page of a Resource Graph query."""

    THROTTLED = "throttled"
    """429 with ``Retry-After``; Resource Graph's own body and quota headers on its path, API priority and
    fairness's on an API server."""
    THROTTLED_SILENTLY = "throttled-silently"
    """429 with nothing that says how long to wait."""
    THROTTLED_BY_QUOTA = "throttled-by-quota"
    """429 without ``Retry-After``; only ``x-ms-user-quota-resets-after`` says how long to wait, or the Status
    of an API server (``details.retryAfterSeconds``)."""
    ERROR_500 = "error-500"
    ERROR_502 = "error-502"
    ERROR_503 = "error-503"
    """A gateway's error with a body of HTML."""
    FORBIDDEN = "forbidden"
    """403 in Resource Manager's words, Resource Graph's, Microsoft Graph's or an API server's."""
    FORBIDDEN_SILENTLY = "forbidden-silently"
    """403 with an empty body, as a proxy in between may send it."""
    TOKEN_EXPIRED = "token-expired"
    """Every token issued so far is expired from this call on: 401 until a new one is fetched."""
    LIST_EXPIRED = "list-expired"
    """410 Expired to an API server's page after the first; the Status holds the token to go on with."""
    RESET = "reset"
    """The connection is reset (RST) after half of the body."""
    DRIP = "drip"
    """The body comes a byte every ``seconds``."""
    TRUNCATED = "truncated"
    """Half of the body, under a Content-Length that fits it: the JSON breaks off."""
    LATENCY = "latency"
    """The answer waits for ``seconds``; other calls are answered meanwhile. Long enough, it never comes."""
    REPEATED_ROWS = "repeated-rows"
    """A page of Resource Graph after the first begins a row too early, with the last of the page before, and
    so lacks its own last: the rows still sum up to totalRecords."""
    TOTAL_CHANGES = "total-changes"
    """totalRecords of a page after the first is one more than it was."""
    NO_TOKEN = "no-token"
    """A page that is not the last comes without ``$skipToken``, and resultTruncated is "true"."""
    COMMAND_NOT_STARTED = "command-not-started"
    """The answer to run command is that its pod, which is there, did not start in time."""
    COMMAND_FAILED = "command-failed"
    """The command ends in the state Failed, without exit code and logs."""
    COMMAND_KILLED = "command-killed"
    """The command ends with exit code 137, and has printed nothing."""
    COMMAND_CUT = "command-cut"
    """Half of what the command printed is not there."""
    COMMAND_ALTERED = "command-altered"
    """The hash behind what the command printed is another."""
    COMMAND_HANGS = "command-hangs"
    """The command runs and does not end."""
    COMMAND_WITHOUT_KUBECTL = "command-without-kubectl"
    """The image of the command's pod has no kubectl."""


COMMAND_FAULTS = frozenset(kind for kind in Kind if kind.value.startswith("command-"))
"""Kinds that are about what becomes of a run command."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong with some calls.

    A call is concerned if ``match`` is part of its ``METHOD /path?query`` (``METHOD host/path?query`` to an
    API server) and ``kql`` part of the query it sends to Resource Graph, ``command`` of the command that it
    has run, all in any casing; sign-in is concerned only by a fault that names it in ``match``. Of the calls
    concerned the first ``after`` go well, the next ``times`` (None: all) do not.
    Pages are counted in place of calls by the kinds that only some pages can show. ``seconds`` is the
    Retry-After or quota reset (whole seconds are sent), the pause, or the time between two bytes.
    """

    kind: Kind
    match: str = ""
    kql: str = ""
    command: str = ""
    after: int = 0
    times: int | None = None
    seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong on purpose.

    Calls: ``calls`` says what happens to which; ``deny`` and ``server_errors`` are short for 403 and for an
    HTML 503 by parts of paths, ``throttle_first`` for that many 429 of Resource Graph first of all.
    ``refuse_token`` refuses to issue tokens.

    Rights: ``unreadable`` are subscription ids that the identity has no role on: not listed, 403 in Resource
    Manager, no rows in Resource Graph. ``denied_types`` are resource types (with those below them) that it
    may not read: 403 in Resource Manager, and their rows vanish from Resource Graph without a word.
    ``denied_resources`` are resources of Kubernetes, such as ``pods`` or ``deployments.apps``, that it may
    not read in any cluster; ``webhook`` says whether API servers answer like Azure's authoriser (None: those
    of clusters with Azure RBAC, unless their ``access.json`` says otherwise).

    The estate: ``disabled`` are subscription ids whose state is Disabled, which still answer. ``deleted`` are
    resource ids that lists and Resource Graph still show: 404 for each and for all below it.

    The service: ``truncate_graph`` makes Resource Graph drop half of the rows and the token;
    ``subscription_limit`` is how many subscriptions a query without a list of them covers;
    ``command_output`` is how many bytes of what a run command prints are kept;
    ``clock_skew`` is how many seconds its ``Date`` headers are ahead.
    """

    refuse_token: bool = False
    deny: tuple[str, ...] = ()
    server_errors: tuple[str, ...] = ()
    throttle_first: int = 0
    truncate_graph: bool = False
    calls: tuple[Fault, ...] = ()
    unreadable: tuple[str, ...] = ()
    denied_types: tuple[str, ...] = ()
    denied_resources: tuple[str, ...] = ()
    webhook: bool | None = None
    disabled: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    subscription_limit: int = 10_000
    command_output: int = 512 * 1024
    clock_skew: float = 0.0


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox.

    Clients connect to ``address`` and keep the host names in URL, certificate check and Host header, so
    that no port shows up in an answer or in evidence. ``api_servers`` has the host of each cluster's API
    server by the cluster's id in lower case, of those that can be reached. ``requests`` grows with every call
    received, each as ``METHOD /path?query``, or ``METHOD host/path?query`` to an API server;
    ``admin_credentials`` with the id of a cluster for each administrator's credential that was handed out, or
    used by a command.
    """

    address: tuple[str, int]
    ca_file: Path
    management_host: str = MANAGEMENT_HOST
    login_host: str = LOGIN_HOST
    graph_host: str = GRAPH_HOST
    tenant_id: str = TENANT_ID
    client_id: str = CLIENT_ID
    object_id: str = OBJECT_ID
    client_secret: str = field(default=CLIENT_SECRET, repr=False)
    identity_header: str = field(default=IDENTITY_HEADER, repr=False)
    api_servers: Mapping[str, str] = field(default_factory=dict, repr=False)
    requests: list[str] = field(default_factory=list, repr=False)
    admin_credentials: list[str] = field(default_factory=list, repr=False)
