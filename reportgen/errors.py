"""The exception tree; each class carries the process exit code it leads to.

::

    ReportgenError
    ├── AlteredError (1)       a pack is not what its manifest says
    ├── UsageError (2)         wrong engagement, estate folder, control file or option
    │   └── CredentialError    the token endpoint refused
    ├── IncompleteError (3)    evidence that could not be collected at all
    └── DeliveryError (4)      a channel refused the pack
"""

from __future__ import annotations


class ReportgenError(Exception):
    """Base of every error that reportgen raises on purpose.

    The message says what was tried, on what, what came back and what to do next.
    """

    exit_code = 5


class AlteredError(ReportgenError):
    """A pack differs from its manifest, so that nothing is to be rested on it."""

    exit_code = 1


class UsageError(ReportgenError):
    """The input or the configuration is wrong; nothing was collected."""

    exit_code = 2


class CredentialError(UsageError):
    """The identity could not obtain a token."""


class IncompleteError(ReportgenError):
    """A source that the whole run stands on could not be read."""

    exit_code = 3


class DeliveryError(ReportgenError):
    """A finished pack could not be handed over."""

    exit_code = 4
