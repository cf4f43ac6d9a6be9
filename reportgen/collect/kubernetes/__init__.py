"""What is inside the clusters, asked of their own API servers: lists, and nothing that could change anything.

`jobs` looks into every cluster that Azure shows, `collect` into the one of a kubeconfig.
"""

from __future__ import annotations

from reportgen.collect.kubernetes.alone import collect
from reportgen.collect.kubernetes.fleet import Fleet, commands, jobs

__all__ = ["Fleet", "collect", "commands", "jobs"]
