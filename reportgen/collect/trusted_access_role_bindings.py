"""Azure services that reach into a cluster by trusted access: past network rules, with roles of their own."""

from __future__ import annotations

from reportgen.collect.arm import CONTAINER_SERVICE_API_VERSION, ArmRead

READ = ArmRead(
    "arm.trusted-access-role-bindings",
    "{cluster}/trustedAccessRoleBindings",
    CONTAINER_SERVICE_API_VERSION,
    paged=True,
    keep=("id", "name", "type", "properties"),
)
