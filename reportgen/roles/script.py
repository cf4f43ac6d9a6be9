"""What `permissions` prints: a script to read and to run, or a part of it for whoever grants such rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from reportgen import app_roles, rights
from reportgen.errors import UsageError
from reportgen.roles import clusters
from reportgen.roles.azure import Role
from reportgen.roles.plan import Plan


def text(made: Plan, section: str = "") -> str:
    """A script to read, and to paste into a shell; or one of `SECTIONS` alone.

    Raises UsageError where the section is empty: nothing is to be granted there.
    """
    if not section:
        return "\n\n".join(_script(made))
    found = SECTIONS[section](made)
    if not found:
        raise UsageError(
            f"--section {section}: what was chosen takes no rights there, so there is nothing to print"
        )
    return found


def _cluster_role(made: Plan) -> str:
    if not made.manifests:
        return ""
    return f"{_head(made)}\n{clusters.as_yaml(made.manifests)}"


def _head(made: Plan) -> str:
    place = made.to.name.startswith("<")
    fill = (
        f"\n# Put the collector in the place of {made.to.name}, or give --object-id or --group."
        if place
        else ""
    )
    return f"# Lets the collector of reportgen list what it reads, and do nothing else.{fill}"


SECTIONS: dict[str, Callable[[Plan], str]] = {
    "arm-role": lambda made: "\n".join(role.json() for role in made.arm_roles),
    "data-role": lambda made: "\n".join(role.json() for role in made.data_roles),
    "cluster-role": _cluster_role,
    "commands": lambda made: "\n".join(made.commands),
    "graph": lambda made: _granted_in_graph(made, *(made.identity if made.graph else ())),
}
"""What can be printed alone: the custom roles as JSON, the manifests as YAML, the commands."""


def _script(made: Plan) -> Iterator[str]:
    """The parts of the script, in an order in which it runs."""
    what = f"the controls {', '.join(made.chosen)}" if made.chosen else "all controls"
    left = "\n# A run with these rights reports the other sources as gaps." if made.chosen else ""
    places = any("<" in scope for role in made.arm_roles for scope in role.scopes)
    fill = "\n# No scope is named: put the subscriptions in the place of <subscription-id>." if places else ""
    yield (
        f"# The rights that {what} take: {len(made.sources)} sources, read and never changed.{left}{fill}\n"
        "# Read it, then run it in an empty folder. First, whom the rights are for:\n"
        + "\n".join(made.identity)
    )
    if made.arm_roles:
        yield _arm(made)
    if made.data_roles:
        yield _data(made)
    if made.manifests:
        yield _manifest_file(made)
    if made.azure:
        yield _granted_in_azure(made)
    if made.kubernetes:
        yield _granted_in_clusters(made)
    if made.app_roles:
        yield _granted_in_graph(made)


def _arm(made: Plan) -> str:
    more = [action for role in made.arm_roles for action in role.actions if not rights.reads(action)]
    only_reader = all(action.endswith("/read") for role in made.arm_roles for action in role.actions)
    enough = "Reader" if only_reader else "Reader and Azure Kubernetes Service Cluster User Role"
    remark = (
        f"# {', '.join(sorted({*more}))} is there because\n"
        "# clusters.access is run-command: it lets its holder run any command in the clusters."
        if more
        else f"# It changes nothing. Of Azure's own roles, these would do, and grant more:\n# {enough}."
    )
    return f"# Azure Resource Manager and Resource Graph: a custom role.\n{remark}\n{_files(made.arm_roles)}"


def _data(made: Plan) -> str:
    return (
        "# Inside clusters that Azure RBAC authorises (aadProfile.enableAzureRBAC): a custom role of data\n"
        "# actions. Azure Kubernetes Service RBAC Reader would not do: it cannot read roles and bindings.\n"
        f"{_files(made.data_roles)}"
    )


def _files(roles: tuple[Role, ...]) -> str:
    return "\n".join(f"cat > {role.file} <<'JSON'\n{role.json()}\nJSON" for role in roles)


def _manifest_file(made: Plan) -> str:
    shown = clusters.as_yaml(clusters.manifests(made.sources, replace(made.to, name="$SUBJECT")))
    return (
        "# Inside the other clusters: a ClusterRole and its binding.\n"
        f"cat > {clusters.FILE} <<YAML\n{shown}\nYAML"
    )


def _granted_in_azure(made: Plan) -> str:
    below = any(role.below(scope) for role in made.data_roles for scope in role.scopes)
    note = (
        "# Azure assigns no data actions at a management group: they are assigned at the subscriptions\n"
        "# below it (the first 1,000; for more, repeat with --skip 1000). A new subscription needs it too.\n"
        if below
        else ""
    )
    return (
        "# Make the roles and assign them, at every scope that is collected from.\n"
        "# Who runs this needs Owner or User Access Administrator there. A role that was just made can\n"
        f"# take minutes to be known everywhere: repeat an assignment that does not find it.\n{note}"
        + "\n".join(made.azure)
    )


def _granted_in_graph(made: Plan, *first: str) -> str:
    return app_roles.text(made.app_roles, (*first, *made.graph))


def _granted_in_clusters(made: Plan) -> str:
    if not made.arm_roles:
        return f"# Who runs this needs cluster-admin.\n{made.kubernetes[0]}"
    return (
        "# Apply the ClusterRole to every cluster with Entra integration and without Azure RBAC, now and\n"
        "# when a cluster is added (or hand the file to what deploys to them); the first 1,000, for more\n"
        "# repeat with --skip 1000. Who runs this must be a cluster administrator there, and needs kubectl\n"
        "# and kubelogin. Clusters without Entra integration are left out: they are never looked into.\n"
        + "\n".join(made.kubernetes)
    )
