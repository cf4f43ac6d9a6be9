"""The access listing on paper: grants in words, the strongest first, and what could not be read in front."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from reportgen.model import Access, AccessListing, Principal, Results
from reportgen.render.access import RIGHTS, AccessView
from reportgen.render.context import report
from reportgen.render.html import HtmlReport
from reportgen.subjects.inside import access
from reportgen.subjects.inside.powers import NAMES
from tests.render import factory

WHOLE = "whole cluster"
GROUP = "0f9b7c35-8a12-4d6e-b340-96e1d27f5a08"


def listed(*rows: Access, missing: tuple[str, ...] = ()) -> Results:
    """Results with one cluster that has these rows."""
    base = factory.few(factory.results(1, hostile=False))
    return replace(base, access=(AccessListing(base.access[0].cluster, rows, missing),))


def view(results: Results, medium: str = "pdf") -> AccessView:
    return report(results, medium).access


def test_every_right_that_can_be_listed_has_words() -> None:
    azure = {access.CHANGES_CLUSTER, access.ASSIGNS_ROLES, access.UNKNOWN_ROLE}
    assert set(RIGHTS) == {*NAMES, *azure}


def test_one_line_a_grant_the_strongest_first_without_what_cluster_admin_holds_anyway() -> None:
    rows = (
        Access("Group/g", "execs-pods", "shop", "kubernetes", "b", "shop"),
        Access("Group/g", "reads-secrets", "shop", "kubernetes", "b", "shop"),
        *(
            Access("User/u", right, WHOLE, "azure", "Owner", "/", eligible=True, conditional=True)
            for right in ("assigns-roles", "changes-cluster", "cluster-admin", "reads-secrets")
        ),
        Access("User/u", "assigns-roles", WHOLE, "azure", "Owner", "/"),
    )
    (cluster,) = view(listed(*rows)).clusters
    assert [(grant.name, grant.rights, grant.place, grant.marks) for grant in cluster.grants] == [
        (
            "u",
            "everything (cluster-admin), assign Azure roles, change the cluster in Azure",
            WHOLE,
            ("to be activated", "under a condition"),
        ),
        ("u", "assign Azure roles", WHOLE, ()),
        ("g", "read secrets, run commands in pods", "shop", ()),
    ]
    assert [(grant.through, grant.scope) for grant in cluster.grants] == [
        ("role Owner", "at the tenant’s root"),
        ("role Owner", "at the tenant’s root"),
        ("role binding b", ""),
    ]
    assert (cluster.rows, cluster.all_grants) == (7, 3)


def test_where_a_role_was_assigned_in_words() -> None:
    base = listed()
    own = base.access[0].cluster.id
    scopes = (
        "/providers/Microsoft.Management/managementGroups/corp",
        f"/subscriptions/{factory.subscription_id(0)}",
        f"/subscriptions/{factory.subscription_id(0)}/resourceGroups/rg-x",
        own,
        f"{own}/namespaces/shop",
    )
    rows = (
        Access(f"User/{index}", "reads-secrets", WHOLE, "azure", "Owner", scope)
        for index, scope in enumerate(scopes)
    )
    (cluster,) = view(listed(*rows)).clusters
    assert [grant.scope for grant in cluster.grants] == [
        "at management group corp",
        "at subscription sub-platform-0",
        "at resource group rg-x",
        "at the cluster",
        "at namespace shop",
    ]


def test_a_role_without_its_definition_is_told_by_the_end_of_its_id() -> None:
    row = Access("User/u", "unknown-role", WHOLE, "azure", "/subscriptions/s/roleDefinitions/r1", "/")
    (cluster,) = view(listed(row)).clusters
    assert cluster.grants[0].through == "role r1"
    assert cluster.grants[0].rights.startswith("not known")


def test_system_rows_are_counted_and_left_out_and_the_rest_is_capped_on_paper_only() -> None:
    rows = [Access(f"User/u{n:03d}", "reads-secrets", WHOLE, "kubernetes", "b", WHOLE) for n in range(40)]
    system = Access("User/s", "reads-secrets", WHOLE, "kubernetes", "b", WHOLE, system=True)
    results = listed(*rows, system)
    (cluster,) = view(results).clusters
    assert (len(cluster.grants), cluster.all_grants, cluster.system) == (15, 40, 1)
    (cluster,) = view(results, "html").clusters
    assert len(cluster.grants) == 40
    assert "s" not in {grant.name for grant in cluster.grants}


def test_clusters_are_capped_on_paper_only() -> None:
    results = factory.few(factory.results(30, hostile=False), 1)
    assert (len(view(results).clusters), view(results).all_clusters) == (25, 30)
    assert len(view(results, "html").clusters) == 30


def test_clusters_without_rights_of_anybody_make_one_row_on_paper_and_each_its_own_on_screen() -> None:
    base = factory.few(factory.results(30, hostile=False), 1)
    own = Access("User/u", "execs-pods", WHOLE, "kubernetes", "b", WHOLE, system=True)
    idle = [replace(one, rows=(own,), missing=("A.",) if n % 2 else ()) for n, one in enumerate(base.access)]
    results = replace(base, access=(base.access[0], *idle[1:]))
    found = view(results)
    assert [(group.number, group.incomplete, group.system) for group in found.alike] == [
        (14, False, 14),
        (15, True, 15),
    ]
    assert (len(found.clusters), found.listed, found.all_clusters) == (1, 1, 30)
    assert (len(found.alike[0].clusters), found.alike[0].more) == (14, 0)
    on_screen = view(results, "html")
    assert (len(on_screen.clusters), on_screen.alike) == (30, ())


def test_one_cluster_without_rights_of_anybody_stands_by_itself() -> None:
    found = view(listed())
    assert (len(found.clusters), found.alike) == (1, ())


def test_ids_get_the_names_that_are_known() -> None:
    rows = (
        Access(f"Group/{GROUP.upper()}", "reads-secrets", WHOLE, "kubernetes", "b", WHOLE),
        Access("ServiceAccount/shop/cart", "reads-secrets", WHOLE, "kubernetes", "b", WHOLE),
    )
    (cluster,) = view(listed(*rows)).clusters
    assert [(grant.kind, grant.name, grant.id) for grant in cluster.grants] == [
        ("group", "", GROUP.upper()),
        ("service account", "shop/cart", ""),
    ]
    known = replace(listed(*rows), principals={GROUP: Principal(GROUP, "group", "Admins", found=True)})
    assert view(known).clusters[0].grants[0].name == "Admins"
    assert view(known).clusters[0].grants[0].id == GROUP.upper()


def test_clusters_that_lack_something_are_grouped_by_what_it_is() -> None:
    base = factory.few(factory.results(3, hostile=False))
    one, two, three = base.access
    lacking = (replace(one, missing=("B.", "A.")), replace(two, missing=("A.",)), replace(three, missing=()))
    found = view(replace(base, access=lacking))
    assert found.incomplete == 2
    assert [(unread.reason, len(unread.clusters)) for unread in found.unread] == [("A.", 2), ("B.", 1)]
    assert [cluster.incomplete for cluster in found.clusters] == [True, True, False]


def page(results: Results, folder: Path) -> str:
    text = HtmlReport().render(results, folder).read_text(encoding="utf-8")
    return text.partition('<section id="access">')[2].partition("</section>")[0]


def test_the_section_says_whether_names_were_resolved_and_what_it_lacks_before_any_row(
    tmp_path: Path,
) -> None:
    row = Access(f"User/{GROUP}", "reads-secrets", WHOLE, "kubernetes", "<b>", WHOLE)
    text = page(listed(row, missing=("Role bindings: HTTP 403.",)), tmp_path)
    assert "member names not resolved" in text
    assert (
        text.index("Incomplete: 1 of 1 cluster") < text.index("Role bindings: HTTP 403.") < text.index(GROUP)
    )
    assert "&lt;b&gt;" in text
    named = replace(listed(row), principals={GROUP: Principal(GROUP, "user", "<Anna>", found=True)})
    text = page(named, tmp_path)
    assert "member names not resolved" not in text
    assert "&lt;Anna&gt;" in text
    assert "Incomplete" not in text
