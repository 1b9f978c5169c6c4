"""Schemas of a third party: what is registered holds for a process, so each test has its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import roman_cal_models as rcm
from roman_cal_models.schema.store import store

from .folders import ROMAN, THIRD_PARTY, Spoil, changed, without

pytestmark = pytest.mark.once

BASE = "asdf://example.org/roman/spectra"


@pytest.fixture
def run(tmp_path: Path) -> Callable[[str], str]:
    """Give a function that runs a script in a process where the folder is registered, and returns what it printed."""
    start = f"import roman_cal_models as rcm\nmodels = rcm.register_schemas({str(THIRD_PARTY)!r})\n"

    def run(script: str) -> str:
        command = [sys.executable, "-W", "error", "-c", start + script]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


def test_models_and_nodes_have_names(run: Callable[[str], str]) -> None:
    run("""
assert models == {"SpectraModel": rcm.SpectraModel}
names = ["Extraction", "QualityNote", "Spectra", "SpectraExposure", "SpectraMeta", "SpectraObjectsItem"]
assert set(names) <= set(dir(rcm))
assert rcm.Exposure.__module__ != rcm.SpectraExposure.__module__
assert rcm.Spectra.versions() == ("1.0.0", "1.1.0")
assert rcm.Spectra.__doc__.startswith("Spectra\\n")
assert "\\nflux : ndarray\\n" in rcm.Spectra.__doc__
assert {"meta", "flux", "objects"} <= set(dir(rcm.SpectraModel))
""")


def test_the_same_folder_again_gives_the_same_models(run: Callable[[str], str]) -> None:
    run(f"assert rcm.register_schemas({str(THIRD_PARTY)!r} + '/.') == models")


def test_values_are_checked_by_the_schemas_of_the_third_party_and_of_rad(run: Callable[[str], str]) -> None:
    printed = run("""
model = rcm.SpectraModel.create_fake_data(shape=(3, 4))
model.validate()
assert model.flux.shape == (3, 4)
assert model.meta.extraction.width == 1
for place, name, value in [
    (model.meta.extraction, "method", "wishful"), (model.meta.extraction, "flat_field", "DONE"),
    (model.meta, "telescope", "HUBBLE"), (model.node, "note", 41 * "x"), (model.node, "objects", [{"name": 13 * "x"}]),
]:
    try:
        place[name] = value
    except rcm.ValidationError as error:
        print(error)
    else:
        raise AssertionError(name)
""")
    lines = printed.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "meta.extraction.method",
        "meta.extraction.flat_field",
        "meta.telescope",
        "note",
        "objects[0].name",
    ]
    assert f"{BASE}/schemas/meta/extraction-1.0.0" in lines[0]


def test_files_are_written_and_read_again(run: Callable[[str], str]) -> None:
    script = """
import pickle, asdf
model = rcm.SpectraModel.create_fake_data(shape=(3, 4))
model.note = "cloudy"
model.exposure = {"resultants": 3}
model.objects = [{"name": "NGC 1"}]
path = model.save("spectra.asdf")
with rcm.open(path, validate=True) as again:
    assert type(again) is rcm.SpectraModel
    assert again.tag == "BASE/tags/spectra-1.1.0"
    assert type(again.exposure) is rcm.SpectraExposure and again.exposure.resultants == 3
    assert type(again.note) is rcm.QualityNote and again.note == "cloudy"
    assert type(again.objects[0]) is rcm.SpectraObjectsItem
    assert type(pickle.loads(pickle.dumps(again))) is rcm.SpectraModel
header = rcm.read_header(path)
assert header.model_type == "SpectraModel" and header.meta.extraction.method == "boxcar"
found = rcm.identify(path)
assert (found.model_type, found.family, found.version, found.is_known) == ("SpectraModel", "spectra", "1.1.0", True)
with asdf.open(path) as file:
    assert type(file["roman"]) is rcm.Spectra
asdf.AsdfFile({"extraction": model.meta.extraction}).write_to("extraction.asdf")
with asdf.open("extraction.asdf") as file:
    assert type(file["extraction"]) is rcm.Extraction
old = rcm.SpectraModel(rcm.Spectra.create_fake_data(version="1.0.0"))
old.save("old.asdf")
with rcm.open("old.asdf") as old:
    assert old.tag.endswith("spectra-1.0.0")
    new = old.upgrade()
    new.validate()
    assert new.tag.endswith("spectra-1.1.0")
"""
    run(script.replace("BASE", BASE))


def test_asdf_that_is_in_use_already_learns_of_them(tmp_path: Path) -> None:
    script = f"""
import asdf
asdf.get_config().resource_manager, asdf.AsdfFile().extensions
import roman_cal_models as rcm
rcm.register_schemas({str(THIRD_PARTY)!r})
asdf.AsdfFile({{"roman": rcm.Spectra.create_fake_data()}}).write_to("spectra.asdf")
with asdf.open("spectra.asdf") as file:
    assert type(file["roman"]) is rcm.Spectra
"""
    command = [sys.executable, "-W", "error", "-c", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr


def test_a_newer_version_is_read_by_the_nearest(run: Callable[[str], str]) -> None:
    run("""
import warnings
from pathlib import Path
rcm.SpectraModel.create_fake_data().save("spectra.asdf")
content = Path("spectra.asdf").read_bytes()
Path("newer.asdf").write_bytes(content.replace(b"tags/spectra-1.1.0", b"tags/spectra-1.9.0"))
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    with rcm.open("newer.asdf") as model:
        assert model.tag.endswith("spectra-1.9.0")
(told,) = [each for each in caught if each.category is rcm.NewerVersionWarning]
assert "not known to the registered schemas: spectra-1.1.0 is used" in str(told.message)
""")


MANIFEST = "manifests/example-1.0.0.yaml"
SPECTRA = "schemas/spectra-1.1.0.yaml"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (without("manifests"), "there is no YAML file in manifests/"),
        (without("schemas"), "there is no YAML file in schemas/"),
        (without(SPECTRA), r"binds .*tags/spectra-1\.1\.0 to .*, which is neither there nor in the installed rad"),
        (without("schemas/meta/extraction-1.0.0.yaml"), r"spectra-1\.0\.0\.yaml: .*extraction-1\.0\.0"),
        (changed(MANIFEST, BASE, ROMAN), "but the manifests are of"),
        (
            changed(MANIFEST, "manifests/example-1.0.0", "manifests/else-1.0.0"),
            r"the file of that is manifests/else-1\.0\.0",
        ),
        (changed(MANIFEST, "extension_uri: ", "extension: "), r"example-1\.0\.0\.yaml: has no extension_uri"),
        (changed(MANIFEST, "tags:\n", "tag:\n"), r"example-1\.0\.0\.yaml: has no tags"),
        (changed(MANIFEST, "schema_uri", "schema"), "a tag has a tag_uri and a schema_uri; this is none"),
        (changed(MANIFEST, "title: Spectra of", "title: [Spectra of"), r"example-1\.0\.0\.yaml: "),
        (changed(SPECTRA, "schemas/spectra-1.1.0", "schemas/spectra-1.2.0"), r"spectra-1\.1\.0\.yaml: its id is"),
        (changed(SPECTRA, f"id: {BASE}", "id: asdf://example.net"), "but the manifests are of"),
        (changed(SPECTRA, "type: object", "type: objekt"), r"spectra-1\.1\.0\.yaml: .*objekt"),
        (changed(SPECTRA, "basic-1.0.0", "basic-9.0.0"), r"spectra-1\.1\.0\.yaml: .*basic-9\.0\.0"),
        (changed(SPECTRA, "SpectraModel", "ImageModel"), "would be named ImageModel, and there is one"),
        (changed(SPECTRA, "SpectraModel", "Spectra Model"), "'Spectra Model', which is not a name"),
        (changed(SPECTRA, "SpectraModel", "Extraction"), "two classes would be named Extraction"),
    ],
)
def test_a_broken_folder_is_refused_whole(tmp_path: Path, spoil: Spoil, told: str) -> None:
    folder = tmp_path / "third_party"
    shutil.copytree(THIRD_PARTY, folder)
    spoil(folder)
    with pytest.raises(rcm.SchemaError, match=told) as caught:
        rcm.register_schemas(folder)
    assert str(folder) in str(caught.value)
    assert len(store().bases) == 1
    assert not hasattr(rcm, "SpectraModel")


def test_another_folder_of_the_same_authority_is_refused(run: Callable[[str], str], tmp_path: Path) -> None:
    shutil.copytree(THIRD_PARTY, tmp_path / "copy")
    printed = run("""
try:
    rcm.register_schemas("copy")
except rcm.SchemaError as error:
    print(error)
""")
    assert f"schemas of {BASE} are registered already, from {THIRD_PARTY}" in printed


def test_two_authorities_that_end_alike_stand_beside_each_other(run: Callable[[str], str], tmp_path: Path) -> None:
    for name in ("spear", "spear2", "spear3"):
        shutil.copytree(THIRD_PARTY, tmp_path / name)
        for file in (tmp_path / name).rglob("*.yaml"):
            file.write_text(file.read_text().replace("asdf://example.org/", f"asdf://{name}.org/"))
    run("""
found = [rcm.register_schemas(name) for name in ("spear", "spear2", "spear3")]
names = [name for each in found for name in each]
assert len({"SpectraModel", *names}) == 4, names
for (model,) in (each.values() for each in found):
    path = model.create_fake_data(shape=(3, 4)).save(model.__name__ + ".asdf")
    with rcm.open(path, validate=True) as again:
        assert type(again) is model
""")


def test_the_archive_knows_their_columns(run: Callable[[str], str]) -> None:
    run("""
found = rcm.archive.columns("spectra")
assert found
assert found == rcm.archive.columns("SpectraModel") == rcm.archive.columns(rcm.Spectra.create_minimal().tag)
assert rcm.archive.columns("ImageModel") == rcm.archive.columns("wfi_image")
assert rcm.archive.columns("spectra", "1.0.0")
try:
    rcm.archive.columns("spectr")
except rcm.SchemaNotFoundError as error:
    assert "Did you mean 'spectra'?" in str(error)
else:
    raise AssertionError
""")


def test_what_is_most_likely_a_mistake_is_warned_of(tmp_path: Path) -> None:
    folder = tmp_path / "third_party"
    shutil.copytree(THIRD_PARTY, folder)
    changed(SPECTRA, "title: Spectra", "title: Spectra\ntitel: Spectra")(folder)
    script = """
import warnings
import roman_cal_models as rcm
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    rcm.register_schemas("third_party")
(told,) = [each for each in caught if each.category is rcm.SchemaWarning]
assert "spectra-1.1.0.yaml: titel: 'titel' is no keyword of schemas, and says nothing. Did" in str(told.message)
"""
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, timeout=120)
