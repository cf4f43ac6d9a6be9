"""Subjects inside clusters: one module a kind; a new kind is a new file and a line here."""

from __future__ import annotations

from reportgen.subjects.inside.interface import Documents, Found, Kind, Objects, found, named
from reportgen.subjects.inside.namespaces import NAMESPACE

KINDS: tuple[Kind, ...] = (NAMESPACE,)
BY_NAME = {kind.name: kind for kind in KINDS}

__all__ = ["BY_NAME", "KINDS", "Documents", "Found", "Kind", "Objects", "found", "named"]
