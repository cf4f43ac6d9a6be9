"""Resource Manager: subscriptions, management groups, and bodies by id."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from reportgen.model import Json
from reportgen.sandbox.estate import Estate
from reportgen.sandbox.exchange import Answer, Call, Refused, error
from reportgen.sandbox.ids import read_action
from reportgen.sandbox.interface import CLIENT_ID, OBJECT_ID, TENANT_ID
from reportgen.sandbox.rows import chain
from reportgen.sandbox.subscriptions_file import Subscription

SUBSCRIPTIONS_A_PAGE = 100
_API_VERSION = re.compile(r"\d{4}-\d\d-\d\d(-[a-z0-9]+)*", re.IGNORECASE)


def forbidden(path: str, method: str = "GET") -> Answer:
    """The 403 of an identity without the role that reading ``path`` takes, or the action that is POSTed."""
    action, scope = read_action(path)
    if method == "POST":
        action = f"{action.removesuffix('/read')}/action"
    return error(
        403,
        "AuthorizationFailed",
        f"The client '{CLIENT_ID}' with object id '{OBJECT_ID}' does not have authorization to perform "
        f"action '{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, "
        "please refresh your credentials.",
    )


def check_api_version(call: Call) -> None:
    """Every call of Resource Manager has to name an API version."""
    version = call.query.get("api-version", "")
    if not version:
        text = "The api-version query parameter (?api-version=) is required for all requests."
        raise Refused(error(400, "MissingApiVersionParameter", text))
    if not _API_VERSION.fullmatch(version):
        text = f"The api-version '{version}' is invalid. An API version is a date, such as 2024-09-01."
        raise Refused(error(400, "InvalidApiVersionParameter", text))


def page(call: Call, items: list[Json], size: int, *, trailing: bool) -> dict[str, Json]:
    """One page of a list with its nextLink, in the form that AKS sends.

    ``trailing``: the last page with items links to an empty one, as recordings of AKS lists show.
    """
    text = call.query.get("$skiptoken") or call.query.get("skiptoken") or "0"
    if not text.isdecimal():
        raise Refused(error(400, "InvalidSkipToken", f"The skip token '{text}' is invalid."))
    start = int(text)
    end = start + size
    body: dict[str, Json] = {"value": items[start:end]}
    if end < len(items) or (trailing and start < len(items)):
        version, path = call.query["api-version"], quote(call.path, safe="/()!$&'*+,;=:@-._~")
        chosen = f"&$filter={quote(call.query['$filter'], safe='')}" if "$filter" in call.query else ""
        body["nextLink"] = (
            f"https://{call.host}{path}?%24skipToken={end}&api-version={version}&skipToken={end}{chosen}"
        )
    return body


@dataclass(frozen=True, slots=True)
class ResourceManager:
    """The reads that belong to no provider."""

    estate: Estate

    def readable(self, call: Call, subscription_id: str) -> Subscription:
        """The subscription, if the identity may read it; Azure answers 404 where there is none."""
        found = self.estate.subscription(subscription_id)
        if found is None:
            text = f"The subscription '{subscription_id}' could not be found."
            raise Refused(error(404, "SubscriptionNotFound", text))
        if not found.readable:
            raise Refused(forbidden(call.path, call.method))
        return found

    def stored(self, call: Call) -> Answer | None:
        """What the folder itself says for this path: an answer first, then the body of that id."""
        answer = self.estate.answers.get((call.method, call.key))
        if answer:
            return Answer(_without_link(answer.body), answer.status)
        resource = self.estate.by_key.get(call.key) if call.method == "GET" else None
        return Answer(dict(resource.body)) if resource else None

    def subscriptions(self, call: Call) -> Answer:
        """GET /subscriptions: those that the identity can read."""
        readable = [_body(s) for s in self.estate.subscriptions if s.readable]
        body = page(call, readable, SUBSCRIPTIONS_A_PAGE, trailing=False)
        return Answer(body | {"count": {"type": "Total", "value": len(body["value"])}})

    def subscription(self, call: Call) -> Answer:
        """GET /subscriptions/{id}."""
        return Answer(_body(self.readable(call, call.parts["subscription"])))

    def descendants(self, call: Call) -> Answer:
        """GET .../managementGroups/{name}/descendants: groups and subscriptions below, readable or not."""
        name = call.parts["group"]
        lines: dict[str, Json] = {}
        known = name == TENANT_ID
        for subscription in self.estate.subscriptions:
            links = [
                {"displayName": subscription.display_name, "name": subscription.id},
                *chain(subscription),
            ]
            position = next(
                (i for i, link in enumerate(links) if i and link["name"].lower() == name),
                0,
            )
            known = known or position > 0
            for number in range(position):
                is_subscription = number == 0
                line = _descendant(links[number], links[number + 1]["name"], is_subscription)
                lines.setdefault(line["id"].lower(), line)
        if not known:
            return forbidden(call.path)
        return Answer({"value": [lines[key] for key in sorted(lines)]})


def missing(path: str, group: str) -> Answer:
    """The 404 for a resource of Resource Manager."""
    kind = re.sub(r"(?i)^.*/providers/", "", path.rstrip("/"))
    return error(
        404,
        "ResourceNotFound",
        f"The Resource '{kind}' under resource group '{group}' was not found. For more details please go to "
        "https://aka.ms/ARMResourceNotFoundFix",
    )


def missing_group(name: str) -> Answer:
    """The 404 for a resource group."""
    return error(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")


def _without_link(body: Json) -> Json:
    """A stored list is whole: its link leads to where it was recorded."""
    return (
        {key: value for key, value in body.items() if key != "nextLink"} if isinstance(body, dict) else body
    )


def _body(subscription: Subscription) -> dict[str, Json]:
    return {
        "id": f"/subscriptions/{subscription.id}",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": subscription.id,
        "tenantId": TENANT_ID,
        "displayName": subscription.display_name,
        "state": subscription.state,
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "EnterpriseAgreement_2014-09-01",
            "spendingLimit": "Off",
        },
    }


def _descendant(link: dict[str, str], parent: str, is_subscription: bool) -> dict[str, Json]:
    group_root = "/providers/Microsoft.Management/managementGroups"
    return {
        "id": f"/subscriptions/{link['name']}" if is_subscription else f"{group_root}/{link['name']}",
        "type": "/subscriptions" if is_subscription else "Microsoft.Management/managementGroups",
        "name": link["name"],
        "properties": {
            "displayName": link["displayName"],
            "parent": {"id": f"{group_root}/{parent}"},
        },
    }
