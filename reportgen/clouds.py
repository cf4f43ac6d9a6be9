"""Azure's clouds, by the names that ``az cloud list`` gives them.

The addresses are those of Azure CLI's cloud profiles and of azure-mgmt-core's ``get_arm_endpoints``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CloudName = Literal["AzureCloud", "AzureUSGovernment", "AzureChinaCloud"]


@dataclass(frozen=True, slots=True)
class Cloud:
    """URLs without a trailing slash.

    ``audience`` is whom Resource Manager's tokens are for, ``graph`` Microsoft Graph, ``vault_suffix`` what
    the host names of key vaults end in.
    """

    name: CloudName
    management: str
    authority: str
    audience: str
    graph: str
    vault_suffix: str


CLOUDS: tuple[Cloud, ...] = (
    Cloud(
        "AzureCloud",
        "https://management.azure.com",
        "https://login.microsoftonline.com",
        "https://management.azure.com",
        "https://graph.microsoft.com",
        "vault.azure.net",
    ),
    Cloud(
        "AzureUSGovernment",
        "https://management.usgovcloudapi.net",
        "https://login.microsoftonline.us",
        "https://management.core.usgovcloudapi.net",
        "https://graph.microsoft.us",
        "vault.usgovcloudapi.net",
    ),
    Cloud(
        "AzureChinaCloud",
        "https://management.chinacloudapi.cn",
        "https://login.chinacloudapi.cn",
        "https://management.chinacloudapi.cn",
        "https://microsoftgraph.chinacloudapi.cn",
        "vault.azure.cn",
    ),
)

BY_NAME: dict[str, Cloud] = {cloud.name: cloud for cloud in CLOUDS}
