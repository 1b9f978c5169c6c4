"""Schemas of the community under RAD's own authority: used as drafts, and kept when RAD takes them in.

What is registered holds for a process, so each test has its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from roman_cal_models.registration.folder import check_folder
from tests.newer_rad import installed_package

from .folders import CCSP, ROMAN, changed, copied

pytestmark = [pytest.mark.once, pytest.mark.newest_rad]

Run = Callable[..., str]
URI = f"{ROMAN}/schemas/CCSP/SPEAR/spear_map-1.0.0"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Give a function that runs a script in a process of its own, and returns what it printed."""

    def run(script: str, site: Path | None = None) -> str:
        variables = {**os.environ, **({} if site is None else {"PYTHONPATH": str(site)})}
        command = [sys.executable, "-W", "error", "-c", f"import roman_cal_models as rcm\n{script}"]
        done = subprocess.run(
            command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a folder with a made-up RAD that has taken the draft in."""
    site = tmp_path / "site"
    shutil.copytree(installed_package(), site / "rad", ignore=shutil.ignore_patterns("__pycache__"))
    resources = site / "rad" / "resources"
    shutil.copytree(CCSP / "schemas", resources / "schemas", dirs_exist_ok=True)
    entry = f"\n  - tag_uri: {URI.replace('/schemas/', '/tags/')}\n    schema_uri: {URI}\n    title: Map\n"
    newest = (resources / "manifests" / "datamodels-2.2.0.yaml").read_text().replace("datamodels-2.2", "datamodels-2.3")
    (resources / "manifests" / "datamodels-2.3.0.yaml").write_text(newest.rstrip() + entry)
    return site


WRITE = f"""
models = rcm.register_schemas({str(CCSP)!r})
assert models == {{"SpearMapModel": rcm.SpearMapModel}}
model = rcm.SpearMapModel.create_fake_data(shape=(3, 4))
model.meta.smoothing.kernel = "tophat"
model.save("map.asdf")
"""

READ = f"""
import asdf
with rcm.open("map.asdf", validate=True) as model:
    assert type(model).__name__ == "SpearMapModel"
    assert model.tag == "{URI}".replace("/schemas/", "/tags/")
    assert model.meta.smoothing.kernel == "tophat"
    assert type(model.meta.smoothing).__name__ == "SpearMapMetaSmoothing"
with asdf.open("map.asdf") as file:
    assert type(file["roman"]).__name__ == "SpearMap"
"""


def test_a_draft_is_used_with_its_final_id(run: Run) -> None:
    run(f"""{WRITE}{READ}
import pickle
assert rcm.read_header("map.asdf").model_type == "SpearMapModel"
assert rcm.identify("map.asdf").is_known
with rcm.open("map.asdf") as model:
    assert type(pickle.loads(pickle.dumps(model))) is rcm.SpearMapModel
    assert type(model.upgrade()) is rcm.SpearMapModel
assert rcm.register_schemas({str(CCSP)!r}) == models
assert rcm.archive.columns("CCSP/SPEAR/spear_map") == rcm.archive.columns("SpearMapModel") == ()
# RAD's own are what they were
assert rcm.ImageModel.create_fake_data().problems() == []
""")


def test_a_class_is_found_for_asdf_that_is_in_use(run: Run) -> None:
    run(f"import asdf\nasdf.get_config().resource_manager, asdf.AsdfFile().extensions\n{WRITE}{READ}")


def test_the_pipeline_is_not_said_to_have_made_it(run: Run) -> None:
    run(f"""
rcm.register_schemas({str(CCSP)!r})
model = rcm.SpearMapModel.create_minimal({{"meta": {{"ccsp": {{"name": "SPEAR"}}}}}})
assert sorted(model.meta) == ["ccsp", "file_date", "smoothing"], sorted(model.meta)
""")


def test_a_property_is_said_to_be_of_the_schema_that_describes_it(run: Run) -> None:
    printed = run(f"""
rcm.register_schemas({str(CCSP)!r})
for path in ("meta.target_coordinates.ra", "meta.ccsp", "meta.smoothing.scale", "kappa"):
    print(rcm.SpearMap.describe(path).schema_uri)
""")
    base = f"{ROMAN}/schemas/CCSP"
    assert printed.split() == [f"{base}/ccsp_custom_product-2.0.0", f"{base}/ccsp_minimal-2.0.0", URI, URI]


def test_without_its_schemas_a_file_is_told_how_to_be_known(run: Run) -> None:
    run(WRITE)
    printed = run("""
try:
    rcm.open("map.asdf")
except rcm.UnknownTagError as error:
    print(error)
""")
    assert "--schemas FOLDER" in printed
    assert "register_schemas(FOLDER)" in printed


def test_a_file_keeps_its_tag_when_rad_takes_the_schema_in(run: Run, site: Path) -> None:
    run(WRITE)
    # as with any new kind of file, whoever has not registered it is told that this release does not know it
    ignored = "warnings.simplefilter('ignore', rcm.NewerVersionWarning)"
    # the history of the file names the manifest of the draft
    ignored += "; warnings.filterwarnings('ignore', message='.*extensions/CCSP/SPEAR-1.0.0')"
    run(f"import warnings\n{ignored}\n{READ}", site)
    # and who has is not: the copy is passed over
    run(f"assert rcm.register_schemas({str(CCSP)!r}) == {{'SpearMapModel': rcm.SpearMapModel}}\n{READ}", site)


def test_a_draft_that_says_something_else_than_rad_is_refused(run: Run, site: Path, tmp_path: Path) -> None:
    folder = copied(CCSP, tmp_path)
    changed("schemas/CCSP/SPEAR/spear_map-1.0.0.yaml", "ndim: 2", "ndim: 3")(folder)
    printed = run(
        """
try:
    rcm.register_schemas("ccsp")
except rcm.InvalidSchemaError as error:
    print(error)
""",
        site,
    )
    assert "properties.kappa.ndim: the installed rad has another" in printed


def test_a_new_version_stands_beside_that_of_rad(run: Run, site: Path, tmp_path: Path) -> None:
    folder = copied(CCSP, tmp_path)
    file = folder / "schemas/CCSP/SPEAR/spear_map-1.0.0.yaml"
    text = file.read_text().replace("map-1.0.0", "map-1.1.0").replace("tophat", "box")
    file.with_name("spear_map-1.1.0.yaml").write_text(text)
    file.unlink()
    changed("manifests/CCSP/SPEAR-1.0.0.yaml", "map-1.0.0", "map-1.1.0")(folder)
    run(WRITE)
    run(
        f"""
rcm.register_schemas("ccsp")
{READ}
assert rcm.SpearMap.versions() == ("1.0.0", "1.1.0")
new = rcm.SpearMapModel.create_fake_data()
assert new.tag.endswith("spear_map-1.1.0")
new.meta.smoothing.kernel = "box"
""",
        site,
    )


def test_a_file_is_read_by_who_has_nothing_but_asdf(run: Run) -> None:
    run(WRITE)
    run("""
import asdf, warnings
warnings.simplefilter("ignore", asdf.exceptions.AsdfWarning)
with asdf.open("map.asdf") as file:
    assert file["roman"]["kappa"].shape == (3, 4)
    for each in file["history"]["extensions"]:
        assert each.get("manifest_software", {"version": "1"})["version"] is not None
""")


def test_several_teams_have_a_folder_each(run: Run, tmp_path: Path) -> None:
    for file in CCSP.rglob("*.yaml"):
        path = tmp_path / "bow" / str(file.relative_to(CCSP)).replace("SPEAR", "BOW").replace("spear", "bow")
        path.parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text().replace("SPEAR", "BOW").replace("spear", "bow").replace("SpearMap", "BowMap")
        path.write_text(text)
    run(f"""{WRITE}{READ}
rcm.register_schemas("bow")
rcm.BowMapModel.create_fake_data(shape=(3, 4)).save("bow.asdf")
with rcm.open("bow.asdf", validate=True) as model, asdf.open("bow.asdf") as file:
    assert type(model) is rcm.BowMapModel
    assert type(file["roman"]) is rcm.BowMap
{READ}
""")


MOSAIC = f"""%YAML 1.1
---
$schema: {ROMAN}/schemas/rad_schema-2.0.0
id: {ROMAN}/schemas/CCSP/SPEAR/spear_map-1.0.0
title: Mosaic with a map of its depth
datamodel_name: SpearMapModel
allOf:
  - $ref: {ROMAN}/schemas/wfi_mosaic-2.1.0
  - type: object
    properties:
      meta:
        allOf:
          - $ref: {ROMAN}/schemas/CCSP/ccsp_minimal-2.0.0
      depth:
        title: Depth (mag)
        tag: tag:stsci.edu:asdf/core/ndarray-1.*
        datatype: float32
        exact_datatype: true
        ndim: 2
        unit: mag(AB)
    required: [meta]
flowStyle: block
"""


def test_a_product_of_the_mission_is_extended(run: Run, tmp_path: Path) -> None:
    folder = copied(CCSP, tmp_path)
    (folder / "schemas/CCSP/SPEAR/spear_map-1.0.0.yaml").write_text(MOSAIC)
    assert check_folder(folder).problems == ()
    run("""
rcm.register_schemas("ccsp")
model = rcm.SpearMapModel.create_fake_data(shape=(4, 4))
model.depth = model.data.copy()
model.save("mosaic.asdf")
with rcm.open("mosaic.asdf", validate=True) as model:
    assert {"coordinates", "ccsp"} <= model.meta.keys()
    assert model.unit("depth") == "mag(AB)"
# what the mission's schema brings along
assert len(rcm.archive.columns("SpearMapModel")) == len(rcm.archive.columns("wfi_mosaic", "2.1.0"))
""")


def test_a_product_of_the_mission_that_is_extended_is_none_of_the_mission_s_in_its_catalogue(
    run: Run, tmp_path: Path
) -> None:
    folder = copied(CCSP, tmp_path)
    (folder / "schemas/CCSP/SPEAR/spear_map-1.0.0.yaml").write_text(MOSAIC)
    run("""
rcm.register_schemas("ccsp")
from roman_cal_models import archive
rcm.MosaicModel.create_fake_data(shape=(4, 4)).save("mission.asdf")
rcm.SpearMapModel.create_fake_data(shape=(4, 4)).save("community.asdf")
assert list(archive.rows("mission.asdf")) == ["WFIMosaic", "ScienceRefData"]
found = archive.rows("community.asdf")
assert (dict(found), found.problems) == ({}, ())
assert "WFIMosaic" in archive.rows("community.asdf", tables="all")
report = archive.ingest(["mission.asdf", "community.asdf"], "sqlite:///catalog.db")
assert (report.ingested, report.failed) == (2, 0)
import sqlite3
database = sqlite3.connect("catalog.db")
for table in ("WFIMosaic", "ScienceRefData", "obscore", "wfi_mosaic_files"):
    assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,), table
database.close()
""")


def test_workers_know_them_as_well(run: Run) -> None:
    run(f"""{WRITE}
import pickle, subprocess, sys
from roman_cal_models.registration.surroundings import Surroundings
taken = pickle.dumps((Surroundings.here(), "map.asdf"))
script = '''
import pickle, sys
import roman_cal_models as rcm
here, name = pickle.loads(sys.stdin.buffer.read())
with here.hold():
    rcm.open(name).close()
'''
subprocess.run([sys.executable, "-c", script], input=taken, check=True)
""")
