"""What the package offers under ``rcm.``: everything by name, and what people call by completion."""

from __future__ import annotations

import pytest

import roman_cal_models as rcm
from roman_cal_models.models.generated._index import MODULES as MODELS
from roman_cal_models.nodes.generated._index import MODULES as NODES

FUNCTIONS = ("open", "read_header", "identify", "diff", "steps", "stack", "cutouts", "config", "register_schemas")


def test_completion_offers_what_people_call() -> None:
    offered = dir(rcm)
    assert {*FUNCTIONS, "ImageModel", "MosaicModel", "L2CalStep", "Exposure", "ValidationError"} <= {*offered}
    assert {"archive", "datamodels", "dqflags", "testing", "CalStepFlag", "DataModel"} <= {*offered}
    assert offered == sorted(offered)


@pytest.mark.newest_rad
def test_completion_leaves_out_what_hardly_anybody_names() -> None:
    offered = {*dir(rcm)}
    assert {"WfiImageMeta", "DarkRef", "DarkRefMetaInstrument", "TvacBasic", "DarkRefModel"} & offered == set()
    assert len(offered) < 140
    assert min(offered - {"__version__"}, key=str.lower) == "archive"


def test_all_names_are_there_whether_they_are_offered_or_not() -> None:
    assert {*dir(rcm), *NODES, *MODELS} <= rcm._every_name()
    for name in rcm._every_name():
        assert getattr(rcm, name) is not None
    assert {*MODELS} <= {*dir(rcm.datamodels)}
