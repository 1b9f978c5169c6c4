"""What a user asks, as text -> an expression of SQLAlchemy: held against SQLite's own reading of the same text."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sql
from astropy.time import Time
from hypothesis import given
from hypothesis import strategies as st

import roman_cal_models as rcm
from roman_cal_models.archive.asking.condition_sql import expression
from roman_cal_models.archive.asking.conditions import Name, condition_of

TABLE = sql.Table(
    "t",
    sql.MetaData(),
    sql.Column("id", sql.Integer, primary_key=True),
    sql.Column("name", sql.String),
    sql.Column("size", sql.Float),
    sql.Column("number", sql.Integer),
    sql.Column("started", sql.DateTime),
    sql.Column("flag", sql.CHAR(1)),
)
TEXTS = ["a", "B", "it's", "%", ":name", "", None]
ROWS = [
    {
        "name": TEXTS[index % 7],
        "size": None if index % 5 == 4 else (index - 9) / 2,
        "number": None if index % 4 == 3 else index % 6,
        "started": datetime.datetime(2027, 1, 1 + index),
        "flag": "TF"[index % 2],
    }
    for index in range(20)
]


@pytest.fixture(scope="module")
def connection() -> Iterator[sql.Connection]:
    engine = sql.create_engine("sqlite://")
    with engine.connect() as connection:
        TABLE.create(connection)
        connection.execute(TABLE.insert(), ROWS)
        yield connection
    engine.dispose()


def answer(connection: sql.Connection, text: str, **parameters: Any) -> list[int]:
    condition = condition_of(text, parameters)
    query = sql.select(TABLE.c.id).where(expression(condition, lambda name: TABLE.c[name.column]))
    return list(connection.execute(query.order_by(TABLE.c.id)).scalars())


def sqlite(connection: sql.Connection, text: str) -> list[int]:
    return list(connection.exec_driver_sql(f"SELECT id FROM t WHERE {text} ORDER BY id").scalars())


values = st.sampled_from(["size", "number", "1", "-2", "0.5", "1e0", "(size + 1)", "number * 2 - 1", "abs(size)"])
texts = st.sampled_from(["name", "'a'", "'it''s'", "upper(name)", "name || 'a'", '"name"', "'%'", "':name'"])
simple = st.one_of(
    st.tuples(values, st.sampled_from(["=", "<>", "!=", "<", "<=", ">", ">=", "=="]), values).map(" ".join),
    st.tuples(texts, st.sampled_from(["=", "<>", "LIKE", "not like"]), texts).map(" ".join),
    st.tuples(values, st.sampled_from(["is null", "IS NOT NULL", "in (1, 2, 3.5)", "not in (0)"])).map(" ".join),
    st.tuples(values, values, values).map(lambda three: "{} between {} and {}".format(*three)),
)
conditions = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "OR"]), inner).map(" ".join),
        inner.map("not {}".format),
        inner.map("({})".format),
    ),
    max_leaves=6,
)


@given(conditions)
def test_a_condition_means_what_it_means_in_sql(connection: sql.Connection, text: str) -> None:
    assert answer(connection, text) == sqlite(connection, text)


@pytest.mark.parametrize(
    "value",
    [
        "2027-01-05T00:00:00",
        "2027:005",
        datetime.datetime(2027, 1, 5),
        datetime.datetime(2027, 1, 5, 5, tzinfo=datetime.timezone(datetime.timedelta(hours=5))),
        datetime.date(2027, 1, 5),
        Time("2027-01-05T00:00:37", scale="tai"),
        Time(61410, format="mjd"),
    ],
)
def test_a_time_is_compared_as_one(connection: sql.Connection, value: Any) -> None:
    assert answer(connection, "started < :when", when=value) == [1, 2, 3, 4]
    if isinstance(value, str):
        assert answer(connection, f"'{value}' > started") == [1, 2, 3, 4]
        assert answer(connection, f"started between '{value}' and '2027-01-06'") == [5, 6]


def test_a_boolean_is_the_letter_that_stands_for_it(connection: sql.Connection) -> None:
    assert (
        answer(connection, "flag = true") == answer(connection, "flag = :f", f=True) == sqlite(connection, "flag='T'")
    )


def test_parameters_are_values_and_lists(connection: sql.Connection) -> None:
    wanted = sqlite(connection, "name in ('a', 'it''s') and number < 3")
    assert answer(connection, "name in :names and number < :n", names=["a", "it's"], n=np.int64(3)) == wanted
    assert answer(connection, "name in :names", names=[]) == []
    assert answer(connection, "name = :name", name="' or 1 = 1 --") == []


def test_it_tells_what_it_names() -> None:
    found = condition_of("T.a = 'x' and (b < 3 or a is null) and b > 1").names()
    assert found == [Name("a", "T"), Name("b"), Name("a")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "at its end, the name of a column or a value is missing here"),
        ("name", "a condition is missing before this"),
        ("name = 'a' or", "at its end, the name"),
        ("name and name = 'a'", "before .and name = 'a'., a condition is missing"),
        ("not name", "a condition is missing"),
        ("name = 'a'; drop table t", "before .; drop table t., this is no part of an expression"),
        ("name = 'a", "before ..a., this is no part"),
        ("name = 'a' name", "before .name., one expression ends"),
        ("(name = 'a'", r"\) is missing here"),
        ("name in 'a'", r"\( is missing here"),
        ("name is 3", "null is missing here"),
        ("name = null", "nothing is equal to null"),
        ("number between 1 or 2", "and is missing here"),
        ("number not 3", "in, between or like is missing"),
        ("load_extension('x') = 1", "there is no function load_extension; there are abs"),
        ("exists (select 1)", "there is no function exists"),
        ("name = (select name)", r"\) is missing here"),
        ("t. = 3", "the name of a column of t is missing"),
        ("(" * 60 + "name = 'a'" + ")" * 60, "nested more than 50 times"),
        ("number = " + "+".join("1" * 60), "more than 50 terms"),
        ("name = :x", "there is no value for the parameter :x"),
    ],
)
def test_what_is_no_condition_is_refused(text: str, reason: str) -> None:
    with pytest.raises(rcm.CatalogError, match=reason):
        condition_of(text)


def test_a_long_row_of_conditions_is_taken(connection: sql.Connection) -> None:
    assert answer(connection, " or ".join(f"id = {number}" for number in range(500))) == list(range(1, 21))


@pytest.mark.parametrize(
    ("text", "parameters", "reason"),
    [
        ("name = 3", {}, "t.name holds text, and 3 is of another kind"),
        ("size = 'a'", {}, "t.size holds numbers, and 'a' is of another kind"),
        ("started = 'yesterday'", {}, "t.started holds times, and 'yesterday' is not a time"),
        ("started = 3", {}, "t.started holds times, and 3 is not a time"),
        ("name in :x", {"x": "a"}, "what stands behind in is a list, not 'a'"),
        ("name = 'a'", {"x": "a"}, "nothing in .* asks for the parameter 'x'"),
        ("name = :x", {"x": None}, ":x is None: nothing is equal to null"),
        ("name not in :x", {"x": ["a", None]}, "None is in its list, and nothing is equal to null"),
        ("name = size", {}, "t.name holds text, and t.size holds numbers"),
        ("size * 2 = '6'", {}, "calculations give numbers, and '6' is of another kind"),
        ("size + '3' = 6", {}, "what is calculated with are numbers, and '3' is of another kind"),
        ("started - started = 0", {}, "what is calculated with are numbers, and t.started holds times"),
        ("abs(name) = 0", {}, "what is calculated with are numbers, and t.name holds text"),
        ("lower(size) = 'a'", {}, "lower takes text, and t.size holds numbers"),
        ("upper(name) in ('A', 3)", {}, "upper gives text, and 3 is of another kind"),
        ("coalesce(started, 3) is null", {}, "t.started holds times, and 3 is not a time"),
    ],
)
def test_a_value_of_another_kind_is_told(text: str, parameters: dict[str, Any], reason: str) -> None:
    with pytest.raises(rcm.CatalogError, match=reason):
        expression(condition_of(text, parameters), lambda name: TABLE.c[name.column])
