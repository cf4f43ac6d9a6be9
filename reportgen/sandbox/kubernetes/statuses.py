"""The errors of an API server, each a ``Status``."""

from __future__ import annotations

from collections.abc import Mapping

from reportgen.model import Json
from reportgen.sandbox.exchange import Answer, Refused
from reportgen.sandbox.kubernetes.request import Attributes

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"


def failure(
    code: int,
    reason: str,
    message: str,
    details: Json = None,
    *,
    metadata: Mapping[str, Json] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """A Status that says why something failed."""
    body: dict[str, Json] = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": dict(metadata or {}),
        "status": "Failure",
        "message": message,
        "reason": reason,
    }
    if details is not None:
        body["details"] = details
    return Answer({**body, "code": code}, code, headers or {}, media=JSON)


def bad_request(message: str) -> Refused:
    """400."""
    return Refused(failure(400, "BadRequest", message))


def unauthorized() -> Answer:
    """401, without a challenge."""
    return failure(401, "Unauthorized", "Unauthorized")


def forbidden(user: str, asked: Attributes, reason: str = "") -> Answer:
    """403: who may not do what to what, and where; the same whether or not that is there."""
    why = f": {reason}" if reason else ""
    if not asked.resource:
        return failure(
            403, "Forbidden", f'forbidden: User "{user}" cannot {asked.verb} path "{asked.path}"{why}', {}
        )
    where = f'in the namespace "{asked.namespace}"' if asked.namespace else "at the cluster scope"
    named = f' "{asked.name}"' if asked.name else ""
    message = (
        f'{asked.full_name}{named} is forbidden: User "{user}" cannot {asked.verb} resource '
        f'"{asked.resource_path}" in API group "{asked.group}" {where}{why}'
    )
    return failure(403, "Forbidden", message, _details(asked))


def not_found(asked: Attributes) -> Answer:
    """404 of an object."""
    return failure(404, "NotFound", f'{asked.full_name} "{asked.name}" not found', _details(asked))


def nothing_there() -> Answer:
    """404 of a path."""
    return failure(404, "NotFound", "the server could not find the requested resource", {})


def not_allowed() -> Answer:
    """405."""
    text = "the server does not allow this method on the requested resource"
    return failure(405, "MethodNotAllowed", text, {})


def expired(token: str) -> Answer:
    """410: a list whose state is gone, with the token to go on with at the present one."""
    text = (
        "The provided continue parameter is too old to display a consistent list result. You can start a new "
        "list without the continue parameter, or use the continue token in this response to retrieve the "
        "remainder of the results. Continuing with the provided token results in an inconsistent list - "
        "objects that were created, modified, or deleted between the time the first chunk was returned and "
        "now may show up in the list."
    )
    return failure(410, "Expired", text, metadata={"continue": token})


def _details(asked: Attributes) -> dict[str, Json]:
    parts = {"name": asked.name, "group": asked.group, "kind": asked.resource}
    return {key: value for key, value in parts.items() if value}
