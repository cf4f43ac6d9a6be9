"""A first engagement file, commented, from the four answers that it cannot do without."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import yaml

from reportgen.engagement.file import parse
from reportgen.engagement.settings import Engagement, quarter
from reportgen.errors import UsageError


def write(path: Path, *, entity: str, period: str, scope: str, credential: str) -> Engagement:
    """Write a commented engagement from four answers, and return it as `load` understands it.

    ``period`` is ``2026-Q4`` or ``START..END``; ``scope`` a comma-separated list of subscription ids.
    Raises UsageError where an answer is wrong or the file exists; nothing is written then.
    """
    if path.exists():
        raise UsageError(f"{path}: exists and is never overwritten; name another file")
    if not credential.strip():
        raise UsageError("--credential: expected managed-identity, workload-identity or azure-cli")
    start, end = _period(period)
    subscriptions = ", ".join(f'"{part}"' for part in re.split(r"[\s,]+", scope) if part)
    text = TEMPLATE.format(
        entity=yaml.safe_dump(entity, default_style='"', allow_unicode=True, width=float("inf")).strip(),
        start=start,
        end=end,
        subscriptions=f"[{subscriptions}]",
        credential=credential.strip(),
    )
    engagement = parse(text, path.name)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from error
    return engagement


def _period(text: str) -> tuple[date, date]:
    named = re.fullmatch(r"\s*(\d{4})-?Q([1-4])\s*", text, re.IGNORECASE)
    if named:
        found = quarter(date(int(named[1]), 3 * int(named[2]), 1))
        return found.start, found.end
    first, separator, last = text.partition("..")
    try:
        if separator:
            return date.fromisoformat(first.strip()), date.fromisoformat(last.strip())
    except ValueError:
        pass
    raise UsageError(f"--period {text}: expected 2026-Q4, or two days such as 2026-10-01..2026-12-31")


TEMPLATE = """\
# An engagement: what is audited, for whom, over which period, with which identity.
entity: {entity}

period:            # the period of review, both days included
  start: {start}
  end: {end}

scope:             # what is expected to exist; whatever of it cannot be read is reported as a gap
  subscriptions: {subscriptions}
  # management_groups: [corp]   # everything below these groups is expected too
  # expected_from: {{file: cmdb.csv, source: "CMDB, view AKS", exported_at: 2026-11-14}}   # compared with it

credential: {credential}   # managed-identity, workload-identity, azure-cli, kubeconfig, or:
# credential:
#   kind: client-secret   # or client-certificate, device-code: see docs/credentials.md
#   tenant_id: 11111111-2222-3333-4444-555555555555
#   client_id: 66666666-7777-8888-9999-000000000000
#   secret_env: AZURE_CLIENT_SECRET   # the environment variable that holds the secret

# cloud: AzureUSGovernment             # or AzureChinaCloud; AzureCloud without this key
# proxy: http://proxy.contoso.com:3128 # without it, what the environment variable HTTPS_PROXY says
# endpoint:
#   ca_file: proxy-ca.pem              # certificates of a proxy that opens TLS; relative to this file

# clusters:        # how the clusters' own API servers are read; none leaves what is inside them out
#   access: direct # or run-command: where no network path leads there, in a pod that Azure starts for it
#   secrets: false # true adds name, type and age of secrets, by a right that would give their values too

# catalogue: "2026.4"   # the catalogue of controls agreed on; the report says where it was made with another

# entity_controls:      # the entity's own controls, in whose order the report can be read
#   - id: ITGC-07
#     text: Access to production clusters is limited to authorised staff.
#     owner: Head of Platform
#     frequency: quarterly
#     controls: [identity-local-accounts-disabled, rbac-cluster-admin-limited]

# frameworks: [cis-aks-1.8.0, iso-27001-2022]   # those that the report shows, in this order; all without it

# waivers: waivers.yaml            # exceptions that somebody accepted; `reportgen waive` writes a skeleton
# attestations: attestations.yaml  # what people state, with the file they show for it
# responses: responses.yaml        # what is done about exceptions, by whom, until when: see docs/waivers.md
# policy_exemptions: {{apply: waive, controls: {{api-server-private: [DEFINITION-ID]}}}}   # else only shown
# store: abfs://evidence@contosoaudit/aks   # where snapshots and the register of runs are kept, or a folder;
#                                           # without this key, the folder of --out
# retention:       # what `reportgen prune` may remove: nothing younger, nothing held, nothing a pack needs
#   keep_days: 2557
#   hold:
#     - {{start: 2026-01-01, end: 2026-12-31, reason: "Litigation 2026-17"}}
# schedule: weekly # or daily, monthly: when a snapshot is due; the report lists what was missed
# timestamp: {{url: "https://tsa.contoso.com/rfc3161", ca_file: tsa-ca.pem}}   # RFC 3161, over each snapshot
# deliver:         # who gets a pack, after `run` and by `reportgen deliver`: see docs/delivery.md
#   release: after_approval        # or automatic; before `reportgen release` only the preparer gets mail
#   preparer: ada.berg@contoso.com
#   to: [audit@auditors.example]
#   smtp: {{host: smtp.contoso.com, sender: audit@contoso.com, username: audit, password_env: SMTP_PASSWORD}}
#   folder: handed-over            # graph, acs and blob are the others

# report:
#   profiles: [summary, standard]   # which PDFs; full adds annex.pdf with every cluster and subject

# principals:      # names of people are personal data: without this, principals are shown by their ids
#   resolve: true  # read names and group members from Microsoft Graph, by a permission of its own

# imported:        # results of other tools, as their own JSON; relative to this file
#   - {{tool: kube-bench, file: kube-bench/aks-prod/*.json, cluster: aks-prod, taken_at: 2026-11-14}}
#   - {{tool: trivy, file: trivy-aks-prod.json, cluster: aks-prod}}   # kubescape is the third

# classification: Confidential          # printed on the cover and on every page
# prepared_by: {{name: Ada Berg, role: Platform lead}}
# reviewers:       # lines to sign; approves: true makes an approver
#   - {{name: Kim Holm, role: Head of IT}}
#   - {{name: Lin Vos, role: CISO, approves: true}}
# representation:  # the preparer's words about the evidence; blank lines for the pen without it
#   text: To the best of my knowledge the clusters in this pack are all that the entity runs.
#   name: Ada Berg
#   role: Platform lead
#   date: 2026-11-16
# record_of_changes:
#   - {{version: "1", date: 2026-11-16, author: Ada Berg, text: First issue}}
# templates: templates                   # a folder with the company's own parts, logo, colours and words

# parameters:      # a control's parameter may be overridden; the report prints the value used
#   patching-node-image-recent: {{max_age_days: 30}}
"""
