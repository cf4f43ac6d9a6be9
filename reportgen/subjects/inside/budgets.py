"""Pod disruption budgets: how many pods at once may be taken away when all are healthy."""

from __future__ import annotations

import math

from reportgen.model import Json
from reportgen.subjects.document import at


def summary(budget: Json, replicas: int) -> Json:
    """``name``, ``allows`` (pods at full health, by what is set) and ``now`` (what Kubernetes says).

    ``replicas`` stands in where the budget's status does not say how many pods it covers.
    """
    total = at(budget, "status", "expectedPods") or replicas
    result = {"name": str(at(budget, "metadata", "name") or ""), "allows": allowed(budget, total)}
    now = at(budget, "status", "disruptionsAllowed")
    return result if now is None else {**result, "now": now}


def allowed(budget: Json, total: int) -> int:
    """Pods that may go at once; percentages are rounded up, as Kubernetes does.

    A budget that sets neither field keeps one pod (minAvailable 1).
    """
    most = at(budget, "spec", "maxUnavailable")
    if most is not None:
        return min(total, _amount(most, total))
    least = at(budget, "spec", "minAvailable")
    return max(0, total - (1 if least is None else _amount(least, total)))


def _amount(value: Json, total: int) -> int:
    text = str(value)
    if text.endswith("%"):
        return math.ceil(int(text[:-1]) * total / 100)
    return int(text)
