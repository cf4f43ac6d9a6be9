"""Kubeconfigs: what is taken from them, and what is not looked at."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from reportgen.collect.kubernetes.kubeconfig import Endpoint, Kubeconfig, User

CA = base64.b64encode(b"-----BEGIN CERTIFICATE-----").decode()
TEXT = f"""\
current-context: one
clusters:
- name: other
  cluster: {{server: "https://other.test"}}
- name: here
  cluster: {{server: "https://api.test:6443/", certificate-authority-data: {CA}}}
contexts:
- {{name: one, context: {{cluster: here, user: me}}}}
- {{name: two, context: {{cluster: other, user: cert}}}}
- {{name: three, context: {{cluster: other, user: plug}}}}
- {{name: four, context: {{cluster: other, user: nobody}}}}
- {{name: five, context: {{cluster: missing, user: file}}}}
users:
- {{name: me, user: {{token: secret-token, client-key-data: "not base64!"}}}}
- {{name: cert, user: {{client-certificate-data: Q0VSVA==, client-key-data: S0VZ}}}}
- {{name: plug, user: {{exec: {{command: kubelogin}}}}}}
- {{name: file, user: {{tokenFile: token.txt}}}}
"""


def test_server_and_ca_are_those_of_the_current_context() -> None:
    config = Kubeconfig(TEXT.encode())
    assert config.endpoint() == Endpoint("https://api.test:6443", "-----BEGIN CERTIFICATE-----")
    assert config.context == "one"


def test_credentials_are_not_looked_at_for_the_endpoint() -> None:
    text = TEXT.replace("{token: secret-token, ", '{client-certificate-data: "not base64!", ')
    config = Kubeconfig(text.encode())
    assert config.endpoint().server == "https://api.test:6443"
    with pytest.raises(ValueError, match="client-certificate-data is no base64"):
        config.user()


def test_credentials_are_not_printed() -> None:
    for context in ("one", "two"):
        assert repr(Kubeconfig(TEXT.encode(), context).user()) == "User()"


def test_another_context_may_be_named() -> None:
    config = Kubeconfig(TEXT.encode(), "two")
    assert config.endpoint() == Endpoint("https://other.test", "")
    assert config.user() == User(certificate=b"CERT", key=b"KEY")


def test_files_lie_beside_the_kubeconfig(tmp_path: Path) -> None:
    (tmp_path / "token.txt").write_text("from-a-file\n", encoding="utf-8")
    (tmp_path / "ca.pem").write_bytes(b"-----BEGIN CERTIFICATE-----")
    text = TEXT.replace("cluster: missing", "cluster: here").replace(
        f"certificate-authority-data: {CA}", "certificate-authority: ca.pem"
    )
    config = Kubeconfig(text.encode(), "five", tmp_path)
    assert config.user() == User("from-a-file")
    assert config.endpoint().ca == "-----BEGIN CERTIFICATE-----"


BROKEN: dict[str, tuple[str, str, str]] = {
    "no YAML": ("{:[", "", "the kubeconfig is no YAML"),
    "nothing": ("", "", "the kubeconfig has no context"),
    "a list": ("- a", "", "the kubeconfig has no context"),
    "no such context": (TEXT, "six", "the kubeconfig has no context six"),
    "no such cluster": (TEXT, "five", "names no server at https://"),
    "plain http": (TEXT.replace("https://api", "http://api"), "", "names no server at https://"),
    "unchecked": (
        TEXT.replace('{server: "https://other', '{insecure-skip-tls-verify: true, server: "https://other'),
        "two",
        "switches the check",
    ),
    "CA no base64": (TEXT.replace(CA, "'*'"), "", "certificate-authority-data is no base64"),
    "too deep": ("[" * 5000, "", "the kubeconfig is no YAML"),
}


@pytest.mark.parametrize(("text", "context", "words"), BROKEN.values(), ids=BROKEN)
def test_one_that_cannot_be_used_says_why(text: str, context: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Kubeconfig(text.encode(), context).endpoint()


def test_one_that_came_over_the_network_makes_nobody_read_files() -> None:
    text = TEXT.replace(f"certificate-authority-data: {CA}", "certificate-authority: /etc/passwd")
    with pytest.raises(ValueError, match="names a file, and is none itself"):
        Kubeconfig(text.encode()).endpoint()


def test_no_plug_in_is_ever_run() -> None:
    with pytest.raises(ValueError, match="signs in by a plug-in, which is never run"):
        Kubeconfig(TEXT.encode(), "three").user()


def test_somebody_without_credentials_is_told_so() -> None:
    with pytest.raises(ValueError, match="neither a token nor a client certificate"):
        Kubeconfig(TEXT.encode(), "four").user()
