"""reportgen: evidence packs for auditors of Azure Kubernetes Service estates."""

__version__ = "0.1.0"
