"""Tell what holds in this very process and environment: ``python probe.py FIRST FOLDER`` prints a JSON object.

``FIRST`` is ``ours``, ``peer`` or ``asdf``: what is imported first. Each claim is a function of the folder; what it
returns is none, or what it found instead. Without ``roman_datamodels``, the claims are those of an environment without.
"""

from __future__ import annotations

import contextlib
import io
import json
import pkgutil
import sys
import traceback
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PEER, OURS = "roman_datamodels", "roman_cal_models"
HAS_PEER = find_spec(PEER) is not None
ORDERS = {"ours": (OURS, PEER, "asdf"), "peer": (PEER, "asdf", OURS), "asdf": ("asdf", OURS, PEER)}

# Whose classes a plain `asdf.open` gives.
OWNER = PEER if HAS_PEER else OURS

CLAIMS: dict[str, Callable[[Path], Any]] = {}


def claim(text: str) -> Callable[[Callable[[Path], Any]], Callable[[Path], Any]]:
    """Note a claim."""

    def note(function: Callable[[Path], Any]) -> Callable[[Path], Any]:
        CLAIMS[text] = function
        return function

    return note


def owner(value: Any) -> str:
    """Return the package of a value's class."""
    return type(value).__module__.partition(".")[0]


def asdf_owner(path: Path, **kwargs: Any) -> str:
    """Return whose class a plain `asdf.open` gives."""
    import asdf

    with asdf.open(path, **kwargs) as file:
        return owner(file["roman"])


def ours(folder: Path) -> Path:
    """Return the file that this package has saved."""
    import roman_cal_models as rcm

    path = folder / "ours.asdf"
    if not path.exists():
        rcm.ImageModel.create_fake_data(shape=(8, 8)).save(path)
    return path


def theirs(folder: Path) -> Path:
    """Return the file that the peer has saved; ours where there is none."""
    if not HAS_PEER:
        return ours(folder)
    peer = import_module(f"{PEER}.datamodels")
    path = folder / "peer.asdf"
    if not path.exists():
        peer.ImageModel.create_fake_data(shape=(8, 8)).save(path)
    return path


@claim("asdf.open gives the peer's classes, ours where there is no peer")
def plain_asdf(folder: Path) -> Any:
    """Return another owner."""
    found = {asdf_owner(ours(folder)), asdf_owner(theirs(folder))}
    return None if found == {OWNER} else sorted(found)


@claim("rcm.open gives our classes, and what is opened is valid")
def our_open(folder: Path) -> Any:
    """Return another owner, or the problems."""
    import roman_cal_models as rcm

    for path in (ours(folder), theirs(folder)):
        with rcm.open(path) as model:
            if owner(model.node) != OURS or model.problems():
                return owner(model.node), [str(problem) for problem in model.problems()]
    return None


@claim("the peer opens, accepts and saves our file, and we open that")
def there_and_back(folder: Path) -> Any:
    """Return what differs."""
    import roman_cal_models as rcm

    again = folder / "again.asdf"
    if not HAS_PEER:
        with rcm.open(ours(folder)) as model:
            model.save(again)
    else:
        with import_module(PEER).open(ours(folder)) as model:
            if owner(model) != PEER:
                return owner(model)
            model.validate()
            model.save(again)
    with rcm.open(ours(folder)) as before, rcm.open(again) as after:
        if before.tag != after.tag or after.problems():
            return before.tag, after.tag, [str(problem) for problem in after.problems()]
        if (before.data != after.data).any():
            return "other data"
        return [key for key, value in texts(before).items() if texts(after)[key] != value] or None


def texts(model: Any) -> dict[str, str]:
    """Return the values of a model, but for what it tells of its file."""
    flat = model.to_flat_dict(include_arrays=False)
    return {key: str(value) for key, value in flat.items() if not key.endswith((".filename", ".file_date"))}


@claim("the newest version is the newest whose schema rad holds, and the peer's")
def newest(folder: Path) -> Any:
    """Return the tags that differ."""
    import roman_cal_models as rcm
    from roman_cal_models.schema import installed, uris

    wanted = {}
    for tag in installed().store.newest_manifest.schema_uris:
        parsed = uris.parse(tag)
        wanted[parsed.family] = max(parsed, wanted.get(parsed.family, parsed))
    tag = rcm.ImageModel.create_fake_data(shape=(8, 8)).tag
    with rcm.open(theirs(folder)) as model:
        peers = model.tag
    return None if tag == str(wanted["wfi_image"]) == peers else (tag, str(wanted["wfi_image"]), peers)


@claim("config(asdf_classes=...) turns the preference round, and back")
def turned_round(folder: Path) -> Any:
    """Return the owners."""
    import roman_cal_models as rcm

    with rcm.config(asdf_classes=OURS):
        inside = asdf_owner(theirs(folder))
    found = inside, asdf_owner(theirs(folder))
    return None if found == (OURS, OWNER) else found


@claim("config(asdf_classes=...) of one thread changes nothing for another")
def in_one_thread(folder: Path) -> Any:
    """Return the owners."""
    import roman_cal_models as rcm

    with rcm.config(asdf_classes=OURS), ThreadPoolExecutor(1) as pool:
        found = pool.submit(asdf_owner, theirs(folder)).result(), asdf_owner(theirs(folder))
    return None if found == (OWNER, OURS) else found


@claim("get_asdf_extensions gives our classes to one file, or to a context")
def extensions(folder: Path) -> Any:
    """Return the owners."""
    import asdf

    import roman_cal_models as rcm

    found = [asdf_owner(theirs(folder), extensions=rcm.get_asdf_extensions()), asdf_owner(theirs(folder))]
    with asdf.config_context() as context:
        for extension in rcm.get_asdf_extensions():
            context.add_extension(extension)
        found.append(asdf_owner(theirs(folder)))
    found.append(asdf_owner(theirs(folder)))
    return None if found == [OURS, OWNER, OURS, OWNER] else found


@claim("a node of ours that asdf itself writes comes back, alone and in a tree")
def by_asdf(folder: Path) -> Any:
    """Return the owners."""
    import asdf

    import roman_cal_models as rcm

    content = io.BytesIO()
    image = rcm.ImageModel.create_fake_data(shape=(8, 8))
    asdf.AsdfFile({"roman": image.node, "step": rcm.L2CalStep.create_minimal()}).write_to(content)
    content.seek(0)
    with asdf.open(content) as file:
        found = owner(file["roman"]), owner(file["step"])
    return None if found == (OWNER, OURS) else found


@claim("eight threads open and save with both at once")
def threads(folder: Path) -> Any:
    """Return the owners."""
    import roman_cal_models as rcm

    file, peers = ours(folder), theirs(folder)

    def work(number: int) -> tuple[str, str, str]:
        with rcm.config(validate_assignment="warn"), rcm.open(peers) as model:
            node = owner(model.node)
            path = model.save(folder / f"thread-{number}.asdf")
        peer = PEER
        if HAS_PEER:
            with import_module(PEER).open(file) as theirs_:
                peer = owner(theirs_)
        return node, peer, asdf_owner(path)

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(work, range(16)))
    return None if found == {(OURS, PEER, OWNER)} else sorted(found)


@claim("every module of ours imports, and none imports the peer")
def modules(folder: Path) -> Any:
    """Return how many there are, and whether the peer came with them."""
    return None if IMPORTED["modules"] > 100 and not IMPORTED["peer came along"] else IMPORTED


IMPORTED = {"modules": 0, "peer came along": 0}


def import_ours() -> None:
    """Import all modules of this package."""
    was_there = PEER in sys.modules
    package = import_module(OURS)
    for module in pkgutil.walk_packages(package.__path__, f"{OURS}."):
        import_module(module.name)
        IMPORTED["modules"] += 1
    IMPORTED["peer came along"] = int(PEER in sys.modules and not was_there)


@claim("the demo runs")
def demo(folder: Path) -> Any:
    """Return its output when it fails."""
    from roman_cal_models.cli import main

    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        status = main(["demo", "--out", str(folder / "demo")])
    return None if status == 0 else output.getvalue()[-500:]


def probe(first: str, folder: Path) -> dict[str, str | None]:
    """Return what was found instead of each claim, or none."""
    # a warning would be news to whoever has one of the two and installs the other
    warnings.simplefilter("error")
    for name in ORDERS[first]:
        if name == OURS:
            import_ours()
        elif name != PEER or HAS_PEER:
            import_module(f"{PEER}.datamodels" if name == PEER else name)
    found: dict[str, str | None] = {}
    for text, function in CLAIMS.items():
        try:
            fault = function(folder)
        except Exception:  # each claim is told of, whatever became of the one before
            fault = traceback.format_exc(limit=-4)
        found[text] = None if fault is None else str(fault)
    return found


if __name__ == "__main__":
    print(json.dumps(probe(sys.argv[1], Path(sys.argv[2]))))
