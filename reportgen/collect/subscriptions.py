"""The subscriptions that the identity can see: Resource Manager's list."""

from __future__ import annotations

from reportgen.collect.arm import ArmRead

READ = ArmRead("arm.subscriptions", "/subscriptions", "2022-12-01", paged=True)
