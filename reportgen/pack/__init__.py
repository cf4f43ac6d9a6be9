"""Pack: put reports, results and evidence into one folder and zip; verify and read them."""

from reportgen.pack.build import build
from reportgen.pack.read import Pack, read_file, read_pack
from reportgen.pack.verify import Verification, verify

__all__ = ["Pack", "Verification", "build", "read_file", "read_pack", "verify"]
