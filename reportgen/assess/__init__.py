"""Assess: what a snapshot holds, judged by the controls; no network, no clock, no writing."""
