"""reportgen: evidence packs for auditors of Azure Kubernetes Service estates."""

__version__ = "0.1.0"

from reportgen.pack import Pack, read_pack

__all__ = ["Pack", "__version__", "read_pack"]
