"""Pack: put reports, results and evidence into one folder and zip; verify and read them."""

from reportgen.pack.build import MANIFEST, build
from reportgen.pack.evidence import Cited, cited
from reportgen.pack.read import Pack, pack_of, read_file, read_pack
from reportgen.pack.verify import Verification, verify

__all__ = [
    "MANIFEST",
    "Cited",
    "Pack",
    "Verification",
    "build",
    "cited",
    "pack_of",
    "read_file",
    "read_pack",
    "verify",
]
