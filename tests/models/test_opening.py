"""open: whatever a model can be opened from, lazily, and what it says of what it cannot open."""

from __future__ import annotations

import gc
import io
import re
import subprocess
import sys
import textwrap
import warnings
from pathlib import Path
from typing import Any

import asdf
import numpy as np
import pytest
import roman_datamodels.datamodels as peer

import roman_cal_models as rcm
from tests.handles import needs_handles, times_open


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image with blocks. Nobody may change it."""
    model = rcm.ImageModel.create_fake_data(shape=(64, 64))
    model.data[:] = np.arange(4096, dtype="f4").reshape(64, 64)
    model.dq[:] = 7
    return model.save(tmp_path_factory.mktemp("opening") / "image.asdf")


@pytest.fixture(scope="module")
def data() -> np.ndarray:
    return np.arange(4096, dtype="f4").reshape(64, 64)


# ---- sources


@pytest.mark.parametrize("convert", [str, Path, Path.read_bytes, lambda path: bytearray(path.read_bytes())])
def test_path_and_bytes(convert: Any, file: Path, data: np.ndarray) -> None:
    with rcm.open(convert(file)) as model:
        assert type(model) is rcm.ImageModel
        assert np.array_equal(model.data, data)


@pytest.mark.parametrize("stream", [lambda path: io.BytesIO(path.read_bytes()), lambda path: path.open("rb")])
def test_a_stream_stays_the_callers_to_close(stream: Any, file: Path, data: np.ndarray) -> None:
    with stream(file) as opened:
        with rcm.open(opened) as model:
            assert np.array_equal(model.data, data)
        assert not opened.closed


def test_a_stream_of_a_file_gives_its_name_to_errors(file: Path) -> None:
    with file.open("rb") as opened:
        model = rcm.open(opened)
        model.close()
        with pytest.raises(rcm.ModelClosedError, match=r"image\.asdf"):
            _ = model.data


@pytest.mark.parametrize("scheme", ["file", "memory"])
def test_urls(scheme: str, file: Path, data: np.ndarray) -> None:
    import fsspec

    url = f"{scheme}://{file}"
    with fsspec.open(url, "wb" if scheme == "memory" else "rb") as stream:
        if scheme == "memory":
            stream.write(file.read_bytes())
    with rcm.open(url) as model:
        assert np.array_equal(model.data, data)


def test_a_url_of_an_unknown_kind_is_named() -> None:
    with pytest.raises(rcm.SourceTypeError, match=r"nothing://a\.asdf: "):
        rcm.open("nothing://a.asdf")


def test_a_url_without_fsspec_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)  # what Python itself does for a module that must not be imported
    wanted = r"^memory://a\.asdf: to open URLs, pip install 'roman-cal-models\[remote\]'$"
    with pytest.raises(rcm.SourceTypeError, match=wanted):
        rcm.open("memory://a.asdf")


@pytest.mark.parametrize("options", [{}, {"lazy_tree": True}, {"lazy_load": False}])
@pytest.mark.parametrize("ours", [False, True])
def test_an_asdf_file_with_anybodys_nodes(options: Any, ours: bool, file: Path, data: np.ndarray) -> None:
    extensions = rcm.get_asdf_extensions() if ours else None
    with asdf.open(file, extensions=extensions, **options) as opened:
        model = rcm.open(opened)
        assert type(model) is rcm.ImageModel
        assert type(model.meta) is type(rcm.open(model).meta)
        assert model.meta.exposure.nresultants == -999999
        assert np.array_equal(model.data, data)
        assert model.problems() == []
        assert type(model.data) is np.ndarray


def test_an_asdf_file_stays_the_callers_to_close(file: Path) -> None:
    with asdf.open(file) as opened:
        rcm.open(opened).close()
        assert opened["roman"]["data"][0, 1] == 1


def test_a_model_gives_a_view_that_does_not_own_the_file(file: Path, data: np.ndarray) -> None:
    with rcm.open(file) as model:
        with rcm.open(model) as view:
            assert view is not model
            assert view.node is model.node
        assert np.array_equal(model.data, data)


def test_a_model_class_opens_its_own_kind(file: Path) -> None:
    with rcm.ImageModel(file) as model:
        assert model.meta.exposure.nresultants == -999999


def test_a_model_class_refuses_another_kind(file: Path) -> None:
    with pytest.raises(rcm.SourceTypeError) as caught:
        rcm.RampModel(file)
    assert str(caught.value) == f"{file}: holds WfiImage, not Ramp, the node of RampModel"


def test_a_model_class_refuses_another_kind_in_bytes_without_printing_them(file: Path) -> None:
    with pytest.raises(rcm.SourceTypeError) as caught:
        rcm.RampModel(file.read_bytes())
    assert str(caught.value) == "holds WfiImage, not Ramp, the node of RampModel"


def test_a_class_that_is_asked_for_is_given(file: Path) -> None:
    class Mine(rcm.ImageModel):
        note = "mine"

    for cls in (rcm.ImageModel, Mine):
        for opened in (rcm.open(file, cls), cls.open(file), cls.open(file.read_bytes()), cls.open(rcm.open(file))):
            with opened:
                assert type(opened) is cls
                assert opened.meta.instrument.name == "WFI"
    for opened in (rcm.open(file, rcm.DataModel), rcm.DataModel.open(file)):
        with opened:
            assert type(opened) is rcm.ImageModel
    with asdf.open(file) as tree:
        assert type(rcm.open(tree, rcm.ImageModel)) is rcm.ImageModel


@pytest.mark.parametrize("ask", [rcm.open, lambda source, cls: cls.open(source), rcm.read_header])
def test_another_kind_than_is_asked_for_is_refused(ask: Any, file: Path) -> None:
    for source, before in ((file, f"{file}: "), (file.read_bytes(), "")):
        with pytest.raises(rcm.SourceTypeError) as caught:
            ask(source, rcm.RampModel)
        assert str(caught.value) == f"{before}holds WfiImage, not Ramp, the node of RampModel"


def test_a_model_of_another_kind_than_is_asked_for_is_refused(file: Path) -> None:
    with rcm.open(file) as model:
        with pytest.raises(rcm.SourceTypeError) as caught:
            rcm.open(model, rcm.RampModel)
        assert str(caught.value) == f"{file}: holds WfiImage, not Ramp, the node of RampModel"
        assert rcm.open(model, rcm.ImageModel).node is model.node


def test_the_file_of_another_kind_is_closed(file: Path) -> None:
    with file.open("rb") as stream:
        with pytest.raises(rcm.SourceTypeError):
            rcm.open(stream, rcm.RampModel)
        assert not stream.closed  # it is the caller's
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        with pytest.raises(rcm.SourceTypeError):
            rcm.open(file, rcm.RampModel)
        gc.collect()


@pytest.mark.parametrize("ask", [rcm.open, rcm.read_header])
@pytest.mark.parametrize("cls", [rcm.WfiImage, "ImageModel", dict])
def test_what_is_no_class_of_models_cannot_be_asked_for(ask: Any, cls: Any, file: Path) -> None:
    with pytest.raises(rcm.SourceTypeError, match="is not a class of models, as ImageModel is one"):
        ask(file, cls)


def test_an_association_is_of_no_class(tmp_path: Path) -> None:
    with pytest.raises(rcm.SourceTypeError, match="holds an association of files, not ImageModel"):
        rcm.open(tmp_path / "asn.json", rcm.ImageModel)


def test_a_header_of_the_class_that_is_asked_for(file: Path) -> None:
    class Mine(rcm.ImageModel):
        pass

    for cls in (None, rcm.ImageModel, rcm.DataModel, Mine):
        assert rcm.read_header(file, cls).meta.instrument.name == "WFI"


def test_validate_asks_at_once(tmp_path: Path) -> None:
    path = rcm.ImageModel.create_fake_data().save(tmp_path / "invalid.asdf")
    path.write_bytes(path.read_bytes().replace(b"nresultants: -999999", b"nresultants: '99999'"))
    rcm.open(path).close()
    with pytest.raises(
        rcm.ValidationError, match=r"invalid\.asdf: meta\.exposure\.nresultants: '99999' is not of type"
    ):
        rcm.open(path, validate=True)


def test_what_was_let_pass_is_refused_by_save(tmp_path: Path) -> None:
    model = rcm.ImageModel.create_fake_data()
    with rcm.config(validate_assignment="off"):
        model.meta.exposure.nresultants = "many"
        with pytest.raises(rcm.ValidationError, match=r"meta\.exposure\.nresultants: 'many' is not of type 'integer'"):
            model.save(tmp_path / "invalid.asdf")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_argument_is_refused(file: Path) -> None:
    with pytest.raises(TypeError, match="lazy_lode"):
        rcm.open(file, lazy_lode=True)


# ---- laziness


def header_length(path: Path) -> int:
    return path.read_bytes().index(b"\n...\n") + len(b"\n...\n")


def test_nothing_but_the_header_is_needed_to_open_and_to_read_words(file: Path) -> None:
    content = file.read_bytes()[: header_length(file)]
    with rcm.open(content) as model:
        assert model.meta.exposure.nresultants == -999999
        assert model.shape == (64, 64)
        assert "data" in model
        assert "ImageModel" in repr(model)


FOREIGN = """
    import sys
    import roman_cal_models as rcm
    with rcm.open(sys.argv[1]) as model:
        model.meta.exposure.nresultants
    print(sorted({"astropy", "asdf_astropy", "gwcs"} & sys.modules.keys()))
"""


def test_opening_and_reading_a_word_imports_none_of_the_libraries_of_foreign_objects(file: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(FOREIGN), str(file)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_an_array_is_built_once(file: Path) -> None:
    with rcm.open(file) as model:
        assert model.data is model.data
        assert type(model.data) is np.ndarray


def test_memmap_maps_an_uncompressed_array(tmp_path: Path, data: np.ndarray) -> None:
    model = rcm.ImageModel.create_fake_data({"data": data}, shape=(64, 64))
    path = model.save(tmp_path / "plain.asdf", all_array_compression=None)
    with rcm.open(path, memmap=True) as opened:
        base: Any = opened.data
        while base is not None and not isinstance(base, np.memmap):
            base = base.base
        assert isinstance(base, np.memmap)
        assert np.array_equal(opened.data, data)


# ---- closing


def test_what_was_loaded_stays_after_close(file: Path, data: np.ndarray) -> None:
    with rcm.open(file) as model:
        loaded = model.data
    assert model.data is loaded
    assert np.array_equal(model.data, data)


def test_what_was_not_loaded_names_file_and_path_after_close(file: Path) -> None:
    with rcm.open(file) as model:
        pass
    with pytest.raises(rcm.ModelClosedError) as caught:
        _ = model.dq
    assert str(caught.value) == f"{file}: dq was not loaded before the file was closed"


def test_what_needs_no_block_is_built_after_close(file: Path) -> None:
    with rcm.open(file) as model:
        pass
    assert str(model.meta.exposure.start_time) == "2020-01-01T00:00:00.000"
    assert np.isfinite(model.meta.wcs(1.0, 2.0)).all()


def test_close_can_be_called_twice(file: Path) -> None:
    model = rcm.open(file)
    model.close()
    model.close()


@needs_handles
def test_300_opens_leave_no_file_open(file: Path) -> None:
    for index in range(300):
        with rcm.open(file) as model:
            if index % 30 == 0:
                assert model.data[0, 1] == 1
                assert times_open(file) > 0
    assert times_open(file) == 0


# ---- bad input

HEADER = b"#ASDF 1.0.0\n#ASDF_STANDARD 1.6.0\n%YAML 1.1\n%TAG ! tag:stsci.edu:asdf/\n--- !core/asdf-1.1.0\n"
TAG = b"asdf://stsci.edu/datamodels/roman/tags/"

BAD = {
    "png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", rcm.NotAsdfError, "a PNG picture, not an ASDF file"),
    "empty": (b"", rcm.NotAsdfError, "not an ASDF file: it is empty"),
    "text": (b"flat_field: COMPLETE\n", rcm.NotAsdfError, "not an ASDF file: it begins with b'flat_field: '"),
    "fits": (b"SIMPLE  =                    T" + b" " * 2850, rcm.NotAsdfError, "not an ASDF file"),
    "no roman": (HEADER + b"a: 1\n...\n", rcm.NotRomanError, "there is no key 'roman'"),
    "untagged": (HEADER + b"roman: {meta: {}}\n...\n", rcm.UnknownTagError, "bears no tag"),
    "text for roman": (HEADER + b"roman: yes\n...\n", rcm.UnknownTagError, "bears no tag"),
    "unknown tag": (
        HEADER + b"roman: !<" + TAG + b"wfi_imago-1.0.0> {}\n...\n",
        rcm.UnknownTagError,
        "wfi_imago-1.0.0",
    ),
    "tag of another": (HEADER + b"roman: !<asdf://e.org/tags/a-1.0.0> {}\n...\n", rcm.UnknownTagError, "e.org/tags/a"),
    "core tag": (HEADER + b"roman: !core/ndarray-1.1.0 [1]\n...\n", rcm.UnknownTagError, "core/ndarray"),
    "no file's tag": (
        HEADER + b"roman: !<" + TAG + b"exposure-1.0.0> {}\n...\n",
        rcm.UnknownTagError,
        "is not a tag of a file",
    ),
    "a list with the tag": (
        HEADER + b"roman: !<" + TAG + b"wfi_image-1.0.0> []\n...\n",
        rcm.UnknownTagError,
        "is not a mapping",
    ),
    "broken yaml": (HEADER + b"roman: {a: [1\nb: 2\n...\n", rcm.NotAsdfError, "broken YAML in the header"),
    "python tag": (HEADER + b"a: !!python/object/apply:os.getcwd []\n...\n", rcm.NotRomanError, "no key 'roman'"),
    "tree is a list": (HEADER + b"- 1\n...\n", rcm.NotAsdfError, "not a mapping"),
    "cut in the header": (HEADER + b"roman: !<" + TAG + b"wfi_", rcm.TruncatedFileError, "ends inside of its header"),
    "cut before the header": (b"#ASDF 1.0.0\n#ASDF_STA", rcm.TruncatedFileError, "ends before its header"),
    "cut in the first word": (b"#AS", rcm.TruncatedFileError, "ends before its header"),
    "not utf-8": (HEADER + b"roman: \xff\xfe\n...\n", rcm.NotAsdfError, "broken YAML in the header"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_opened(name: str, tmp_path: Path) -> None:
    content, kind, text = BAD[name]
    path = tmp_path / "bad.asdf"
    path.write_bytes(content)
    with pytest.raises(kind) as caught:
        rcm.open(path)
    assert type(caught.value) is kind
    assert str(caught.value).startswith(f"{path}: ")
    assert text in str(caught.value)
    assert caught.value.file == str(path)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert [entry.name for entry in tmp_path.iterdir()] == ["bad.asdf"]
    assert path.read_bytes() == content


@pytest.mark.parametrize("name", BAD)
def test_bytes_that_cannot_be_opened(name: str) -> None:
    content, kind, _ = BAD[name]
    with pytest.raises(kind):
        rcm.open(content)


@pytest.mark.parametrize(
    "source", [5, None, 1.5, {"roman": {}}, ["a.asdf"], object()], ids=lambda source: type(source).__name__
)
def test_what_is_no_source_is_refused_by_its_type(source: Any) -> None:
    with pytest.raises(rcm.SourceTypeError, match=f"cannot be opened from {type(source).__name__}: give a path"):
        rcm.open(source)


def test_the_model_of_another_package_is_told_as_its() -> None:
    theirs = peer.ImageModel.create_fake_data(shape=(2, 2))
    with pytest.raises(rcm.SourceTypeError, match="cannot be opened from roman_datamodels's ImageModel: give a path"):
        rcm.open(theirs)


def test_an_asdf_file_that_is_closed_is_told(tmp_path: Path) -> None:
    path = rcm.FlatRefModel.create_fake_data().save(tmp_path / "flat.asdf")
    with asdf.open(path) as file:
        pass
    with pytest.raises(rcm.SourceTypeError, match=r"flat\.asdf: the AsdfFile is closed: give the path"):
        rcm.open(file)


def test_a_text_stream_is_refused(file: Path) -> None:
    with file.open(encoding="latin-1") as stream, pytest.raises(rcm.SourceTypeError, match="mode 'rb'"):
        rcm.open(stream)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"missing\.asdf"):
        rcm.open(tmp_path / "missing.asdf")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=tmp_path.name):
        rcm.open(tmp_path)


def test_an_asdf_file_without_roman_is_named(tmp_path: Path) -> None:
    asdf.AsdfFile({"a": 1}).write_to(tmp_path / "other.asdf")
    with asdf.open(tmp_path / "other.asdf") as opened, pytest.raises(rcm.NotRomanError, match=r"other\.asdf: an ASDF"):
        rcm.open(opened)


@pytest.mark.parametrize("roman", [{"meta": {}}, 5, "word", [1]])
def test_an_asdf_file_with_another_roman_is_refused(roman: Any) -> None:
    with pytest.raises(rcm.UnknownTagError, match="without a tag"):
        rcm.open(asdf.AsdfFile({"roman": roman}))


renamed = pytest.mark.filterwarnings("ignore::roman_cal_models.errors.FilenameMismatchWarning")


@renamed
@pytest.mark.parametrize("kept", [10, 60, 400])
def test_a_file_cut_in_a_block_is_told_of_when_the_array_is_asked_for(kept: int, file: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.asdf"
    path.write_bytes(file.read_bytes()[: header_length(file) + kept])
    with rcm.open(path) as model:
        assert model.meta.exposure.nresultants == -999999
        with pytest.raises(rcm.TruncatedFileError) as caught:
            _ = model.data
    assert str(caught.value).startswith(f"{path}: data cannot be read, the file ends before its block does")
    assert caught.value.__cause__ is not None


@renamed
def test_a_block_that_is_no_block_is_told_of_when_the_array_is_asked_for(file: Path, tmp_path: Path) -> None:
    content = bytearray(file.read_bytes())
    start = header_length(file)
    content[start + 100 : start + 300] = b"\xff" * 200
    path = tmp_path / "damaged.asdf"
    path.write_bytes(content)
    with (
        rcm.open(path) as model,
        pytest.raises(rcm.ForeignValueError, match=r"damaged\.asdf: data cannot be built") as caught,
    ):
        _ = model.data
    assert caught.value.__cause__ is not None


@renamed
def test_a_foreign_object_that_cannot_be_built_is_named(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "time.asdf"
    path.write_bytes(file.read_bytes().replace(b"2020-01-01T00:00:00.000", b"2020-99-01T00:00:00.000"))
    with (
        rcm.open(path) as model,
        pytest.raises(rcm.ForeignValueError, match=r"time\.asdf: meta\.exposure\.start_time cannot be built") as caught,
    ):
        _ = model.meta.exposure.start_time
    assert caught.value.__cause__ is not None


def test_a_renamed_file_is_told_of_and_keeps_what_is_written(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "renamed.asdf"
    path.write_bytes(file.read_bytes())
    for ask, opened in ((rcm.open, path), (rcm.open, str(path)), (rcm.ImageModel.open, path), (rcm.ImageModel, path)):
        with pytest.warns(
            rcm.FilenameMismatchWarning, match=r"renamed\.asdf: meta\.filename is 'image\.asdf'"
        ) as caught:
            model = ask(opened)
        assert caught[0].filename == __file__
        assert model.meta.filename == "image.asdf"
        model.close()


def test_an_association_is_left_to_the_pipeline(tmp_path: Path) -> None:
    path = tmp_path / "asn.json"
    path.write_text("{}")
    with pytest.raises(rcm.SourceTypeError, match=r"asn\.json: to open associations, pip install romancal"):
        rcm.open(path)


def test_a_mode_makes_no_difference(file: Path) -> None:
    with rcm.open(file, mode="rw") as model:
        assert type(model).__name__.endswith("Model")
    with pytest.raises(rcm.SourceTypeError, match=r"mode='rw' with memmap would change the file in place; only save"):
        rcm.open(file, mode="rw", memmap=True)


@pytest.mark.parametrize("read", [rcm.open, rcm.read_header])
def test_a_closed_stream_is_told_as_one(read: Any, file: Path) -> None:
    with file.open("rb") as stream:
        pass
    with pytest.raises(rcm.SourceTypeError, match="closed"):
        read(stream)


@pytest.mark.parametrize(
    ("argument", "hint"),
    [("validat", "validat. Did you mean 'validate'?"), ("memmapp", "memmapp. Did you mean 'memmap'?")],
)
def test_a_misspelt_argument_is_told_with_what_was_meant(argument: str, hint: str) -> None:
    with pytest.raises(TypeError, match=rf"^open\(\) has no argument {re.escape(hint)}$"):
        rcm.open("nothing.asdf", **{argument: True})
    with pytest.raises(TypeError, match=r"^open\(\) has no argument zzz$"):
        rcm.open("nothing.asdf", zzz=True)
