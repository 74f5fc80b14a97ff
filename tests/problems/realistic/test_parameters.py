from __future__ import annotations

import pytest

from llamoco_bench.problems.realistic.make_data.parameters import read_parameters

THREONINE = """\
# a comment
THR	N	-0.4157	1.8240	N
THR	H	0.2719	0.6000	H
THR	CA	-0.0389	1.9080	CT
THR	HA	0.1007	1.3870	H1
THR	CB	0.3654	1.9080	CT
THR	HB	0.0043	1.3870	H1
THR	CG2	-0.2438	1.9080	CT
THR	HG21	0.0642	1.4870	HC
THR	HG22	0.0642	1.4870	HC
THR	HG23	0.0642	1.4870	HC
THR	OG1	-0.6761	1.7210	OH
THR	HG1	0.4102	0.0000	HO
THR	C	0.5973	1.9080	C
THR	O	-0.5679	1.6612	O
A	P	1.1662	2.1000	P
"""


def test_a_hydrogen_is_merged_into_the_atom_that_holds_it() -> None:
    found = read_parameters(THREONINE.splitlines())
    assert found["THR", "OG1"] == pytest.approx((-0.2659, 1.7210, 0.2104))
    assert found["THR", "CG2"].charge == pytest.approx(-0.0512)
    assert found["THR", "N"].charge == pytest.approx(-0.1438)
    assert found["THR", "CA"].charge == pytest.approx(0.0618)
    assert ("THR", "H") not in found


def test_a_residue_keeps_its_charge_and_others_than_amino_acids_are_left_out() -> None:
    found = read_parameters(THREONINE.splitlines())
    assert sum(atom.charge for atom in found.values()) == pytest.approx(0.0, abs=1e-9)
    assert {residue for residue, _ in found} == {"THR"}
