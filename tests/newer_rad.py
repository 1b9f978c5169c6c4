"""A made-up RAD 1.3.0, made of the installed one: what a release can bring that no class here knows.

Beside what it copies, it has

- a new kind of file with a new section and a new database type: ``wfi_spectrum``, ``meta/dispersion``;
- one in a new folder: ``pit/lensing_map``;
- a new source catalogue: ``grism_source_catalog``;
- a new version of the image: a new step, a new value of steps, a new section that is required, no ``dq2``;
- a new major version of the raw data, whose array has another name.
"""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

__all__ = ["TAGS", "VERSION", "installed_package", "make_newer_rad"]

VERSION = "1.3.0"

BASE = "asdf://stsci.edu/datamodels/roman"
TAGS = f"{BASE}/tags/"
_HEAD = "%YAML 1.1\n---\n$schema: {base}/schemas/rad_schema-2.0.0\nid: {base}/schemas/{name}\n\n"

_SPECTRUM = """title: Spectra of one exposure.
datamodel_name: SpectrumModel
archive_meta: Science WFI Level 4 Spectra
type: object
properties:
  meta:
    allOf:
      - $ref: {base}/schemas/meta/common-2.2.0
      - type: object
        properties:
          cal_step:
            $ref: {base}/schemas/meta/l2_cal_step-2.1.0
          dispersion:
            $ref: {base}/schemas/meta/dispersion-1.0.0
        required: [cal_step, dispersion]
  flux:
    title: Flux
    tag: tag:stsci.edu:asdf/core/ndarray-1.*
    datatype: float32
    exact_datatype: true
    ndim: 2
    unit: "Jy"
required: [meta, flux]
"""

_DISPERSION = """title: Dispersion
type: object
properties:
  order:
    title: Order
    type: integer
    archive_catalog:
      datatype: int
      destination: [WFIExposure.disp_order]
  resolution:
    title: Resolving power
    type: number
    archive_catalog:
      datatype: xml
      destination: [WFIExposure.disp_resolution]
  source:
    title: Where it comes from
    type: string
    enum: [FGS, MODEL]
required: [order, resolution, source]
"""

_LENSING = """title: Map of lensing, made by a project infrastructure team.
datamodel_name: LensingMapModel
type: object
properties:
  meta:
    $ref: {base}/schemas/meta/basic-2.0.0
  kappa:
    title: Convergence
    tag: tag:stsci.edu:asdf/core/ndarray-1.*
    datatype: float64
    ndim: 2
required: [meta, kappa]
"""

_JITTER_PLACE = f"          jitter:\n            $ref: {BASE}/schemas/meta/jitter-1.0.0\n"

_JITTER = """title: Jitter
type: object
properties:
  amplitude:
    title: Amplitude (mas)
    type: number
required: [amplitude]
"""


def installed_package() -> Path:
    """Return the folder of the installed ``rad``."""
    spec = find_spec("rad")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(next(iter(spec.submodule_search_locations)))


def make_newer_rad(site: Path) -> Path:
    """Make it in a folder as pip would install it there, and return the folder: it is put on the path."""
    package = site / "rad"
    shutil.copytree(installed_package(), package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "_version.py").write_text(f'__version__ = version = "{VERSION}"\n')
    metadata = site / f"rad-{VERSION}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.4\nName: rad\nVersion: {VERSION}\n")
    (metadata / "WHEEL").write_text("Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    (metadata / "entry_points.txt").write_text(
        "[asdf.resource_mappings]\nrad = rad.integration:get_resource_mappings\n"
    )
    resources = package / "resources"
    _add(resources, "wfi_spectrum-1.0.0", _SPECTRUM)
    _add(resources, "meta/dispersion-1.0.0", _DISPERSION)
    _add(resources, "meta/jitter-1.0.0", _JITTER)
    _add(resources, "pit/lensing_map-1.0.0", _LENSING)
    _change(
        resources,
        "image_source_catalog-2.2.0",
        "grism_source_catalog-1.0.0",
        ("ImageSourceCatalogModel", "GrismSourceCatalogModel"),
    )
    _change(
        resources,
        "enums/cal_step_flag-2.0.0",
        "enums/cal_step_flag-2.1.0",
        ("  - SKIPPED", "  - SKIPPED\n  - DEFERRED"),
    )
    _change(
        resources,
        "meta/l2_cal_step-2.0.0",
        "meta/l2_cal_step-2.1.0",
        ("cal_step_flag-2.0.0", "cal_step_flag-2.1.0"),
        (
            "required:\n  [\n",
            "  persistence:\n    title: Persistence step\n    allOf:\n"
            f"      - $ref: {BASE}/schemas/enums/cal_step_flag-2.1.0\n    archive_catalog:\n"
            "      datatype: nvarchar(15)\n      destination: [ScienceRefData.s_persistence]\n"
            "required:\n  [\n    persistence,\n",
        ),
    )
    _change(
        resources,
        "wfi_image-2.2.0",
        "wfi_image-2.3.0",
        ("l2_cal_step-2.0.0", "l2_cal_step-2.1.0"),
        (
            "          cal_logs:\n",
            f"          jitter:\n            $ref: {BASE}/schemas/meta/jitter-1.0.0\n          cal_logs:\n",
        ),
        ("[photometry, wcs]", "[photometry, wcs, jitter]"),
        ("  dq2:\n", "  dq3:\n"),
        ("dq2", "dq3"),
    )
    _change(
        resources,
        "wfi_science_raw-2.2.0",
        "wfi_science_raw-3.0.0",
        ("  data:\n", "  counts:\n"),
        ("meta, data,", "meta, counts,"),
    )
    _manifest(resources)
    return site


def _add(resources: Path, name: str, text: str) -> None:
    file = resources / "schemas" / f"{name}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(_HEAD.format(base=BASE, name=name) + text.replace("{base}", BASE))


def _change(resources: Path, old: str, new: str, *changes: tuple[str, str]) -> None:
    text = (resources / "schemas" / f"{old}.yaml").read_text()
    for before, after in ((f"schemas/{old}", f"schemas/{new}"), *changes):
        assert before in text, (old, before)
        text = text.replace(before, after)
    (resources / "schemas" / f"{new}.yaml").write_text(text)


def _manifest(resources: Path) -> None:
    text = (resources / "manifests/datamodels-2.2.0.yaml").read_text().replace("datamodels-2.2.0", "datamodels-2.3.0")
    text = text.replace("wfi_image-2.2.0", "wfi_image-2.3.0").replace("wfi_science_raw-2.2.0", "wfi_science_raw-3.0.0")
    for name in ("wfi_spectrum-1.0.0", "pit/lensing_map-1.0.0", "grism_source_catalog-1.0.0"):
        text = text.rstrip() + (
            f"\n  - tag_uri: {TAGS}{name}\n    schema_uri: {BASE}/schemas/{name}\n    title: {name}\n"
            f"    description: |-\n      {name}\n"
        )
    (resources / "manifests/datamodels-2.3.0.yaml").write_text(text)
