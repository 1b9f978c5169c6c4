"""Whose classes a plain ``asdf.open`` gives, with and without ``roman_datamodels``; and what it costs others."""

from __future__ import annotations

import site
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import asdf
import pytest

import roman_cal_models as rcm
from tests.peer import WriteFile, newest_tags

IMAGE = next(tag for tag in newest_tags() if "/wfi_image-" in tag)


def run(script: str, *arguments: Any, python: list[str] | None = None) -> str:
    command = [*(python or [sys.executable, "-c"]), textwrap.dedent(script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.strip()


def test_the_environment_without_the_peer_is_one(without_peer: list[str]) -> None:
    assert site is not None
    script = """
        from importlib.metadata import entry_points
        from importlib.util import find_spec
        names = [point.name for point in entry_points(group="asdf.extensions")]
        print(find_spec("roman_datamodels"), "roman_cal_models" in names, "roman_datamodels" in names)
    """
    assert run(script, python=without_peer) == "None True False"


OPEN = """
    import asdf, sys
    with asdf.open(sys.argv[1]) as file:
        print(type(file["roman"]).__module__.partition(".")[0], type(file["roman"]).__name__)
"""


def test_without_the_peer_asdf_gives_our_classes(without_peer: list[str], peer_file: WriteFile) -> None:
    assert run(OPEN, peer_file(IMAGE), python=without_peer) == "roman_cal_models WfiImage"


def test_with_the_peer_asdf_gives_the_peers_classes(peer_file: WriteFile) -> None:
    assert run(OPEN, peer_file(IMAGE)) == "roman_datamodels WfiImage"


@pytest.mark.newest_rad
def test_every_newest_node_comes_back_without_the_peer(without_peer: list[str]) -> None:
    script = """
        import io, asdf, roman_cal_models as rcm
        from roman_cal_models.nodes.classes import named
        from roman_cal_models.nodes.generated._index import MODULES
        count = 0
        for name in MODULES:
            cls = named(name)
            if not (isinstance(cls, type) and issubclass(cls, rcm.ObjectNode)) or cls._path:
                continue
            node, content = cls.create_fake_data(), io.BytesIO()
            asdf.AsdfFile({"x": node}).write_to(content)
            content.seek(0)
            with asdf.open(content) as file:
                again = file["x"]
                assert (type(again), again.version, list(again)) == (cls, node.version, list(again)), name
                assert again.keys() == node.keys(), name
                assert again.problems() == [], name
            count += 1
        print(count > 80)
    """
    assert run(script, python=without_peer) == "True"


def test_our_fragments_are_ours_with_the_peer_too() -> None:
    script = """
        import io, asdf, roman_cal_models as rcm
        content = io.BytesIO()
        asdf.AsdfFile({"x": rcm.L2CalStep.create_minimal()}).write_to(content)
        content.seek(0)
        with asdf.open(content) as file:
            print(type(file["x"]) is rcm.L2CalStep)
    """
    assert run(script) == "True"


@pytest.mark.parametrize("loaded", ["", "asdf.AsdfFile().extension_manager"])
def test_our_extensions_turn_the_preference_round_for_a_process(loaded: str, peer_file: WriteFile) -> None:
    script = f"""
        import asdf, sys, roman_cal_models as rcm
        {loaded}
        for extension in rcm.get_asdf_extensions():
            asdf.get_config().add_extension(extension)
        with asdf.open(sys.argv[1]) as file:
            print(type(file["roman"]) is rcm.WfiImage)
    """
    assert run(script, peer_file(IMAGE)) == "True"


@pytest.mark.parametrize("loaded", ["", "asdf.AsdfFile().extension_manager"])
def test_the_setting_turns_the_preference_round_and_back(loaded: str, peer_file: WriteFile) -> None:
    script = f"""
        import asdf, sys, roman_cal_models as rcm
        {loaded}
        def whose():
            with asdf.open(sys.argv[1]) as file:
                return type(file["roman"]).__module__.partition(".")[0]
        with rcm.config(asdf_classes="roman_cal_models"):
            print(whose(), end=" ")
        print(whose())
    """
    assert run(script, peer_file(IMAGE)) == "roman_cal_models roman_datamodels"


def test_the_setting_of_one_thread_changes_nothing_for_another(peer_file: WriteFile) -> None:
    script = """
        import asdf, sys, threading, roman_cal_models as rcm
        def whose():
            with asdf.open(sys.argv[1]) as file:
                return type(file["roman"]).__module__.partition(".")[0]
        turns = [threading.Barrier(2), threading.Barrier(2)]
        def other():
            turns[0].wait()
            print(whose(), end=" ")
            with rcm.config(asdf_classes="roman_cal_models"):
                print(whose(), end=" ")
            turns[1].wait()
        thread = threading.Thread(target=other)
        thread.start()
        with rcm.config(asdf_classes="roman_cal_models"):
            turns[0].wait()
            turns[1].wait()
            print(whose(), end=" ")
        print(whose())
        thread.join()
    """
    ours, theirs = "roman_cal_models", "roman_datamodels"
    assert run(script, peer_file(IMAGE)) == f"{theirs} {ours} {ours} {theirs}"


def test_the_setting_outlasts_a_context_of_asdf(peer_file: WriteFile) -> None:
    script = """
        import asdf, sys, roman_cal_models as rcm
        with asdf.config_context():
            rcm.config(asdf_classes="roman_cal_models")
        with asdf.open(sys.argv[1]) as file:
            print(type(file["roman"]) is rcm.WfiImage)
    """
    assert run(script, peer_file(IMAGE)) == "True"


def test_the_setting_holds_for_the_first_file_of_its_thread_alone(peer_file: WriteFile) -> None:
    script = """
        import sys, threading, roman_cal_models as rcm
        def show():
            import asdf
            with asdf.open(sys.argv[1]) as file:
                print(type(file["roman"]).__module__.partition(".")[0], end=" ")
        with rcm.config(asdf_classes="roman_cal_models"):
            thread = threading.Thread(target=show)
            thread.start()
            thread.join()
            show()
    """
    assert run(script, peer_file(IMAGE)) == "roman_datamodels roman_cal_models"


def test_any_setting_leaves_asdf_as_it_is_without_the_peer(without_peer: list[str], peer_file: WriteFile) -> None:
    script = f"""
        import roman_cal_models as rcm
        {textwrap.indent(textwrap.dedent(OPEN), " " * 8).strip()}
        with rcm.config(validate_assignment="off"):
            pass
        with asdf.open(sys.argv[1]) as file:
            print(type(file["roman"]) is rcm.WfiImage)
    """
    assert run(script, peer_file(IMAGE), python=without_peer) == "roman_cal_models WfiImage\nTrue"


def test_a_setting_does_not_take_away_what_a_user_added(peer_file: WriteFile) -> None:
    script = """
        import asdf, sys, roman_cal_models as rcm
        for extension in rcm.get_asdf_extensions():
            asdf.get_config().add_extension(extension)
        with rcm.config(asdf_classes="roman_cal_models"):
            pass
        with asdf.open(sys.argv[1]) as file:
            print(type(file["roman"]) is rcm.WfiImage)
    """
    assert run(script, peer_file(IMAGE)) == "True"


def test_extensions_for_one_file_give_our_classes_for_it_only(peer_file: WriteFile) -> None:
    path = peer_file(IMAGE)
    with asdf.open(path, extensions=rcm.get_asdf_extensions()) as ours, asdf.open(path) as theirs:
        assert type(ours["roman"]) is rcm.WfiImage
        assert type(theirs["roman"]).__module__.startswith("roman_datamodels")


def test_our_open_gives_our_classes_whatever_is_installed(peer_file: WriteFile) -> None:
    with rcm.open(peer_file(IMAGE)) as model:
        assert type(model.node) is rcm.WfiImage


def test_a_file_of_others_imports_no_node(tmp_path: Path) -> None:
    asdf.AsdfFile({"a": 1}).write_to(tmp_path / "other.asdf")
    script = """
        import asdf, sys
        with asdf.open(sys.argv[1]) as file:
            assert file["a"] == 1
        asdf.AsdfFile({"a": [1, {"b": 2}]}).write_to(sys.argv[2])
        print([name for name in sys.modules if name.startswith("roman_cal_models.nodes.")])
    """
    imported = run(script, tmp_path / "other.asdf", tmp_path / "written.asdf")
    names_only = {"classes", "generated", "generated._index"}
    assert set(eval(imported)) <= {f"roman_cal_models.nodes.{name}" for name in names_only}
