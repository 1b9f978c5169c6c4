"""The maker of the files of old releases. What is read from them is held in tests/models/test_old_writers.py."""

from __future__ import annotations

import pytest

from tools.old_files import DATA
from tools.old_files.__main__ import main
from tools.old_files.making import ALWAYS, layout, witness
from tools.old_files.releases import RELEASES
from tools.old_files.witness import leaves


def test_a_release_that_is_not_in_the_table_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["0.1.0"])
    assert "0.1.0: not among 0.14.2" in capsys.readouterr().err


def test_no_two_files_of_a_kind_are_alike() -> None:
    seen: dict[str, set[object]] = {}
    for release in RELEASES:
        folder = DATA / release.version
        for file, expected in witness(folder).items():
            found = layout(folder / file, expected)
            assert file in ALWAYS or found not in seen.get(file, ()), f"{release.version}/{file}"
            seen.setdefault(file, set()).add(found)


def test_a_witness_tells_values_types_and_paths() -> None:
    import numpy as np
    from astropy import units
    from astropy.time import Time

    tree = {
        "a": [1, 1.5, None, True, "text", {}],
        "small": np.arange(2, dtype=">i2"),
        "large": np.zeros(9),
        "quantity": np.ones(1) * units.DN,
        "time": Time("2026-01-02T03:04:05"),
        "nan": float("nan"),
    }
    found = leaves(tree)
    assert [found[f"roman.a[{index}]"] for index in range(6)] == [1, 1.5, None, True, "text", {"empty": "mapping"}]
    assert found["roman.small"] == {"dtype": "<i2", "shape": [2], "values": [0, 1]}
    assert (found["roman.large"]["shape"], len(found["roman.large"]["sha256"])) == ([9], 16)
    assert found["roman.quantity"] == {"unit": "DN", "quantity": {"dtype": "<f8", "shape": [1], "values": [1.0]}}
    assert found["roman.time"] == {"time": "2026-01-02T03:04:05.000000000", "scale": "utc"}
    assert found["roman.nan"] == {"float": "nan"}
