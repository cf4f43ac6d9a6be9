"""The shipped frameworks: as many requirements as their publications have, under the published ids."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.assess import frameworks

SHIPPED = {
    framework.id: framework
    for framework in frameworks.load([Path(__file__).resolve().parents[2] / "controls" / "frameworks"])
}

EXPECTED = {
    # Items of kube-bench's cfg/aks-1.8.0: 1 + 13 + 24 + 13.
    "cis-aks-1.8.0": (51, "2.1.1 3.1.4 3.2.9 4.1.12 4.2.5 4.4.2 4.5.2 4.6.3 5.1.4 5.2.1 5.3.1 5.4.5 5.5.2"),
    # The guide's summary has 4 + 4 + 7 + 3 + 5 + 3 points, its sections add 3 + 6 + 1; none is numbered.
    "nsa-cisa-1.2": (36, "P-1 P-4.4 P-7 N-1 N-7 N-13 A-3 L-5 L-6 U-3"),
    # Microsoft's pages of the twelve domains: 10 + 9 + 8 + 8 + 5 + 7 + 7 + 7 + 3 + 4 + 7 + 11.
    "mcsb-v1": (86, "NS-10 IM-9 PA-8 DP-8 AM-5 LT-7 IR-7 PV-7 ES-3 BR-4 DS-7 GS-11"),
    # Of 300 base controls (322 in Revision 5, less 24 withdrawn, IA-13 and SA-24 added):
    # AC 16, AU 13, CA 7, CM 13, CP 7, IA 11, IR 7, MA 5, MP 3, PE 10, PL 3, RA 6, SA 11, SC 24, SI 11, SR 6.
    "nist-800-53-r5": (153, "AC-2 AC-6 AU-12 CA-7 CM-6 CP-9 IA-13 PE-3 RA-5 SA-24 SC-7 SC-28 SI-2 SR-11"),
    # Annex A: 37 organizational, 8 people, 14 physical, 34 technological controls.
    "iso-27001-2022": (93, "5.1 5.15 5.37 6.1 6.8 7.1 7.14 8.1 8.8 8.15 8.20 8.28 8.34"),
    # CC1 to CC9: 5 + 3 + 4 + 2 + 3 + 8 + 5 + 1 + 2; A1 3; C1 2; PI1 5; P1 to P8: 18.
    "soc2-tsc": (61, "CC1.5 CC2.3 CC3.4 CC4.2 CC5.3 CC6.8 CC7.5 CC8.1 CC9.2 A1.3 C1.2 PI1.5 P6.7 P8.1"),
    # The core's subcategories by function: 31 + 21 + 22 + 11 + 13 + 8.
    "nist-csf-2.0": (106, "GV.SC-10 ID.AM-08 ID.RA-10 PR.AA-06 PR.DS-11 PR.PS-06 DE.CM-09 RS.MI-02 RC.CO-04"),
    # Of the 205 ids with three numbers, by requirement: 16, 7, 11, 1, 7, 16, 9, 26, 11, 16, 12, 18.
    "pci-dss-4.0.1": (150, "1.4.5 3.7.8 4.2.1 5.3.5 6.3.3 7.2.5 8.3.11 8.6.3 9.4.7 10.7.3 11.6.1 12.10.7"),
}
"""By framework: how many requirements are listed, and ids that have to be among them."""


@pytest.mark.parametrize("name", EXPECTED)
def test_a_framework_lists_what_its_publication_has(name: str) -> None:
    number, ids = EXPECTED[name]
    listed = [requirement.id for requirement in SHIPPED[name].requirements]
    assert len(listed) == number
    assert set(ids.split()) <= set(listed)
