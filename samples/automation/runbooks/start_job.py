"""Start a Container Apps job of reportgen from a Hybrid Runbook Worker, and fail when the job does.

A Python runbook (3.10 or newer, standard library only) for a worker on an Azure virtual machine, whose managed
identity signs in by the instance metadata service. It needs Microsoft.App/jobs/read, /start/action and
/executions/read on the job. Parameters, in this order: the job's resource id; the client id of a user-assigned
identity, or "" for the system-assigned one.

An execution that is under way is waited for, and none is started beside it: a runbook may be started again.
Exit code 0 when the execution succeeded, else 1; the job's own log has reportgen's exit code.
"""

import json
import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

API_VERSION = "2024-03-01"
UNDER_WAY = ("Running", "Processing", "Unknown")
LONGEST = 6 * 3600.0
"""Seconds; the job itself ends by its replicaTimeout."""
TRIES = 5
"""Of a call that is answered with 429 or 5xx, or not at all."""
_JOB = re.compile(r"/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[^/]+/providers/Microsoft\.App/jobs/[^/]+")
METADATA = os.environ.get("METADATA_ENDPOINT", "http://169.254.169.254")
MANAGEMENT = os.environ.get("MANAGEMENT_ENDPOINT", "https://management.azure.com")
POLL = float(os.environ.get("POLL_SECONDS", "30"))


class JobFailed(Exception):
    """The job could not be started, or ended badly; the message says how."""


def call(method: str, url: str, headers: dict[str, str]) -> dict:
    """One call, tried again where that may help; its answer as JSON, {} where it has none."""
    request = urllib.request.Request(url, method=method, headers=headers, data=b"" if method == "POST" else None)
    for attempt in range(1, TRIES + 1):
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            if attempt == TRIES or (error.code != 429 and error.code < 500):
                told = error.read(2000).decode("utf-8", "replace")
                raise JobFailed(f"{method} {url.partition('?')[0]} answered {error.code}: {told}") from error
        except OSError as error:
            if attempt == TRIES:
                raise JobFailed(f"{method} {url.partition('?')[0]} got no answer: {error}") from error
        time.sleep(min(POLL, 2.0**attempt))
    raise AssertionError("the last try returns or raises")


def token(client_id: str) -> str:
    """An access token of the worker's managed identity for Resource Manager."""
    wanted = {"api-version": "2018-02-01", "resource": "https://management.azure.com/"}
    if client_id:
        wanted["client_id"] = client_id
    url = f"{METADATA}/metadata/identity/oauth2/token?{urllib.parse.urlencode(wanted)}"
    return call("GET", url, {"Metadata": "true"})["access_token"]


def arm(method: str, path: str, client_id: str) -> dict:
    """One call to Resource Manager; the metadata service keeps the token, so that it is asked each time."""
    headers = {"Authorization": f"Bearer {token(client_id)}"}
    return call(method, f"{MANAGEMENT}{path}?api-version={API_VERSION}", headers)


def execution_of(job: str, client_id: str) -> str:
    """The name of the execution that is under way, or else of one that is started now."""
    for known in arm("GET", f"{job}/executions", client_id).get("value", []):
        if known["properties"].get("status") in UNDER_WAY:
            print(f"Execution {known['name']} is under way; none is started beside it.", flush=True)
            return known["name"]
    started = arm("POST", f"{job}/start", client_id)["name"]
    print(f"Execution {started} was started.", flush=True)
    return started


def wait(job: str, execution: str, client_id: str) -> None:
    """Wait for the end of an execution; JobFailed where it is not a good one."""
    began, state = time.monotonic(), "Unknown"
    while state in UNDER_WAY:
        if time.monotonic() - began > LONGEST:
            raise JobFailed(f"execution {execution} is still {state} after {LONGEST / 3600:.0f} h")
        time.sleep(POLL)
        state = arm("GET", f"{job}/executions/{execution}", client_id)["properties"].get("status", "Unknown")
        print(f"{execution}: {state}", flush=True)
    if state != "Succeeded":
        raise JobFailed(f"execution {execution} ended as {state}; its log says why")


def main(job: str = "", client_id: str = "") -> int:
    """Start and wait."""
    if not _JOB.fullmatch(job):
        print(f"error: {job!r} is no resource id of a Container Apps job", file=sys.stderr)
        return 1
    try:
        wait(job, execution_of(job, client_id), client_id)
    except JobFailed as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
