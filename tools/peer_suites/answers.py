"""A plugin of pytest: answers the pipeline's questions to CRDS and to the star catalogue, without a network.

With ``pytest -p tools.peer_suites.answers`` and the folder of the reference files in the environment variable
``PEER_SUITES_REFERENCES``. The answers are the same whose models are tested.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .running import REFERENCES

CONTEXT = "roman_9999.pmap"

# How far stars are drawn together, in degrees, and how many. The pipeline's tests ask for 10 in a circle of 100 seconds
# of arc, and count on fewer in a quarter of it.
TILE, STARS_A_TILE = 0.1, 50


def replace() -> None:
    """Put the answers in the place of the questions."""
    import crds
    from crds.core import heavy_client
    from stcal.tweakreg import astrometric_utils

    references = References(Path(os.environ[REFERENCES]))
    for module in (crds, heavy_client):
        module.getreferences = references.get
    heavy_client.get_processing_mode = lambda observatory, context=None: ("local", CONTEXT)
    crds.get_context_name = lambda observatory, context=None: CONTEXT
    astrometric_utils.get_catalog = stars


class References:
    """What CRDS holds.

    Parameters
    ----------
    folder : Path
        Where ``tools.peer_suites.references`` wrote it.
    """

    def __init__(self, folder: Path) -> None:
        self._entries = json.loads((folder / "index.json").read_text())

    def get(
        self, parameters: Mapping[str, Any], reftypes: Sequence[str] = (), *args: Any, **kwargs: Any
    ) -> dict[str, str]:
        """Return the path of the file of each type, as ``crds.getreferences`` does."""
        # CRDS knows a name with and without the observatory; what is said last holds
        known = {name.lower().removeprefix("roman."): str(value) for name, value in parameters.items()}
        found = {reftype: self._path(reftype, known) for reftype in reftypes}
        missing = [reftype for reftype, path in found.items() if path is None]
        if missing:
            from crds.core.exceptions import CrdsLookupError

            raise CrdsLookupError(f"there is no {' and no '.join(missing)} for that")
        return {reftype: str(path) for reftype, path in found.items()}

    def _path(self, reftype: str, known: Mapping[str, str]) -> str | None:
        start = known.get("meta.exposure.start_time", "9999")
        for entry in self._entries:
            fits = all(known.get(name) == value for name, value in entry["parameters"].items())
            if entry["reftype"] == reftype and fits and entry["since"] <= start:
                return str(entry["path"])
        return None


def stars(
    right_ascension: float,
    declination: float,
    epoch: float | None = None,
    search_radius: float = 0.1,
    catalog: str = "",
    timeout: float = 0,
) -> Any:
    """Return made-up stars in a circle, always the same ones, as the services of Gaia do."""
    import numpy as np
    from astropy.table import Table

    places = np.concatenate(list(_tiles(right_ascension, declination, search_radius)))
    east = (places[:, 0] - right_ascension) * np.cos(np.radians(declination))
    inside = places[np.hypot(east, places[:, 1] - declination) < search_radius]
    numbers = np.arange(len(inside))
    nothing = np.zeros(len(inside))
    return Table(
        {
            "ra": inside[:, 0],
            "dec": inside[:, 1],
            "mag": 14 + numbers % 7,
            "objID": numbers,
            "epoch": nothing + (epoch or 2016.0),
            **dict.fromkeys(["ra_error", "dec_error", "pmra", "pmdec", "parallax"], nothing),
        }
    )


def _tiles(right_ascension: float, declination: float, radius: float) -> Iterator[Any]:
    """Yield the places of the stars of each tile that a circle touches: right ascension and declination."""
    import numpy as np

    wide = radius / np.cos(np.radians(declination))
    for column in range(int((right_ascension - wide) // TILE), int((right_ascension + wide) // TILE) + 1):
        for row in range(int((declination - radius) // TILE), int((declination + radius) // TILE) + 1):
            random = np.random.default_rng([column + 10_000, row + 10_000])
            yield random.uniform(
                (column * TILE, row * TILE), ((column + 1) * TILE, (row + 1) * TILE), (STARS_A_TILE, 2)
            )


if REFERENCES in os.environ:
    replace()
