"""Kubeconfig files: server and CA of a context and nothing else, unless its user is asked for by name.

Certificates, keys and tokens of users stay text that nobody looks at: `endpoint` does not go where they are.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from pathlib import Path

import yaml

Node = yaml.Node | None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an API server is; ``ca`` is PEM, "" where the system's certificates are trusted."""

    server: str
    ca: str


@dataclass(frozen=True, slots=True)
class User:
    """How somebody signs in: by a token, or by a client certificate with its key (PEM both)."""

    token: str = field(default="", repr=False)
    certificate: bytes = field(default=b"", repr=False)
    key: bytes = field(default=b"", repr=False)


class Kubeconfig:
    """One file; errors are ValueError and quote nothing of it but the names of contexts."""

    def __init__(self, text: bytes, context: str = "", folder: Path | None = None) -> None:
        """``context`` is the current one if "".

        Files that it names lie relative to ``folder``; without one, no file is read.
        """
        try:
            self._root = yaml.compose(text, Loader=yaml.SafeLoader)
        except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
            raise ValueError("the kubeconfig is no YAML") from error
        self._folder = folder
        self.context = context or _text(_child(self._root, "current-context"))
        found = _named(_child(self._root, "contexts"), self.context, "context")
        if found is None:
            raise ValueError(f"the kubeconfig has no context {self.context or '(and names no current one)'}")
        self._context = found

    def endpoint(self) -> Endpoint:
        """Server and CA of the context."""
        name = _text(_child(self._context, "cluster"))
        cluster = _named(_child(self._root, "clusters"), name, "cluster")
        server = _text(_child(cluster, "server"))
        if not server.startswith("https://"):
            raise ValueError("the kubeconfig names no server at https://")
        if _text(_child(cluster, "insecure-skip-tls-verify")).lower() == "true":
            raise ValueError("the kubeconfig switches the check of the server's certificate off")
        ca = self._content(cluster, "certificate-authority")
        return Endpoint(server.rstrip("/"), ca.decode("ascii", "replace"))

    def user(self) -> User:
        """The credentials of the context, for a run that is told to use them."""
        user = _named(_child(self._root, "users"), _text(_child(self._context, "user")), "user")
        if _child(user, "exec") is not None or _child(user, "auth-provider") is not None:
            raise ValueError("the context signs in by a plug-in, which is never run; give it a token")
        token = _text(_child(user, "token"))
        file = _text(_child(user, "tokenFile"))
        if not token and file:
            token = self._file(file).decode("utf-8", "replace").strip()
        if token:
            return User(token)
        certificate, key = self._content(user, "client-certificate"), self._content(user, "client-key")
        if not certificate or not key:
            raise ValueError("the context has neither a token nor a client certificate with its key")
        return User(certificate=certificate, key=key)

    def _content(self, node: Node, key: str) -> bytes:
        """What stands in the file itself (``<key>-data``, base64), or in the file that ``key`` names."""
        data, file = _text(_child(node, f"{key}-data")), _text(_child(node, key))
        if not data:
            return self._file(file) if file else b""
        try:
            return base64.b64decode(data, validate=True)
        except binascii.Error as error:
            raise ValueError(f"{key}-data is no base64") from error

    def _file(self, name: str) -> bytes:
        if self._folder is None:
            raise ValueError("the kubeconfig names a file, and is none itself")
        return (self._folder / name).read_bytes()


def _child(node: Node, key: str) -> Node:
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == key), None)
    return None


def _text(node: Node) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) and node.value not in ("null", "~") else ""


def _named(entries: Node, name: str, key: str) -> Node:
    """The part ``key`` of the entry with that name."""
    if not isinstance(entries, yaml.SequenceNode):
        return None
    return next(
        (_child(entry, key) for entry in entries.value if _text(_child(entry, "name")) == name and name), None
    )
