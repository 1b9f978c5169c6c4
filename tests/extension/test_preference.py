"""Whose classes a plain ``asdf.open`` gives by the setting, beside ``roman_datamodels``, and what that does to asdf."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asdf
import pytest

import roman_cal_models as rcm
from tests.peer import WriteFile, newest_tags

IMAGE = next(tag for tag in newest_tags() if "/wfi_image-" in tag)
OURS, THEIRS = "roman_cal_models", "roman_datamodels"


@pytest.fixture(autouse=True)
def _asdf_as_it_was() -> Iterator[None]:
    """Take our extensions out of asdf's list, before a test and behind it."""
    _without_ours()
    yield
    _without_ours()


def _without_ours() -> None:
    for extension in preferred():
        asdf.get_config().remove_extension(extension)


def preferred() -> list[Any]:
    """Return what stands in asdf's list because somebody has preferred our classes."""
    return [each for each in asdf.get_config().extensions if type(each).__name__ == "Preferred"]


@pytest.fixture
def image(peer_file: WriteFile) -> Path:
    return peer_file(IMAGE)


def whose(path: Path) -> str:
    with asdf.open(path) as file:
        return type(file["roman"]).__module__.partition(".")[0]


def elsewhere(function: Any, *arguments: Any) -> Any:
    """Return what a function gives in another thread."""
    found = []
    thread = threading.Thread(target=lambda: found.append(function(*arguments)))
    thread.start()
    thread.join()
    return found[0]


def test_ours_are_given_as_long_as_the_setting_says_so(image: Path) -> None:
    assert whose(image) == THEIRS
    with rcm.config(asdf_classes=OURS):
        assert whose(image) == OURS
        with rcm.config(asdf_classes=THEIRS):
            assert whose(image) == THEIRS
        assert whose(image) == OURS
    assert whose(image) == THEIRS


def test_another_thread_is_asked_for_its_own_setting(image: Path) -> None:
    with rcm.config(asdf_classes=OURS):
        assert elsewhere(whose, image) == THEIRS
    assert elsewhere(lambda: rcm.config(asdf_classes=OURS) and whose(image)) == OURS
    assert whose(image) == THEIRS


def test_it_holds_inside_and_outside_of_a_context_of_asdf(image: Path) -> None:
    with asdf.config_context(), rcm.config(asdf_classes=OURS):
        assert whose(image) == OURS
    with rcm.config(asdf_classes=OURS):
        assert whose(image) == OURS
        with asdf.config_context():
            assert whose(image) == OURS


def test_a_context_that_was_there_before_learns_of_it_later(image: Path) -> None:
    with asdf.config_context():
        asdf.get_config().add_extension(asdf.get_config().extensions[-1])
        elsewhere(lambda: rcm.config(asdf_classes=OURS))
        assert not preferred()
        with rcm.config(asdf_classes=OURS):
            assert whose(image) == OURS


def test_ours_come_before_all_others_in_the_order_of_their_manifests() -> None:
    with rcm.config(asdf_classes=OURS):
        first = preferred()
        assert asdf.get_config().extensions[: len(first)] == first
    wanted = [asdf.extension.ExtensionProxy.maybe_wrap(each).extension_uri for each in rcm.get_asdf_extensions()]
    assert [each.extension_uri for each in first] == wanted
    assert {(each.package_name, each.package_version) for each in first} == {("roman-cal-models", rcm.__version__)}


def test_it_outlasts_a_context_of_asdf(image: Path) -> None:
    with contextlib.ExitStack() as stack:
        with asdf.config_context():
            stack.enter_context(rcm.config(asdf_classes=OURS))
        assert whose(image) == OURS


def test_without_the_peer_asdf_is_left_as_it_is(alone: None) -> None:
    before = asdf.get_config().extensions
    with rcm.config(asdf_classes=OURS):
        assert asdf.get_config().extensions is before


def test_what_a_user_took_away_comes_back_only_when_it_is_preferred_again() -> None:
    with rcm.config(asdf_classes=OURS):
        _without_ours()
        with rcm.config(unknown="error"):
            assert not preferred()
        with rcm.config(asdf_classes=THEIRS):
            assert not preferred()
        assert preferred()
        _without_ours()
    assert not preferred()


@pytest.mark.parametrize("change", [{"validate_assignment": "off"}, {"asdf_classes": THEIRS}])
def test_another_setting_leaves_asdf_as_it_is(change: dict[str, Any]) -> None:
    before = asdf.get_config().extensions
    with rcm.config(**change):
        pass
    assert asdf.get_config().extensions is before


def test_asdf_is_told_once() -> None:
    with rcm.config(asdf_classes=OURS):
        after = asdf.get_config().extensions
        with rcm.config(asdf_classes=OURS), rcm.config(unknown="error"):
            assert asdf.get_config().extensions is after
    with rcm.config(asdf_classes=OURS):
        assert asdf.get_config().extensions is after
    assert len(preferred()) == len(rcm.get_asdf_extensions())


def test_an_extension_that_a_user_adds_later_stays_the_first() -> None:
    with rcm.config(asdf_classes=OURS):
        pass
    with asdf.config_context() as config:
        config.add_extension(config.extensions[-1])
        first = config.extensions[0]
        with rcm.config(asdf_classes=OURS):
            assert config.extensions[0] is first


def test_nothing_is_written_otherwise(image: Path, tmp_path: Path) -> None:
    with rcm.open(image) as model:
        with rcm.config(asdf_classes=OURS):
            preferring = model.save(tmp_path / "a.asdf")
        plain = model.save(tmp_path / "b.asdf")
    with asdf.open(preferring) as one, asdf.open(plain) as two:
        assert one["history"]["extensions"] == two["history"]["extensions"]
