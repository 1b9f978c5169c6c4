"""An installed RAD that is newer than the generated classes. What is made holds for a process: each test has its own.

The release is made up, see ``tests/newer_rad.py``; ``test_newer`` is about files that are newer than the installed RAD.
"""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import roman_cal_models as rcm
from roman_cal_models.archive.definitions.products import _BY_FAMILY, likely_tables
from roman_cal_models.nodes.making import families_to_make, names_for
from roman_cal_models.schema import installed
from roman_cal_models.schema.uris import ROMAN
from tests.newer_rad import TAGS, make_newer_rad

pytestmark = [pytest.mark.once, pytest.mark.newest_rad]

COMMAND = "import sys; from roman_cal_models.cli import main; sys.exit(main())"
UPDATE = "To update: pip install --upgrade roman-cal-models"


@pytest.fixture(scope="module")
def newer_rad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_newer_rad(tmp_path_factory.mktemp("site"))


@pytest.fixture
def run(newer_rad: Path, tmp_path: Path) -> Callable[..., str]:
    """Give a function that runs a script beside the newer RAD, and returns what it printed."""

    def run(script: str, *options: str) -> str:
        variables = {**os.environ, "PYTHONPATH": str(newer_rad)}
        command = [sys.executable, *options, "-c", "import roman_cal_models as rcm\n" + script]
        done = subprocess.run(
            command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


QUIET = ("-W", "ignore::UserWarning")


def test_new_kinds_of_files_have_models_at_run_time(run: Callable[..., str]) -> None:
    run("""
import pickle, warnings, asdf
warnings.simplefilter("ignore", rcm.NewerVersionWarning)
made = {
    "SpectrumModel": rcm.SpectrumModel.create_fake_data(shape=(4, 5)),
    "LensingMapModel": rcm.LensingMapModel.create_fake_data(shape=(3, 3)),
    "GrismSourceCatalogModel": rcm.GrismSourceCatalogModel.create_fake_data(),
}
for name, model in made.items():
    path = model.save(f"{name}.asdf")
    with rcm.open(path, validate=True) as again:
        assert type(again) is getattr(rcm, name) and again.problems() == []
        assert type(pickle.loads(pickle.dumps(again))) is type(again)
    assert rcm.read_header(path).model_type == name == rcm.identify(path).model_type
    assert rcm.upgrade(path).tag == model.tag
    with asdf.open(path) as file:
        assert type(file["roman"]).__name__ == type(model.node).__name__
spectrum = made["SpectrumModel"]
assert type(spectrum.meta.dispersion) is rcm.Dispersion
assert type(spectrum.meta.exposure) is rcm.Exposure
try:
    spectrum.meta.dispersion.source = "XXX"
except rcm.ValidationError as error:
    assert "'XXX' is not one of 'FGS', 'MODEL'" in str(error)
else:
    raise AssertionError
asdf.AsdfFile({"section": spectrum.meta.dispersion}).write_to("section.asdf")
with asdf.open("section.asdf") as file:
    assert type(file["section"]) is rcm.Dispersion
table = made["GrismSourceCatalogModel"].create_empty_catalog()
assert table.colnames == rcm.ImageSourceCatalogModel.create_fake_data().create_empty_catalog().colnames
""")


def test_they_have_names_wherever_names_are_listed(run: Callable[..., str]) -> None:
    run(
        """
from roman_cal_models import datamodels
from roman_cal_models.datamodels import SpectrumModel
from roman_cal_models.view.families import family
assert {"SpectrumModel", "WfiSpectrum", "Dispersion", "Jitter", "LensingMap"} <= set(dir(rcm))
assert SpectrumModel is rcm.SpectrumModel
assert not hasattr(rcm, "SpectraModel") and not hasattr(datamodels, "SpectraModel")
assert family("SpectrumModel").name == "wfi_spectrum"
assert family("pit/lensing_map").model_name == "LensingMapModel"
""",
        *QUIET,
    )


def test_one_warning_names_the_package_to_update(run: Callable[..., str]) -> None:
    printed = run("""
import warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    rcm.ImageModel.create_fake_data(shape=(3, 3)).save("image.asdf")
    rcm.open("image.asdf").close()
    assert not caught, caught
    rcm.SpectrumModel.create_fake_data(shape=(3, 3)).save("spectrum.asdf")
    rcm.open("spectrum.asdf").close()
    rcm.LensingMapModel
with warnings.catch_warnings():
    warnings.simplefilter("error")
    rcm.open("spectrum.asdf").close()
for each in caught:
    print(each.category.__name__, each.message)
""")
    (line,) = printed.splitlines()
    assert line.startswith("NewerVersionWarning SpectrumModel is a kind of file of the installed rad 1.3.0")
    assert line.endswith(UPDATE)


def test_who_makes_an_error_of_the_warning_has_it_each_time(run: Callable[..., str]) -> None:
    printed = run("""
import warnings
warnings.simplefilter("error")
for _ in range(2):
    try:
        rcm.SpectrumModel
    except rcm.NewerVersionWarning as error:
        print(error)
""")
    assert len(printed.splitlines()) == 2


def test_threads_that_need_them_first_find_them_whole(run: Callable[..., str]) -> None:
    run('rcm.SpectrumModel.create_fake_data(shape=(3, 3)).save("spectrum.asdf")', *QUIET)
    printed = run("""
import sys, threading, warnings
sys.setswitchinterval(1e-5)
found, start = [], threading.Barrier(8)
def act():
    start.wait()
    with rcm.open("spectrum.asdf") as model:
        found.append((type(model).__name__, type(model.meta.dispersion).__name__))
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    threads = [threading.Thread(target=act) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
print(set(found), len(found), len(caught))
""")
    assert printed == "{('SpectrumModel', 'Dispersion')} 8 1"


def test_the_command_line_knows_them(run: Callable[..., str], newer_rad: Path, tmp_path: Path) -> None:
    run('rcm.SpectrumModel.create_fake_data(shape=(3, 3)).save("spectrum.asdf")', *QUIET)
    for arguments, told in [
        (["validate", "spectrum.asdf"], "1 valid"),
        (["info", "spectrum.asdf"], "WfiSpectrum"),
        (["identify", "spectrum.asdf"], "SpectrumModel"),
        (["schema", "SpectrumModel"], "meta.dispersion.resolution"),
    ]:
        done = subprocess.run(
            [sys.executable, *QUIET, "-c", COMMAND, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(newer_rad)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        assert told in done.stdout


def test_a_schema_of_a_third_party_may_not_take_their_names(run: Callable[..., str]) -> None:
    folder = Path(__file__).parents[1] / "data" / "third_party"
    printed = run(
        f"""
import shutil
from pathlib import Path
shutil.copytree({str(folder)!r}, "mine")
file = Path("mine/schemas/spectra-1.1.0.yaml")
file.write_text(file.read_text().replace("SpectraModel", "SpectrumModel"))
try:
    rcm.register_schemas("mine")
except rcm.SchemaError as error:
    print(error)
assert list(rcm.register_schemas({str(folder)!r})) == ["SpectraModel"]
""",
        *QUIET,
    )
    assert "a class would be named SpectrumModel, and there is one of that name already" in printed


def test_rows_come_of_the_likeliest_tables_and_an_unknown_type_costs_one_column(run: Callable[..., str]) -> None:
    printed = run(
        """
model = rcm.SpectrumModel.create_fake_data(shape=(3, 3))
model.meta.dispersion.order = 2
rows = rcm.archive.rows(model)
assert list(rows) == ["WFIExposure", "ScienceRefData"]
assert rows["WFIExposure"]["disp_order"] == 2 and rows["WFIExposure"]["disp_resolution"] is None
assert rows["WFIExposure"]["telescope"] == "ROMAN"
print(*rows.problems, sep="\\n")
assert rcm.archive.rows(model, tables=["WFIExposure"])["WFIExposure"] == rows["WFIExposure"]
assert list(rcm.archive.rows(rcm.GrismSourceCatalogModel.create_fake_data())) == ["SourceCatalog", "ScienceRefData"]
lensing = rcm.archive.rows(rcm.LensingMapModel.create_fake_data())
assert lensing == {} and [str(problem) for problem in lensing.problems][0].startswith("no row: nothing says which")
flat = rcm.archive.rows(rcm.FlatRefModel.create_fake_data())
assert flat == {} and flat.problems == ()
assert "disp_resolution NVARCHAR(max)" in rcm.archive.ddl("mssql")
from roman_cal_models.archive import lint
assert {(each.kind, each.column) for each in lint() if "dispersion" in each.path} == {("unknown type", "xml")}
""",
        *QUIET,
    )
    (unknown,) = [line for line in printed.splitlines() if "xml" in line]
    assert "meta.dispersion.resolution does not fit into WFIExposure.disp_resolution: 'xml' is not a known" in unknown
    assert unknown.endswith(UPDATE)
    likely = [line for line in printed.splitlines() if "likeliest" in line]
    assert [line.partition(":")[0] for line in likely] == ["a row of WFIExposure", "a row of ScienceRefData"]


def test_a_file_that_moved_to_another_folder_would_get_names_of_its_own() -> None:
    every = families_to_make(installed(), ROMAN, start=[str(installed().store.versions("wfi_image")[-1])])
    (image,) = [family for family in every if family.name == "WfiImage"]
    taken = {"WfiImage", "ImageModel"}
    names = names_for([image], ROMAN, taken, models_beside=taken)
    assert names.models == {"RomanWfiImage": "RomanImageModel"}
    assert names.nodes["wfi_image"] == "RomanWfiImage"


def test_names_are_listed_where_no_schemas_are(tmp_path: Path) -> None:
    script = """
import roman_cal_models as rcm
assert "ImageModel" in dir(rcm) and not hasattr(rcm, "SpectrumModel")
try:
    rcm.ImageModel.create_fake_data()
except rcm.SchemaError as error:
    print(error)
"""
    (tmp_path / "rad").mkdir()
    (tmp_path / "rad/__init__.py").touch()
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "the installed rad holds no schemas under" in done.stdout, done.stderr


@pytest.mark.parametrize("family", sorted(_BY_FAMILY.keys() - {"fps", "tvac"}))
def test_the_likeliest_tables_are_the_right_ones_for_all_kinds_of_files_that_are_known(family: str) -> None:
    newest = installed().store.versions(family)[-1]
    assert likely_tables(str(newest)) == _BY_FAMILY[family]


def test_an_upgrade_without_rules_names_all_that_is_missing_and_where_it_can_stop(run: Callable[..., str]) -> None:
    printed = run("""
image = rcm.ImageModel.create_fake_data(version="1.0.0", shape=(3, 3))
for model in (image, rcm.ScienceRawModel.create_fake_data(version="2.2.0", shape=(3, 3, 3))):
    try:
        model.upgrade()
    except rcm.UpgradeError as error:
        print(error.missing, error)
with image.upgrade(version="2.2.0") as stopped:
    assert stopped.tag.endswith("wfi_image-2.2.0") and stopped.problems() == []
    stopped.save("stopped.asdf")
assert rcm.RampModel.create_fake_data(version="1.0.0", shape=(3, 3, 3)).upgrade().problems() == []
""")
    image, raw = printed.splitlines()
    assert image.startswith(
        "('meta.jitter', 'dq3') meta.jitter, dq3 are required by the newer version, and the file does not hold them. "
    )
    assert "wfi_image-2.3.0 is of the installed rad 1.3.0" in image
    assert "has rules for rad 1.2.1, up to wfi_image-2.2.0" in image
    assert image.endswith(UPDATE)
    assert raw.startswith("('counts',) counts is required by the newer version, and the file does not hold it. ")


def test_a_newer_file_that_cannot_be_saved_says_that_it_is_newer(run: Callable[..., str], tmp_path: Path) -> None:
    run("""
model = rcm.ImageModel.create_fake_data(shape=(3, 3))
model.meta.cal_step = {**rcm.L2CalStep.create_minimal(), "persistence": "DEFERRED"}
model.save("image.asdf")
rcm.SpectrumModel.create_fake_data(shape=(3, 3)).save("spectrum.asdf")
""")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rcm.NewerVersionWarning)
        model: Any = rcm.open(tmp_path / "image.asdf")
        note = "wfi_image-2.3.0 is newer than the installed rad"
        for act in (lambda: model.save(tmp_path / "again.asdf"), model.validate, model.node.validate):
            with pytest.raises(rcm.ValidationError, match=r"dq2: is required(.|\n)*" + note) as caught:
                act()
            assert str(caught.value).endswith("To update: pip install --upgrade rad roman-cal-models")
        with pytest.raises(rcm.UpgradeError, match=note):
            model.upgrade()
        model.close()
        with pytest.raises(rcm.UnknownTagError, match=f"{TAGS}wfi_spectrum-1.0.0, which was written with rad 1.3.0"):
            rcm.open(tmp_path / "spectrum.asdf")
