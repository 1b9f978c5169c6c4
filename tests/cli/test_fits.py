"""``roman-cal-models fits``: what is written, told and refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

import roman_cal_models as rcm
from roman_cal_models.cli import main


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    model: Any = rcm.ImageModel.create_fake_data(shape=(30, 40))
    model.data = np.random.default_rng(0).normal(size=(30, 40)).astype(np.float32)
    return rcm.DataModel.save(model, "image.asdf")


def test_a_file_is_written(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fits", str(file), "image.fits"]) == 0
    assert capsys.readouterr() == ("image.asdf: image.fits\n", "")
    with rcm.open(file) as model, fits.open("image.fits") as hdus:
        assert np.array_equal(hdus["DATA"].data, model["data"])


def test_a_renamed_file_is_as_good_as_any(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fits", str(file.rename("other.asdf")), "image.fits"]) == 0
    assert capsys.readouterr().err == ""


def test_what_fits_cannot_say_is_told(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rcm.RefpixRefModel.create_fake_data(shape=(30, 40)).save("refpix.asdf")
    assert main(["fits", "refpix.asdf", "refpix.fits"]) == 0
    told = [f"refpix.fits has no {name}: FITS has no images of its type" for name in ("alpha", "gamma", "zeta")]
    assert sorted(capsys.readouterr().err.splitlines()) == told


def test_a_file_that_is_there_is_kept(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("image.fits").write_bytes(b"before")
    assert main(["fits", str(file), "image.fits"]) == 1
    assert "image.fits: is there already" in capsys.readouterr().err
    assert Path("image.fits").read_bytes() == b"before"
    assert main(["fits", str(file), "image.fits", "--overwrite"]) == 0


def test_a_file_that_is_not_there_is_told(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fits", "absent.asdf", "image.fits"]) == 1
    assert "absent.asdf" in capsys.readouterr().err
    assert not Path("image.fits").exists()


def test_another_ending_is_not_understood(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["fits", str(file), "image.asdf"])
    assert ended.value.code == 2
    assert "image.asdf should end in .fits" in capsys.readouterr().err
