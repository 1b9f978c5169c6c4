"""Real headers: of every kind of file that the peer writes, and of its oldest versions."""

from __future__ import annotations

import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import roman_datamodels.datamodels as peer

from roman_cal_models.models.classes import model_class
from roman_cal_models.nodes.classes import class_name_of
from roman_cal_models.schema import installed

__all__ = ["real_headers"]

_END = b"\n...\n"
_OLDEST = ("wfi_image-1.0.0", "ramp-1.0.0", "wfi_mosaic-1.0.0", "wfi_wcs-1.0.0")


def real_headers() -> list[str]:
    """Return the YAML of one file of each kind, from the first ``#`` to the end of the document."""
    tags = sorted(installed().store.newest_manifest.schema_uris)
    tags += [f"asdf://stsci.edu/datamodels/roman/tags/{name}" for name in _OLDEST]
    with TemporaryDirectory(prefix="headers-") as folder:
        headers = [_header(tag, Path(folder) / f"{number}.asdf") for number, tag in enumerate(tags)]
    assert headers
    return headers


def _header(tag: str, path: Path) -> str:
    uri = installed().store.schema_of(tag)
    assert uri is not None
    model = model_class(class_name_of(installed().document(uri)))
    assert model is not None
    with warnings.catch_warnings():
        # it warns of its own old tags
        warnings.simplefilter("ignore")
        getattr(peer, model.__name__).create_fake_data(tag=tag, shape=(8, 8, 8)).save(path)
    content = path.read_bytes()
    return content[: content.index(_END) + len(_END)].decode()
