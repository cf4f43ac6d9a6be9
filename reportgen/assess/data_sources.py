"""Whether a control looks at the data that a row of the peers' check table names.

A row says in words where its data is: property names, Kubernetes objects, kinds of resource. A control that
covers it has to read a property that is named, or a value made of one; where no property is named, to need
one of the sources that hold the objects.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reportgen.assess.paths import EACH, paths
from reportgen.model import Control
from reportgen.subjects import own_sources

_Name = tuple[str, ...]
"""Steps of a path to a property, as `_spelled` writes them."""

_SOURCES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"cluster ?rolebindings?|rolebindings?|bindings", ("k8s.role-bindings", "k8s.cluster-role-bindings")),
    (r"role ?assignments?|authorizationresources", ("arg.role-assignments",)),
    (r"pim eligibility", ("arm.role-eligibilities", "arm.role-activations")),
    (r"clusterroles?|roles", ("k8s.roles", "k8s.cluster-roles")),
    (r"service ?accounts?", ("k8s.service-accounts",)),
    (r"pods?|workloads|runtimeclass|objects", ("k8s.pods", "k8s.deployments")),
    (r"deployments", ("k8s.deployments", "k8s.pods")),
    (r"daemonset", ("k8s.daemon-sets",)),
    (r"namespaces?", ("k8s.namespaces",)),
    (r"networkpolic(?:y|ies)", ("k8s.network-policies",)),
    (r"services", ("k8s.services",)),
    (r"ingress(?:es)?", ("k8s.ingresses",)),
    (r"gateways?|httproutes", ("k8s.gateways", "k8s.http-routes")),
    (r"storageclasses", ("k8s.storage-classes",)),
    (r"persistentvolumes", ("k8s.persistent-volumes",)),
    (r"resourcequotas", ("k8s.resource-quotas",)),
    (r"limitranges", ("k8s.limit-ranges",)),
    (r"poddisruptionbudgets", ("k8s.pod-disruption-budgets",)),
    (r"(?:validating/mutating)?webhookconfigurations", ("k8s.validating-webhooks", "k8s.mutating-webhooks")),
    (r"secretproviderclass", ("k8s.secret-provider-classes",)),
    (r"externalsecret", ("k8s.external-secrets",)),
    (r"secretstore", ("k8s.secret-stores",)),
    (r"secrets?", ("k8s.secrets",)),
    (r"nodes?", ("k8s.nodes",)),
    (r"constraint", ("k8s.constraints",)),
    (r"policy ?assignments?", ("arg.policy-assignments", "k8s.constraints")),
    (r"policyexemptions", ("arg.policy-exemptions",)),
    (r"(?:component)?policystates", ("arg.policy-states", "arg.component-policy-states")),
    (r"maintenanceconfigurations", ("arm.maintenance-configurations",)),
    (r"diagnostic ?settings?", ("arm.diagnostic-settings",)),
    (r"upgradeprofiles", ("arm.upgrade-profiles", "arm.pool-upgrade-profiles")),
    (r"kubernetesversions|release calendar", ("arm.kubernetes-versions",)),
    (r"federatedidentitycredentials", ("arm.federated-credentials",)),
    (r"userassignedidentities", ("arg.managed-identities",)),
    (r"registr(?:y|ies)", ("arg.container-registries",)),
    (r"virtualnetworks|vnet|subnets?", ("arg.virtual-networks", "arg.subnets")),
    (r"privateendpoints", ("arg.private-endpoints",)),
    (r"applicationgateways", ("arg.application-gateways",)),
    (r"disks", ("arg.disks",)),
    (r"diskencryptionsets", ("arg.disk-encryption-sets",)),
    (r"pricings|defender for containers plan", ("arg.defender-plans",)),
    (r"assessments", ("arg.defender-assessments",)),
    (r"advisorresources", ("arg.advisor-recommendations",)),
    (r"fleets/members", ("arg.fleet-members",)),
    (r"fluxconfigurations", ("arg.flux-configurations",)),
    (r"safeguardsprofile", ("arm.deployment-safeguards",)),
    (r"policy [0-9a-f]{8}", ("arg.policy-assignments", "arg.policy-states")),
    (r"kubernetes\.io/tls", ("k8s.certificates",)),
    (r"workspace in another subscription", ("arm.diagnostic-settings",)),
    (r"kubernetesconfiguration extension", ("arg.kubernetes-extensions",)),
    (r"backupinstances", ("arg.backup-instances",)),
    (r"scheduledevents", ("arg.upgrade-events",)),
    (r"resourcechanges", ("arg.resource-changes",)),
    (r"key vault", ("arg.key-vaults", "arm.key-vault-keys")),
    (r"log analytics|workspace", ("arg.log-analytics-workspaces",)),
)
"""Words of the table, and the sources that hold what they mean."""

_WORDS = [(re.compile(rf"(?<![\w.-])(?:{words})(?![\w-])", re.IGNORECASE), of) for words, of in _SOURCES]

MADE_OF: dict[str, tuple[str, ...]] = {
    "any_host": ("rules.host",),
    "api_server_ranges": ("authorizedIPRanges",),
    "auto_provisioning": ("nodeProvisioningProfile.mode",),
    "capabilitiesAdded": ("capabilities.add",),
    "days_behind_newest": ("nodeImageVersion", "latestNodeImageVersion"),
    "days_without_patches": ("nodeImageVersion",),
    "dropsAll": ("capabilities.drop",),
    "endpoint_connections": ("privateEndpointConnections.status",),
    "hasNetRaw": ("capabilities.add", "capabilities.drop"),
    "hasSysAdmin": ("capabilities.add",),
    "hosted_system": ("hostedSystemProfile.enabled", "sku.name"),
    "image_date": ("nodeImageVersion",),
    "in_tree": ("provisioner",),
    "kms": (
        "azureKeyVaultKms.enabled",
        "kubernetesResourceObjectEncryptionProfile.infrastructureEncryption",
    ),
    "kubelet_minors_behind": ("kubeletVersion",),
    "lacks_limits": ("resources.limits",),
    "lacks_requests": ("resources.requests",),
    "mayRunAsRoot": ("runAsNonRoot", "runAsUser"),
    "nodes_at_least": ("minCount", "count"),
    "owner": ("ownerReferences",),
    "private_endpoint_states": ("privateEndpointConnections",),
    "pull_secrets": ("imagePullSecrets",),
    "retirements": (
        "loadBalancerSku",
        "networkPlugin",
        "networkPolicy",
        "openServiceMesh.enabled",
        "httpApplicationRouting.enabled",
        "podIdentityProfile.enabled",
        "agentPoolProfiles.osType",
        "nodeImageVersion",
        "osSKU",
        "type",
        "workloadRuntime",
    ),
    "runs_pool_image": ("nodeImageVersion",),
    "seccompProfile": ("seccompProfile.type",),
    "secrets": ("secretKeyRef", "secretRef"),
    "shared_hosts": ("rules.host",),
    "spread": ("topologySpreadConstraints", "antiAffinity"),
    "stopped": ("powerState.code",),
    "synced_secrets": ("secretObjects",),
    "version_matches": ("currentOrchestratorVersion",),
    "version_supported": ("currentKubernetesVersion",),
    "wide_listeners": ("listeners.hostname",),
    "wildcard_hosts": ("rules.host",),
    "windowsUser": ("runAsUserName",),
}
"""What a derived value, or a field of one, is made of, where its own name does not say so."""

_BRACES = re.compile(r"([\w.]+)\.\{([^}]*)\}([\w.]*)")
_DOTTED = re.compile(r"(?<![\w/.-])[A-Za-z]\w*(?:\.\w+)+(?![\w/.-])")
_CAMEL = re.compile(r"(?<![\w.-])[a-z]+[A-Z]\w*(?![\w.-])")
_SOURCE = "Source"
_IMPORTED = "imported."
_WHOLE = frozenset({"properties", "agentPoolProfiles", "spec", "status", "metadata", "containers", _SOURCE})
"""Steps of a path that say nothing about what is read."""
_OF_EVERY_PROFILE = frozenset(
    {"add", "code", "drop", "enabled", "host", "level", "limits", "managed", "mode", "requests"}
    | {"status", "tier", "type"}
)
"""Names that say what is read only together with the step before them."""


def unread(control: Control, data_source: str) -> bool:
    """Whether a control reads nothing of what a row's text names, as far as the text can be understood.

    One of the places that the text lists is enough; so is another tool's imported word on the row.
    """
    if any(source.startswith(_IMPORTED) for source in control.needs):
        return False
    told = [(set(names(place)), sources(place)) for place in places(data_source)]
    understood = [(named, held) for named, held in told if named or held]
    return bool(understood) and not any(_reads(control, named, held) for named, held in understood)


def _reads(control: Control, named: set[_Name], held: set[str]) -> bool:
    """Whether a control reads a named property, or needs a source.

    Where a property is named, the source that the control's subjects come from says nothing: it is needed
    whatever is read of them.
    """
    if named and any(_is_part(name, read) for name in named for read in _read(control)):
        return True
    telling = held - set(own_sources(control.subject)) if named else held
    return not telling.isdisjoint(control.needs)


def places(data_source: str) -> list[str]:
    """The places that a row's text lists, each spelled out, without what stands in square brackets."""
    return re.split(r"[;,]", re.sub(r"\[[^\]]*\]", "", _BRACES.sub(_each, data_source)))


def sources(text: str) -> set[str]:
    """The sources that hold the objects a text names."""
    return {source for words, of in _WORDS if words.search(text) for source in of}


def names(text: str) -> Iterator[_Name]:
    """The names of properties in a text; the words for the objects that hold them are none."""
    for words, _ in _WORDS:
        text = words.sub(_SOURCE, text)
    for token in (*_DOTTED.findall(text), *_CAMEL.findall(text)):
        steps = [step for step in token.split(".") if step not in _WHOLE]
        if steps:
            yield _spelled(steps[-2:] if steps[-1] in _OF_EVERY_PROFILE else steps[-1:])


def _each(found: re.Match[str]) -> str:
    return " ".join(f"{found[1]}.{inside.strip()}{found[3]}" for inside in found[2].split(","))


def _spelled(steps: Iterable[str]) -> _Name:
    """Steps of a path so that ``hostPaths``, ``hostPath`` and ``host_paths`` are one."""
    return tuple(re.sub(r"[^a-z0-9*]", "", step.lower()).rstrip("s") for step in steps)


def _read(control: Control) -> Iterator[_Name]:
    """The paths that decide the control's status, and what derived values among them are made of."""
    for text in (control.when, control.assessable, control.check):
        for variable, *steps in paths(text) if text else ():
            if variable in ("subject", "cluster", "related", "derived"):
                yield _spelled(step for step in steps if step not in _WHOLE)
            for step in steps if variable == "derived" else ():
                yield from (_spelled(made_of.split(".")) for made_of in MADE_OF.get(step, ()))


def _is_part(name: _Name, steps: _Name) -> bool:
    """Whether a name stands in a path; a key that is computed may be the first of two steps."""
    parts = [steps[at : at + len(name)] for at in range(len(steps))]
    return any(part == name or (len(part) > 1 and part == (EACH, *name[1:])) for part in parts)
