"""A plugin of pytest: ``import roman_datamodels`` gives this package.

For environments in which ``roman_datamodels`` is not installed: what a suite imports afterwards it has from here,
and the pipeline's steps run on our models without a changed line. With ``pytest -p tools.peer_suites.plugin``.
"""

from __future__ import annotations

import sys
from importlib import import_module

MODULES = ("datamodels", "dqflags", "testing")


def replace() -> None:
    """Put this package in the peer's place."""
    sys.modules["roman_datamodels"] = import_module("roman_cal_models")
    for name in MODULES:
        sys.modules[f"roman_datamodels.{name}"] = import_module(f"roman_cal_models.{name}")


replace()
