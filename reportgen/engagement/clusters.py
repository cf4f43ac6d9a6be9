"""How an engagement looks into clusters: by which way, how far, how long."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from reportgen.engagement.fields import StrictModel

Access = Literal["direct", "run-command", "none"]


class Clusters(StrictModel):
    """What is read of the clusters' own API servers.

    ``access``: direct (over the network), run-command (the same; and where no path leads to an API server,
    Azure runs a fixed script in a pod inside the cluster), none. ``secrets`` adds name, type, number of keys
    and age of secrets, which takes a right that would give their values too. ``deadline_seconds`` is for one
    cluster, ``concurrency`` how many are read at a time with four calls each, ``run_command_limit`` how many
    commands a run sends.

    ``kubeconfig`` and ``context`` are for ``credential: kubeconfig``: one cluster, without Azure; by default
    what the environment variable KUBECONFIG names, or ``~/.kube/config``, and its current context.
    """

    access: Access = "direct"
    secrets: bool = False
    deadline_seconds: float = Field(default=300.0, gt=0, le=3600)
    concurrency: int = Field(default=4, ge=1, le=64)
    run_command_limit: int = Field(default=50, ge=1, le=10_000)
    kubeconfig: Path | None = None
    context: str | None = Field(default=None, min_length=1)
