"""Assess: what a snapshot holds, judged by the controls; no network, no clock, no writing."""

from reportgen.assess.engine import Assessment, assess

__all__ = ["Assessment", "assess"]
