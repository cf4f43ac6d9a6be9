"""Subjects inside clusters: one module a kind; a new kind is a new file and a line here."""

from __future__ import annotations

from reportgen.subjects.inside.bindings import ROLE_BINDING
from reportgen.subjects.inside.certificates import CERTIFICATE
from reportgen.subjects.inside.constraints import CONSTRAINT, POLICY_COMPONENT
from reportgen.subjects.inside.federated_credentials import FEDERATED_CREDENTIAL
from reportgen.subjects.inside.gateways import GATEWAY
from reportgen.subjects.inside.ingresses import INGRESS
from reportgen.subjects.inside.interface import Documents, Found, Kind, Objects, found, named
from reportgen.subjects.inside.namespaces import NAMESPACE
from reportgen.subjects.inside.nodes import NODE
from reportgen.subjects.inside.roles import ROLE
from reportgen.subjects.inside.secret_provider_classes import SECRET_PROVIDER_CLASS
from reportgen.subjects.inside.secrets import SECRET
from reportgen.subjects.inside.service_accounts import SERVICE_ACCOUNT
from reportgen.subjects.inside.services import SERVICE
from reportgen.subjects.inside.storage import PERSISTENT_VOLUME, STORAGE_CLASS
from reportgen.subjects.inside.webhooks import WEBHOOK
from reportgen.subjects.inside.workloads import WORKLOAD

KINDS: tuple[Kind, ...] = (
    NAMESPACE,
    NODE,
    SERVICE,
    INGRESS,
    GATEWAY,
    STORAGE_CLASS,
    PERSISTENT_VOLUME,
    SECRET_PROVIDER_CLASS,
    SECRET,
    CERTIFICATE,
    WEBHOOK,
    CONSTRAINT,
    POLICY_COMPONENT,
    ROLE,
    ROLE_BINDING,
    SERVICE_ACCOUNT,
    FEDERATED_CREDENTIAL,
    WORKLOAD,
)
BY_NAME = {kind.name: kind for kind in KINDS}

__all__ = ["BY_NAME", "KINDS", "Documents", "Found", "Kind", "Objects", "found", "named"]
