# SPDX-License-Identifier: GPL-3.0-or-later
"""The self-made studies are right themselves, or nothing that is measured with them is."""
import dicom_tools
import numpy
import pytest
import synthetic
import volume

SMALL = {"rows": 31, "columns": 29, "slices": 5, "spacing": 11}


@pytest.mark.parametrize("modality", ["CT", "MR", "PT", "NM", "CR", "DX"])
def test_judges_find_no_error(modality, tmp_path):
    paths = synthetic.write(synthetic.Plan(modality=modality, **SMALL), tmp_path)
    complaints = [c for path in paths for c in dicom_tools.judge(path)]
    assert not complaints
    assert not dicom_tools.judge_together(paths)


@pytest.mark.parametrize("syntax", sorted(synthetic.SYNTAXES))
def test_every_encoding_holds_the_same_pixels(syntax, tmp_path):
    plain = synthetic.write(synthetic.Plan(**SMALL), tmp_path / "plain")
    other = synthetic.write(synthetic.Plan(syntax=syntax, **SMALL), tmp_path / "other")
    for one, two in zip(plain, other):
        _, expected = volume.decode(one.read_bytes())
        _, found = volume.decode(two.read_bytes())
        assert numpy.array_equal(expected, found)


def test_the_same_plan_gives_the_same_bytes(tmp_path):
    first = synthetic.write(synthetic.Plan(**SMALL), tmp_path / "a")
    second = synthetic.write(synthetic.Plan(**SMALL), tmp_path / "b")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_a_reversed_tilted_stack_is_sorted_along_its_normal(tmp_path):
    plan = synthetic.Plan(tilt=15, oblique=20, reverse=True, **SMALL)
    paths = synthetic.write(plan, tmp_path)
    built = volume.from_files([path.read_bytes() for path in paths])[0]
    normal = numpy.cross(built.orientation[:3], built.orientation[3:])
    along = [float(numpy.dot(normal, frame.position)) for frame in built.frames]
    assert numpy.allclose(numpy.diff(along), plan.thickness, atol=1e-3)
