"""Bytes of one file into another, by the quickest way that the system has.

Where both files lie on one file system that can, they share the bytes, and nothing is copied at all. Onto a disk, long
runs of bytes go from where the system keeps the source straight to the disk: a copy in the memory of the system would
have to be written there as well before the new file is safe, and to be given up when that file is replaced. Both need
that the bytes stand at the same place of a page in either file, see `shift`. Anything else is copied by the system, or
read and written.
"""

from __future__ import annotations

import errno
import mmap
import os
import struct
import sys
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

from ..threads import Threads
from .positions import PositionedBytes, descriptor_of

__all__ = ["copy_to", "shift"]

# how much is copied at once where the system does not copy itself
_PIECE = 1024 * 1024

# Of a page, and what disks want bytes to be aligned to.
_PAGE = 4096

# What is shorter is copied before the threads have begun; how much each writes at once, and how many there are.
_LONG = 4 * 1024 * 1024
_DIRECT_PIECE = 8 * 1024 * 1024
_THREADS = 2

# what systems answer that do not copy from one file to another, or not between these two
_REFUSALS = {
    errno.EACCES,
    errno.EBADF,
    errno.EINVAL,
    errno.ENOENT,
    errno.ENOSYS,
    errno.ENOTSUP,
    errno.ENOTTY,
    errno.EOPNOTSUPP,
    errno.EPERM,
    errno.ETXTBSY,
    errno.EXDEV,
}

# Linux, include/uapi/linux/fs.h: FICLONERANGE, of the source, where and how long it is there, and the place here
_SHARE = 0x4020940D
_RANGE = struct.Struct("=qQQQ")


def shift(file: PositionedBytes, begin: int, end: int, position: int) -> int:
    """Return how many bytes further on a copy should stand than at a position, so that it can be made quickly.

    Parameters
    ----------
    file : PositionedBytes
        The file.
    begin, end : int
        Of the bytes that will be copied.
    position : int
        Where the copy could begin.

    Returns
    -------
    int
        Less than a page; 0 where it makes no difference.
    """
    is_long = descriptor_of(file) is not None and end - begin >= _LONG
    return (begin - position) % _PAGE if is_long else 0


def copy_to(stream: BinaryIO, file: PositionedBytes, begin: int, end: int) -> None:
    """Write the bytes of a file between two positions to where a stream stands.

    Raises
    ------
    EOFError
        The file ends before.
    """
    source, target = descriptor_of(file), _descriptor(stream)
    if source is not None and target is not None:
        stream.flush()
        offset = stream.tell() - begin
        begin = _copied_by_the_system(source, target, begin, end, offset)
        stream.seek(begin + offset)
    while begin < end:
        piece = file.read_at(begin, min(_PIECE, end - begin))
        if not piece:
            raise EOFError(f"the file ends {end - begin} bytes early")
        stream.write(piece)
        begin += len(piece)


def _descriptor(stream: BinaryIO) -> int | None:
    try:
        return stream.fileno()
    except (AttributeError, OSError):  # in memory
        return None


def _copied_by_the_system(source: int, target: int, begin: int, end: int, offset: int) -> int:
    """Copy what the system is willing to, and return where that ends.

    Parameters
    ----------
    source, target : int
        Descriptors of the files.
    begin, end : int
        Of the bytes, in the source.
    offset : int
        How much further on they stand in the target.
    """
    first, last = -(-begin // _PAGE) * _PAGE, end // _PAGE * _PAGE
    if sys.platform == "linux" and last - first >= _LONG and offset % _PAGE == 0:
        begin = _by_one_call(source, target, begin, first, offset)
        if begin == first and (
            _is_shared(source, target, first, last, offset)
            or (_is_on_a_disk(target) and _is_written(source, target, first, last, offset))
        ):
            begin = last
    return _by_one_call(source, target, begin, end, offset)


def _by_one_call(source: int, target: int, begin: int, end: int, offset: int) -> int:
    if not hasattr(os, "copy_file_range"):
        return begin
    while begin < end:
        try:
            count = os.copy_file_range(source, target, end - begin, begin, begin + offset)
        except OSError as error:
            if error.errno not in _REFUSALS:
                raise
            break
        if not count:  # the end, or a file whose bytes are made up when they are read
            break
        begin += count
    return begin


def _is_on_a_disk(descriptor: int) -> bool:
    """Return whether a file lies on a disk of this machine: others have their own way to copy, or none to a disk."""
    return os.major(os.fstat(descriptor).st_dev) != 0


def _is_shared(source: int, target: int, begin: int, end: int, offset: int) -> bool:
    """Have two files share bytes until one of them is changed; return whether they do."""
    import fcntl

    return _unless_refused(lambda: fcntl.ioctl(target, _SHARE, _RANGE.pack(source, begin, end - begin, begin + offset)))


def _is_written(source: int, target: int, begin: int, end: int, offset: int) -> bool:
    """Write bytes of a file to the disk without a copy in memory; return whether that was done."""

    def write() -> None:
        # the flag is one of the open file: the stream's own is left as it is
        direct = os.open(f"/proc/self/fd/{target}", os.O_WRONLY | os.O_DIRECT | os.O_CLOEXEC)
        try:
            # their places on the disk at once, so that no thread waits for another's
            os.posix_fallocate(direct, begin + offset, end - begin)
            _write(source, direct, begin, end, offset)
        finally:
            os.close(direct)

    return _unless_refused(write)


def _write(source: int, target: int, begin: int, end: int, offset: int) -> None:
    start = begin // mmap.ALLOCATIONGRANULARITY * mmap.ALLOCATIONGRANULARITY
    if os.fstat(source).st_size < end:
        raise OSError(errno.EINVAL, "the file ends early")
    with mmap.mmap(source, end - start, mmap.MAP_SHARED, mmap.PROT_READ, offset=start) as mapped:

        def write(first: int) -> None:
            last = min(first + _DIRECT_PIECE, end)
            while first < last:
                with memoryview(mapped)[first - start : last - start] as piece:
                    first += os.pwrite(target, piece, first + offset)

        threads = Threads(_THREADS)
        try:
            for job in [threads.submit(partial(write, first)) for first in range(begin, end, _DIRECT_PIECE)]:
                job.result()
        finally:
            threads.close()


def _unless_refused(call: Callable[[], object]) -> bool:
    """Make a call that some systems do not have, or not here; return whether it was made."""
    try:
        call()
    except OSError as error:
        # EFAULT: the source was cut meanwhile, of which whoever reads it will tell
        if error.errno not in (*_REFUSALS, errno.EFAULT):
            raise
        return False
    return True
