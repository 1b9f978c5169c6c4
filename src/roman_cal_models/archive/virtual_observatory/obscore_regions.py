"""The diameter of a region of four corners, ``POLYGON ICRS  1.0 2.0 ...``, as databases work it out.

The corners of an image lie nearly on a circle, of which the longer diagonal is the diameter. Each database takes the
text apart in its own way, into the numbers n0 to n7, in subqueries of a scalar one; what is not four corners is null.

PostgreSQL and SQL Server know sines and roots. A SQLite need not have been built with them, so there both are
approximated by arithmetic: of images of the mission to two percent, up to declinations of 89 degrees; beyond them it
is null.
"""

from __future__ import annotations

__all__ = ["DIAMETER"]

# right ascension and declination of each corner
_CORNERS = [(f"n{2 * index}", f"n{2 * index + 1}") for index in range(4)]
_DIAGONALS = [(_CORNERS[0], _CORNERS[2]), (_CORNERS[1], _CORNERS[3])]

_NAME_LESS = "TRIM(REPLACE(REPLACE(UPPER({0}), 'POLYGON', ''), 'ICRS', ''))"
_AS_JSON = f"'[' || REPLACE(REPLACE({_NAME_LESS}, '  ', ' '), ' ', ',') || ']'"

# braces are doubled, for these are formats
_NUMBER = r"[-+]?[0-9]{{1,9}}(\.[0-9]*)?(E[-+]?[0-9]{{1,2}})?"
_FOUR_CORNERS = rf"^\s*POLYGON\s+(ICRS\s+)?({_NUMBER}\s+){{{{7}}}}{_NUMBER}\s*$"


def _numbers(form: str, count: int = 8) -> str:
    return ", ".join(f"{form.replace('#', str(index))} AS n{index}" for index in range(count))


def _by_arithmetic(corners: str) -> str:
    """Return the longer diagonal, as SQLite has it, of what selects the corners."""
    steps = []
    for index, ((ra, dec), (other_ra, other_dec)) in enumerate(_DIAGONALS):
        apart, twice = f"ABS({other_ra} - {ra})", f"({dec} + {other_dec})"
        # Bhaskara's cosine, of the declination between them
        cosine = f"(32400 - {twice} * {twice}) / (32400 + {twice} * {twice} / 4.0)"
        steps += [f"MIN({apart}, 360 - {apart}) * {cosine} AS x{index}", f"ABS({other_dec} - {dec}) AS y{index}"]
    # a root by one of Newton's steps, from a guess that is off by a twelfth at most
    squares = [f"x{i} * x{i} + y{i} * y{i} AS q{i}, MAX(x{i}, y{i}) + 0.4 * MIN(x{i}, y{i}) AS g{i}" for i in range(2)]
    far_from_poles = " AND ".join(f"ABS({dec}) <= 89" for _, dec in _CORNERS)
    return (
        f"(SELECT MAX(q0 / g0 + g0, q1 / g1 + g1) / 2 FROM (SELECT {', '.join(squares)}"
        f" FROM (SELECT {', '.join(steps)} FROM ({corners}) AS corners WHERE {far_from_poles}) AS steps) AS squares)"
    )


def _by_sines(corners: str, fence: str = "") -> str:
    """Return the longer diagonal of what selects the corners, by the haversine.

    Parameters
    ----------
    corners : str
        Selects them.
    fence : str
        What keeps a database from working out a subquery again wherever its result stands.
    """
    haversines = ", ".join(
        f"POWER(SIN(RADIANS({other_dec} - {dec}) / 2), 2) + COS(RADIANS({dec})) * COS(RADIANS({other_dec}))"
        f" * POWER(SIN(RADIANS({other_ra} - {ra}) / 2), 2) AS h{index}"
        for index, ((ra, dec), (other_ra, other_dec)) in enumerate(_DIAGONALS)
    )
    longer = f"SELECT CASE WHEN h0 > h1 THEN h0 ELSE h1 END AS h FROM (SELECT {haversines} FROM ({corners}) AS corners"
    return (
        f"(SELECT DEGREES(2 * ASIN(SQRT(CASE WHEN h > 1 THEN 1 ELSE h END)))"
        f" FROM ({longer}{fence}) AS diagonals{fence}) AS longer)"
    )


DIAMETER = {
    # what is in a subquery with LIMIT is worked out before what is asked of its result, and once
    "sqlite": _by_arithmetic(
        "SELECT "
        + _numbers("json_extract(text, '$[#]')")
        + " FROM (SELECT CASE WHEN json_valid(text) THEN text END AS text"
        f" FROM (SELECT {_AS_JSON} AS text LIMIT 1) AS texts LIMIT 1) AS texts"
        " WHERE json_array_length(text) = 8 LIMIT 1"
    ),
    "postgresql": _by_sines(
        f"SELECT {_numbers('CAST(n[1 + #] AS DOUBLE PRECISION)')} FROM (SELECT regexp_split_to_array({_NAME_LESS},"
        rf" '\s+') AS n WHERE {{0}} ~* '{_FOUR_CORNERS}' OFFSET 0) AS texts OFFSET 0",
        fence=" OFFSET 0",
    ),
    # nothing but CASE has it look at whether a text is JSON before it is read as such
    "mssql": _by_sines(
        "SELECT * FROM (SELECT "
        + _numbers("CASE WHEN ISJSON(text) = 1 THEN TRY_CAST(JSON_VALUE(text, '$[#]') AS FLOAT) END", 9)
        + f" FROM (SELECT {_AS_JSON.replace('||', '+')} AS text) AS texts) AS numbers WHERE n8 IS NULL"
    ),
}
"""Dialect -> the expression, with ``{0}`` in the place of the region."""
