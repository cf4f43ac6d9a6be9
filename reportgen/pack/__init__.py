"""Pack: put reports, results and evidence into one folder and zip, and verify them."""

from reportgen.pack.build import build
from reportgen.pack.verify import Verification, verify

__all__ = ["Verification", "build", "verify"]
