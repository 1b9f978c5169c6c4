"""Many files for a catalogue: whole Level 2 images of few pixels, whose headers have the sizes of real ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["END", "Files", "header_size", "written"]

# so many different files; one more is another name of one of them
_DIFFERENT = 100
# smaller ones would have their arrays in the header, where real files have none
_SIDE = 32
# bytes of headers
_SIZES = (17_000, 60_000)
# those of a number as asdf writes it
_NUMBER = 21
_A_FOLDER = 10_000
END = b"\n...\n"
"""What the header of a file ends with."""


class Files:
    """Folders of files, which are names of a few.

    Parameters
    ----------
    folder : Path
        Where the folders are made.
    originals : list of Path
        What all are names of.
    """

    def __init__(self, folder: Path, originals: list[Path]) -> None:
        self.folder = folder
        self._originals = originals
        self._count = 0

    def more(self, number: int) -> list[Path]:
        """Return new folders of so many files together."""
        folders: list[Path] = []
        end = self._count + number
        for index in range(self._count, end):
            if not folders or index % _A_FOLDER == 0:
                folders.append(self.folder / f"{index:09}")
                folders[-1].mkdir(parents=True)
            os.link(self._originals[index % len(self._originals)], folders[-1] / f"r{index:09}.asdf")
        self._count = end
        return folders


def written(folder: Path, number: int = _DIFFERENT) -> list[Path]:
    """Write different files into a new folder, by ``roman_datamodels``."""
    folder.mkdir()
    return list(_written(folder, number))


def header_size(path: Path) -> int:
    """Return the bytes of the header of a file."""
    return path.read_bytes().index(END) + len(END)


def _written(folder: Path, number: int) -> Iterator[Path]:
    import roman_datamodels.datamodels as rdm

    import roman_cal_models as rcm

    image: Any = rdm.ImageModel.create_fake_data(shape=(_SIDE, _SIDE))
    image.meta.cal_step = dict(rcm.L2CalStep.create_minimal())
    # numbers that the archive takes: what it refuses would cost more than real files do
    image.meta.exposure.ma_table_number = 1
    for name, value in image.meta.observation.items():
        if type(value) is int:  # and no bool
            image.meta.observation[name] = 1
    image.save(folder / "first.asdf")
    first = header_size(folder / "first.asdf")
    (folder / "first.asdf").unlink()
    least, most = _SIZES
    for index in range(number):
        size = least + (most - least) * index // max(number - 1, 1)
        # as of the coefficients of a WCS, which make real headers long
        image["numbers"] = [value / 7 for value in range(max(0, size - first) // _NUMBER)]
        image.meta.instrument.detector = f"WFI{index % 18 + 1:02}"
        path = folder / f"{index}.asdf"
        image.save(path)
        yield path
