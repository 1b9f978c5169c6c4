"""Settings: what they do, where they hold, and what is refused."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from dataclasses import fields
from typing import Any

import pytest

from roman_cal_models import ObjectNode, RomanCalModelsError, config
from roman_cal_models.settings import ENVIRONMENT_VARIABLE, Settings, SettingsError

# sets a wrong flag and says what came of it
SET_WRONG_FLAG = """
import warnings
import roman_cal_models as rcm
step = rcm.L2CalStep()
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    try:
        step.dark = "DONE"
    except rcm.ValidationError:
        print("refused")
    except rcm.RomanCalModelsError as error:
        print(error)
    else:
        print("warned" if caught else "silent")
"""


def test_the_defaults_are_strict() -> None:
    assert (config.validate_assignment, config.unknown, config.check_arrays) == ("on", "warn", "plain")


def test_a_setting_holds_within_the_block() -> None:
    with config(unknown="error"):
        assert config.unknown == "error"
    assert config.unknown == "warn"


def test_blocks_nest() -> None:
    with config(unknown="error"):
        with config(validate_assignment="off"):
            assert (config.unknown, config.validate_assignment) == ("error", "off")
        assert (config.unknown, config.validate_assignment) == ("error", "on")


def test_a_block_that_fails_puts_the_settings_back() -> None:
    with pytest.raises(ZeroDivisionError), config(unknown="error"):
        raise ZeroDivisionError
    assert config.unknown == "warn"


def test_a_block_gives_the_settings() -> None:
    with config(check_arrays=True) as settings:
        assert settings.check_arrays is True


def test_a_call_holds_from_there_on() -> None:
    restore = config(unknown="ignore")
    try:
        assert config.unknown == "ignore"
    finally:
        with restore:
            pass
    assert config.unknown == "warn"


def test_a_thread_does_not_see_the_settings_of_another() -> None:
    seen: list[Any] = []
    with config(validate_assignment="off"):
        thread = threading.Thread(target=lambda: seen.append(config.validate_assignment))
        thread.start()
        thread.join()
    assert seen == ["on"]


def test_a_thread_leaves_the_settings_of_others_alone() -> None:
    thread = threading.Thread(target=lambda: config(validate_assignment="off"))
    thread.start()
    thread.join()
    assert config.validate_assignment == "on"


def test_tasks_do_not_disturb_each_other() -> None:
    async def work(mode: str, seen: list[Any]) -> None:
        with config(validate_assignment=mode):
            for _ in range(3):
                await asyncio.sleep(0)
                seen.append(config.validate_assignment)

    async def both() -> tuple[list[Any], list[Any]]:
        off: list[Any] = []
        warn: list[Any] = []
        await asyncio.gather(work("off", off), work("warn", warn))
        return off, warn

    assert asyncio.run(both()) == (["off"] * 3, ["warn"] * 3)
    assert config.validate_assignment == "on"


def test_a_task_inherits_the_settings_of_where_it_was_made() -> None:
    async def look() -> Any:
        return config.unknown

    with config(unknown="error"):
        assert asyncio.run(look()) == "error"


@pytest.mark.parametrize(("value", "outcome"), [("on", "refused"), ("warn", "warned"), ("off", "silent")])
def test_the_environment_sets_the_default(value: str, outcome: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, value)
    assert _output(SET_WRONG_FLAG) == outcome


def test_without_the_variable_a_wrong_value_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    assert _output(SET_WRONG_FLAG) == "refused"


def test_a_wrong_value_in_the_environment_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "never")
    assert _output(SET_WRONG_FLAG) == (
        "environment variable ROMAN_CAL_MODELS_VALIDATION: "
        "validate_assignment is one of 'on', 'warn', 'off', not 'never'"
    )


def test_the_program_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "off")
    changed = SET_WRONG_FLAG.replace("step = ", "rcm.config(validate_assignment='on'); step = ")
    assert _output(changed) == "refused"


def test_a_setting_that_does_not_exist_is_told_with_those_that_do() -> None:
    with pytest.raises(SettingsError) as caught:
        config(validate="off")
    assert str(caught.value) == (
        "no such setting: 'validate'. Did you mean 'validate_assignment'? "
        "There are validate_assignment, unknown, check_arrays, verify_checksums, "
        "asdf_classes, header_max_bytes, header_max_depth, header_max_nodes, header_max_items, array_max_bytes"
    )


def test_a_setting_that_is_misspelt_is_told_with_what_was_meant() -> None:
    with pytest.raises(SettingsError, match=r"^no such setting: 'unknwon'\. Did you mean 'unknown'\?"):
        config(unknwon="error")


def test_a_value_that_a_setting_does_not_take_is_told_with_those_that_it_takes() -> None:
    with pytest.raises(SettingsError) as caught:
        config(unknown="raise")
    assert str(caught.value) == "unknown is one of 'warn', 'error', 'ignore', not 'raise'"


@pytest.mark.parametrize("value", [0, -1, 1.5, "many", True, None])
def test_a_limit_is_a_positive_integer(value: Any) -> None:
    with pytest.raises(SettingsError, match=f"header_max_depth is a positive integer, not {value!r}"):
        config(header_max_depth=value)


def test_a_limit_holds_within_the_block() -> None:
    with config(header_max_depth=7):
        assert config.header_max_depth == 7
    assert config.header_max_depth == Settings().header_max_depth


def test_a_refused_call_changes_nothing() -> None:
    with pytest.raises(SettingsError):
        config(unknown="error", check_arrays="yes")
    assert config.unknown == "warn"


@pytest.mark.parametrize("value", [False, True, "warn", "error"])
def test_arrays_are_checked_late_or_at_once_or_with_a_word_of_ones_own(value: Any) -> None:
    with config(check_arrays=value):
        assert config.check_arrays == value


def test_a_setting_that_does_not_exist_cannot_be_read() -> None:
    with pytest.raises(AttributeError, match="no such setting: 'validate'"):
        _ = config.validate


def test_a_setting_is_not_changed_by_assignment() -> None:
    with pytest.raises(SettingsError) as caught:
        config.unknown = "error"
    assert str(caught.value) == "settings are changed by a call: config(unknown='error')"


@pytest.mark.parametrize("base", [RomanCalModelsError, ValueError, TypeError])
def test_a_wrong_setting_is_what_callers_would_catch(base: type[Exception]) -> None:
    assert issubclass(SettingsError, base)


def test_the_settings_can_be_listed() -> None:
    assert dir(config) == sorted(field.name for field in fields(Settings))
    assert repr(config).startswith("config(validate_assignment='on', unknown='warn'")


def test_an_object_without_schema_knows_no_unknown_names() -> None:
    with config(unknown="error"):
        assert ObjectNode(bananas=1) == {"bananas": 1}


def _output(code: str) -> str:
    """Return what a fresh process prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
