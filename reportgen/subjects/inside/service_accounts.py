"""Service accounts: the powers bound to them and to the groups they are in, and what runs as them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.subjects.inside.bindings import granted, place_of, principals
from reportgen.subjects.inside.interface import Found, Kind, Objects, found, named
from reportgen.subjects.inside.powers import NAMES
from reportgen.subjects.inside.roles import BINDINGS, ROLES, RoleBook

_PODS = "k8s.pods"
_FINISHED = ("Succeeded", "Failed")
_DEFAULT = "default"

Held = Mapping[str, list[tuple[str, list[str]]]]
"""By principal's words: of each binding that names it, "<binding> (<where>)" and the powers."""


def _build(objects: Objects) -> Iterator[Found]:
    held = _held(objects) if objects.known(*BINDINGS, *ROLES) else None
    pods = _running(objects) if objects.known(_PODS) else None
    for account, pointer in objects.of("k8s.service-accounts"):
        key = named(account)
        runs = None if pods is None else pods.get(key, [])
        derived = {
            "automounts": automounts(account),
            "pods": None if runs is None else len(runs),
            "pods_with_token": None if runs is None else sum(mounts_token(pod, account) for pod in runs),
            **_rights(key, held),
        }
        yield found("service-account", account, (pointer,), derived)


def automounts(account: Json) -> bool:
    """Whether pods get the account's token unless they refuse it, as they do where nothing is set."""
    return at(account, "automountServiceAccountToken") is not False


def mounts_token(pod: Json, account: Json) -> bool:
    """Whether a pod has the account's token; what the pod says goes before what the account says."""
    own = at(pod, "spec", "automountServiceAccountToken")
    return automounts(account) if own is None else own is True


def _held(objects: Objects) -> Held:
    book = RoleBook.of(objects)
    held: dict[str, list[tuple[str, list[str]]]] = defaultdict(list)
    for source in BINDINGS:
        for binding, _ in objects.of(source):
            entry = (f"{named(binding)[1]} ({place_of(binding)})", granted(binding, book))
            for words in sorted({who.words for who in principals(binding)}):
                held[words].append(entry)
    return held


def _rights(key: tuple[str, str], held: Held | None) -> dict[str, Json]:
    """What is bound to the account itself (``bindings``), and the powers with those of its groups."""
    if held is None:
        return {}
    namespace, name = key
    own = held.get(f"ServiceAccount/{namespace}/{name}", [])
    groups = (f"system:serviceaccounts:{namespace}", "system:serviceaccounts", "system:authenticated")
    everything = own + [entry for group in groups for entry in held.get(f"Group/{group}", ())]
    powers = {power for _, given in everything for power in given}
    return {
        "bindings": [binding for binding, _ in own],
        "grants": [power for power in NAMES if power in powers],
    }


def _running(objects: Objects) -> Mapping[tuple[str, str], list[Json]]:
    """The pods that have not finished, by namespace and name of their service account."""
    pods: dict[tuple[str, str], list[Json]] = defaultdict(list)
    for pod, _ in objects.of(_PODS):
        if at(pod, "status", "phase") not in _FINISHED:
            account = str(at(pod, "spec", "serviceAccountName") or _DEFAULT)
            pods[(named(pod)[0], account)].append(pod)
    return pods


SERVICE_ACCOUNT = Kind(
    name="service-account",
    many="service accounts",
    sources=("k8s.service-accounts",),
    derived={
        "automounts": (),
        "pods": (_PODS,),
        "pods_with_token": (_PODS,),
        "bindings": (*BINDINGS, *ROLES),
        "grants": (*BINDINGS, *ROLES),
    },
    build=_build,
)
