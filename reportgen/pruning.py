"""What is blanked in every body before it is stored: values that are secrets by their name or by their form.

The second net. What is known to hold secrets is not asked for, or not decoded; but a body of Resource Manager
is kept whole, and new API versions and careless providers put into it what nobody expected.
"""

from __future__ import annotations

import re
from functools import lru_cache

from reportgen.model import Json

REDACTED = "[redacted]"
_NAMES = (
    "password", "passwd", "secret", "token", "connectionstring", "connectionstrings",
    "accesskey", "accountkey", "apikey", "authorizationkey", "functionkey", "instrumentationkey", "masterkey",
    "primarykey", "privatekey", "secondarykey", "servicekey", "sharedaccesskey", "sharedkey", "storagekey",
    "workspacekey", "customdata", "userdata", "protectedsettings", "sharedaccesssignature",
)  # fmt: skip
"""How the names of secrets end, in lower case and without hyphens and underscores."""
_WHOLE = ("protectedsettings", "connectionstrings")
"""Names of secrets under which everything is one."""
_VALUES = frozenset({"value", "newvalue", "previousvalue"})
"""Where the secret itself is in an object about one: parameters of policies, changes of resources."""
_NOT_SECRET = ("skiptoken",)
"""Resource Graph's mark of a page."""
_IN_URL = re.compile(r"(?<=://)(?!git@)[^/\s@?#]+@")
"""A user and a password, or a token, in a URL; ``git`` is nobody."""
_IN_TEXT = re.compile(
    r"(?i)\b(accesskey|accountkey|clientsecret|password|pwd|sharedaccesskey|sharedaccesssignature|sig|token)"
    r"=[^;&\s\"']+"
)
"""Parts of connection strings, and the signature of a URL that gives access."""


def prune(value: Json) -> Json:
    """The value with everything blanked that could be a secret."""
    if isinstance(value, dict):
        return {key: _guarded(key, item) if _is_secret(key) else prune(item) for key, item in value.items()}
    if isinstance(value, list):
        return [prune(item) for item in value]
    return _without_credentials(value) if isinstance(value, str) else value


def _guarded(key: str, value: Json) -> Json:
    """What stands under the name of a secret. Of an object, which is about one, only the value is blanked.

    Kubernetes' references to secrets and projected tokens are such objects.
    """
    if isinstance(value, dict) and not key.lower().endswith(_WHOLE):
        return {
            name: _blanked(item) if name.lower() in _VALUES else prune({name: item})[name]
            for name, item in value.items()
        }
    return _blanked(value)


def _blanked(value: Json) -> Json:
    """All texts in a value blanked."""
    if isinstance(value, dict):
        return {name: _blanked(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_blanked(item) for item in value]
    return REDACTED if isinstance(value, str) and value else value


@lru_cache(maxsize=4096)
def _is_secret(key: str) -> bool:
    name = key.lower().replace("-", "").replace("_", "")
    return name.endswith(_NAMES) and not name.endswith(_NOT_SECRET)


def _without_credentials(text: str) -> str:
    if "@" in text:
        text = _IN_URL.sub(f"{REDACTED}@", text)
    return _IN_TEXT.sub(rf"\1={REDACTED}", text) if "=" in text else text
