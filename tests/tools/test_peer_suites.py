"""The comparison of two runs of a suite."""

from __future__ import annotations

import pytest

from tools.peer_suites.running import report

pytestmark = pytest.mark.once

EXPLAINED = {"test_a.py::test_private": "asks for a private part"}


def test_what_is_lost_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    peer = {"test_a.py::test_one", "test_a.py::test_private[1]"}
    assert report("suite", peer, {"test_a.py::test_one", "test_a.py::test_ours"}, EXPLAINED) == 0
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "suite                     with the peer        with us      explained  not explained",
        "test_a.py                             2              1              1              0",
        "all                                   2              1              1              0",
    ]


def test_what_is_lost_without_a_reason_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert report("suite", {"test_a.py::test_one", "test_a.py::test_private"}, set(), EXPLAINED) == 1
    assert "NOT EXPLAINED" in capsys.readouterr().out


def test_a_needless_explanation_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert report("suite", {"test_a.py::test_private"}, {"test_a.py::test_private"}, EXPLAINED) == 1
    assert "explained, but it passes" in capsys.readouterr().out
