"""A system that refuses a call, as some file systems do: the kernel is told to, for this process and for good."""

from __future__ import annotations

import ctypes
import platform
import struct
import sys

import pytest

__all__ = ["needs_refusals", "refuse"]

_CALLS = {
    "chmod": 90,
    "fchmod": 91,
    "fchown": 93,
    "flock": 73,
    "fsync": 74,
    "fsetxattr": 190,
    "link": 86,
    "rename": 82,
    "unlink": 87,
}

needs_refusals = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="the numbers of system calls are those of x86-64"
)

# of <linux/prctl.h>, <linux/seccomp.h>, <linux/filter.h>
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
_LOAD_NUMBER = struct.pack("HBBI", 0x20, 0, 0, 0)
_ALLOW = struct.pack("HBBI", 0x06, 0, 0, 0x7FFF0000)


def refuse(**calls: int) -> None:
    """Have system calls fail in this process from now on.

    Parameters
    ----------
    **calls : int
        Name of a call -> number of the error.
    """
    rules = b"".join(
        struct.pack("HBBI", 0x15, 0, 1, _CALLS[name]) + struct.pack("HBBI", 0x06, 0, 0, 0x00050000 | error)
        for name, error in calls.items()
    )
    program = _LOAD_NUMBER + rules + _ALLOW
    code = ctypes.create_string_buffer(program, len(program))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no privileges can be given up here")
    if libc.prctl(_SECCOMP, _FILTER, struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(code)), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no calls can be refused here")
