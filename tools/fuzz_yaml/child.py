"""The process that reads the inputs. It may die of one: its parent knows of which."""

from __future__ import annotations

import resource
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

from .comparing import assert_read_as_asdf_reads
from .mutations import mutated

__all__ = ["work"]


def work(
    headers: Sequence[str], seed: int, first: int, end: int, megabytes: int, at: Any, findings: Connection
) -> None:
    """Compare the inputs from `first` to `end`.

    Parameters
    ----------
    headers : sequence of str
        What the inputs are made from.
    seed : int
        Of the whole run.
    first, end : int
        Numbers of the inputs.
    megabytes : int
        Memory that the process may take; more is a finding.
    at : multiprocessing.Value
        The number of the input that is read, for the parent.
    findings : multiprocessing.Connection
        Takes the number of an input and what was found.
    """
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    for number in range(first, end):
        at.value = number
        try:
            assert_read_as_asdf_reads(mutated(headers, number, seed))
        except Exception as error:  # whatever it is, it is a finding
            findings.send((number, f"{type(error).__name__}: {error}"[:300]))
    at.value = end
