"""What `samples/automation` holds, as far as it can be checked without Azure."""

from tests.line import ROOT

SAMPLES = ROOT / "samples" / "automation"
