"""The sample estate holds together: what its bodies name is there, and nothing in it is real."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from functools import cache

from reportgen import engagement, run
from reportgen.engagement.registers import Response, Waiver
from reportgen.model import Json
from reportgen.sandbox.estate import Estate, load
from reportgen.sandbox.ids import parse

ROLES = "microsoft.authorization/roledefinitions"
PUBLIC_FOR_EXAMPLES = [
    ipaddress.ip_network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
]
NODE_IMAGES = "109a5e88-712a-48ae-9078-9ca8b3c81345"
"""The subscription that AKS keeps its node images in, which every scale set names."""
UNREADABLE = "c1f4837d-6b05-4ea9-8d72-2a96e0b5f318"
"""The subscription that nobody could export a body of."""


@cache
def contoso() -> Estate:
    return load(run.SAMPLES / "contoso")


def texts(value: Json) -> Iterator[str]:
    """Every text in a body, the keys of its maps included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from texts(item)


def bodies() -> Iterator[tuple[str, Json]]:
    for resource in contoso().resources:
        yield resource.file, dict(resource.body)
    for events in contoso().events.values():
        yield from ((event.id.text, dict(event.body)) for event in events)
    for entry in (contoso().directory or {}).values():
        yield "azure/directory.json", dict(entry.body)


def test_what_a_body_names_by_id_is_there() -> None:
    """Ids of the types that the sample has; a role is named at any scope and lies at another."""
    types = {resource.id.type for resource in contoso().resources}
    roles = {resource.id.name for resource in contoso().resources if resource.id.type == ROLES}
    missing = set()
    for file, body in bodies():
        for text in texts(body):
            found = parse(text) if text.lower().startswith("/subscriptions/") else None
            if found is None or found.type not in types or found.subscription in (NODE_IMAGES, UNREADABLE):
                continue
            if found.name not in roles and found.key not in contoso().by_key:
                missing.add((file, text))
    assert not missing


def test_every_type_is_one_that_something_reads() -> None:
    assert not contoso().unlisted


def test_addresses_are_private_or_set_aside_for_documentation() -> None:
    for file, body in bodies():
        for text in texts(body):
            if re.fullmatch(r"\d+\.\d+\.\d+\.\d+", text):
                address = ipaddress.ip_address(text)
                known = any(address in network for network in PUBLIC_FOR_EXAMPLES)
                assert known or address.is_private, (file, text)


def test_mail_addresses_lead_nowhere() -> None:
    for file, body in bodies():
        for text in texts(body):
            for host in re.findall(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)", text):
                assert host.endswith(".example"), (file, text)


def test_members_of_groups_are_in_the_directory() -> None:
    known = contoso().directory
    assert known
    missing = {
        (entry.body["displayName"], one)
        for entry in known.values()
        for one in entry.members
        if one not in known
    }
    assert not missing
    assert any(known[one].kind == "group" for entry in known.values() for one in entry.members)
    assert any(entry.body.get("userType") == "Guest" for entry in known.values())


def test_names_in_azures_answers_are_those_of_the_directory() -> None:
    known = contoso().directory or {}
    told = {
        principal["id"]: principal["displayName"]
        for resource in contoso().resources
        if (principal := resource.body.get("properties", {}).get("expandedProperties", {}).get("principal"))
    }
    assert told
    assert {key: known[key].body["displayName"] for key in told} == told


def test_the_registers_are_about_what_is_there() -> None:
    """All but the waiver for a cluster that is gone; the day the sample is read on is 15 November 2026."""
    found = engagement.load(run.SAMPLES / "contoso" / "engagement.yaml").registers
    known = {str(resource.body["id"]).lower() for resource in contoso().resources}
    waivers = [one for one in found.waivers if isinstance(one, Waiver)]
    responses = [one for one in found.responses if isinstance(one, Response)]
    assert (len(waivers), len(responses)) == (len(found.waivers), len(found.responses))
    subjects = {waiver.subject for waiver in waivers} | {item.subject for item in responses}
    gone = {subject for subject in subjects if subject and subject.lower() not in known}
    assert {str(subject).rpartition("/")[2] for subject in gone} == {"aks-ledger-poc-weu"}
    assert set(found.files) == {"approvals/risk-1251.txt", "attestations/training-2026.txt"}
    ends = [str(waiver.expires_on) for waiver in waivers]
    assert min(ends) < "2026-11-15" < max(ends)
