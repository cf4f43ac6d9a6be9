"""One cluster by a kubeconfig, without Azure: what Azure would say of it stays a gap."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from reportgen.collect.connection import Connection
from reportgen.collect.interface import Origin
from reportgen.collect.kubernetes import cluster
from reportgen.collect.kubernetes.access import place_of
from reportgen.collect.kubernetes.client import Client
from reportgen.collect.kubernetes.cluster import ClusterLedger, Subject
from reportgen.collect.kubernetes.failures import Unread
from reportgen.collect.kubernetes.kubeconfig import Endpoint, Kubeconfig, User
from reportgen.collect.kubernetes.tokens import FixedToken
from reportgen.collect.kubernetes.transport import Deadline, context, proxy_host
from reportgen.engagement import Engagement
