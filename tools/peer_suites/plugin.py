"""A plugin of pytest: ``import roman_datamodels`` gives this package.

For environments in which ``roman_datamodels`` is not installed: what a suite imports afterwards it has from here,
and the pipeline's steps run on our models without a changed line. With ``pytest -p tools.peer_suites.plugin``.
"""

from __future__ import annotations

import sys
from importlib import import_module

from .stand_in import modules

PEER = "roman_datamodels"
MODULES = ("datamodels", "dqflags", "testing")


def replace() -> None:
    """Put this package in the peer's place."""
    package = sys.modules[PEER] = import_module("roman_cal_models")
    for name in MODULES:
        sys.modules[f"{PEER}.{name}"] = import_module(f"roman_cal_models.{name}")
    stand_ins = modules(PEER)
    sys.modules |= stand_ins
    vars(package)["_stnode"] = stand_ins[f"{PEER}._stnode"]


replace()
