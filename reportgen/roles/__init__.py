"""The least rights that a collector needs, and how to give them: in Azure, and inside clusters."""

from __future__ import annotations

from reportgen.roles.grantee import Grantee, grantee
from reportgen.roles.plan import Plan, plan, sources_for
from reportgen.roles.script import SECTIONS, text

__all__ = ["SECTIONS", "Grantee", "Plan", "grantee", "plan", "sources_for", "text"]
