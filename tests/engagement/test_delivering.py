"""The engagement's `deliver:` as people write it, and what is wrong in it."""

from __future__ import annotations

import pytest

from reportgen.engagement import Engagement, parse
from reportgen.errors import UsageError

BEFORE = """\
entity: Contoso
period: {start: 2026-10-01, end: 2026-12-31}
scope: {}
credential: managed-identity
"""
MAIL = "to: [a@b.example], smtp: {host: smtp.contoso.com, sender: e@contoso.com"

ACS = "to: [a@b.example], acs: {endpoint: 'https://c.example', sender: a@b.example"


def read(deliver: str) -> Engagement:
    return parse(f"{BEFORE}deliver: {{{deliver}}}\n", "engagement.yaml")


def test_the_ports_are_those_of_the_kind_of_tls() -> None:
    for more, port in (("", 587), (", security: tls", 465), (", port: 2525", 2525)):
        settings = read(f"release: automatic, {MAIL}{more}}}").deliver
        assert settings
        assert settings.smtp
        assert settings.smtp.server_port == port


def test_who_gets_a_pack_is_no_part_of_what_it_is_made_of() -> None:
    without = parse(BEFORE, "engagement.yaml")
    assert read(f"release: automatic, {MAIL}}}").sha256 == without.sha256


@pytest.mark.parametrize(
    ("deliver", "told"),
    [
        ("folder: x", "deliver.release: missing"),
        ("release: later, folder: x", "deliver.release"),
        ("release: automatic", "expected at least one of folder, blob, graph, acs and smtp"),
        ("release: automatic, graph: {sender: a@b.example}", "mail needs recipients"),
        (f"release: after_approval, {MAIL}}}", "release: after_approval needs preparer"),
        ("release: automatic, folder: x, to: ['Kim <kim@b.example>']", "expected one address"),
        ('release: automatic, folder: x, to: ["a@b.example\\nBcc: c@d.example"]', "expected one address"),
        ("release: automatic, folder: x, to: ['a@b.example,c@d.example']", "expected one address"),
        ("release: automatic, folder: x, to: [a@b.example, A@b.example]", "stands here twice"),
        (f"release: automatic, {MAIL}, security: none}}", "deliver.smtp.security"),
        (f"release: automatic, {MAIL}, password: hunter2}}", "a secret never stands in this file"),
        (f"release: automatic, {MAIL}, username: u}}", "username goes with password_env or password_file"),
        (
            f"release: automatic, {MAIL}, username: u, password_env: 'hunter2!'}}",
            "the name of an environment",
        ),
        (f"release: automatic, {MAIL}, username: u, password_env: A, password_file: b}}", "not both"),
        (f"release: automatic, {MAIL}, auth: xoauth2}}", "auth: xoauth2 needs username"),
        (f"release: automatic, {MAIL}, token_env: A}}", "go with auth: xoauth2"),
        ("release: automatic, blob: folder", "expected abfs://"),
        ("release: automatic, folder: {path: x, link: 'http://contoso.example'}", "begins with https://"),
        (
            f"release: automatic, {ACS}, key_env: K, credential: azure-cli}}",
            "a key or a credential, not both",
        ),
        (
            "release: automatic, to: [a@b.example], acs: {endpoint: 'http://c.example', sender: a@b.example}",
            "expected https://",
        ),
    ],
)
def test_what_is_wrong_is_told_by_line_and_key(deliver: str, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        read(deliver)
    message = str(raised.value)
    assert message.startswith("engagement.yaml:5: deliver")
    assert told in message
    assert "hunter2" not in message
