"""reportgen: evidence packs for auditors of Azure Kubernetes Service estates.

`read_pack` and what it returns are imported when they are asked for, so that the command line begins at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from reportgen.pack import Pack, read_pack

__all__ = ["Pack", "__version__", "read_pack"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from reportgen import pack

    return getattr(pack, name)
