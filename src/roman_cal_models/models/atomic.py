"""One file in the place of another, whole or not at all.

A file is written under a name of ours beside its place, and renamed. What killed processes left under such names is
removed by the next one that writes into the folder. Whether its writer lives is told by a lock that the writer holds
on it: a lock ends with its process, whatever happens to that, and no number of a process can be taken for another's.
Locks tell of processes of one kernel, those in containers included, so the name says which. What another one wrote
is only removed after a day without a change, and so is everything where there are no locks.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
import time
import uuid
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from ..errors import TargetError, TargetExistsError

__all__ = ["atomically", "refuse_url", "sync_folder"]

# of two letters at least: one is a drive
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")

_START = ".roman-cal-models-"
_PART = re.compile(re.escape(_START) + r"([0-9a-f]{8})-[0-9a-f]{32}\.part")
_DAY = 24 * 3600.0  # seconds

# A folder is searched for what was left for no more than a hundredth of the time: after a search that took long, the
# next ones are left out. One of very many files is not listed to its end.
_PAUSE = 100
_LONGEST_SEARCH = 0.2  # seconds
_FOLDERS = 1000
_next_searches: dict[Path, float] = {}

# what file systems answer to calls that they do not have
_REFUSALS = {errno.EACCES, errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM}

# attributes that vouch for what stands in a file, and would be wrong of another content
_OF_CONTENT = {"security.capability", "security.evm", "security.ima"}


@contextmanager
def atomically(path: Path, *, overwrite: bool = True) -> Generator[BinaryIO]:
    """Give a stream whose content stands under `path` once all of it is on disk; before, nothing has changed.

    Parameters
    ----------
    path : Path
        The file. Links are followed. One that is there keeps its mode, and where the system lets one, its owner,
        its group and its extended attributes; nobody may read more of the new one at any moment.
    overwrite : bool
        Whether a file that is there is replaced.

    Raises
    ------
    TargetExistsError
        There is a file, and it is not to be replaced.
    TargetError
        What is there is not a file, or `path` was a URL.
    OSError
        The system does not let the file be written. It is named as it was given.
    """
    refuse_url(path)
    target = Path(os.path.realpath(path))
    old = _file_at(target, path)
    if old is not None and not overwrite:
        raise TargetExistsError(path, "is there already")
    _remove_left_behind(target.parent)
    # the rights of a group are those of the old file's group, which the new one does not have yet
    mode = 0o666 if old is None else old.st_mode & 0o700
    names = {str(target), str(target.parent)}
    try:
        with _new_part(target.parent, mode, names) as stream:
            if old is not None:
                _take_over(stream.fileno(), target, old)
            yield stream
            stream.flush()
            _sync(stream.fileno())
            _place(stream, target, path, overwrite=overwrite)
        sync_folder(target.parent)
    except OSError as error:
        # the names behind links are unknown, and so are those of ours
        if error.errno is not None and (error.filename is None or str(error.filename) in names):
            error.filename = str(path)
            del error.filename2
        raise


def refuse_url(path: Path) -> None:
    """Refuse the path that a URL has become: ``s3:/bucket/key``.

    Raises
    ------
    TargetError
        It is such a path, and there is no folder that is called so.
    """
    scheme, *others = path.parts or ("",)
    if others and _SCHEME.fullmatch(scheme) and not os.path.isdir(scheme):
        url = "/".join([f"{scheme}/", *others])
        raise TargetError(url, "is a URL: files are written to disks, and copied from there")


# -- what is there ---------------------------------------------------------------------------------------------------


def _file_at(target: Path, path: Path) -> os.stat_result | None:
    """Return what the system says of the file that is to be replaced; None where there is nothing."""
    try:
        found = target.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise TargetError(path, "links that lead in a circle") from None
        error.filename = str(path)
        raise
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(found.st_mode):
        raise TargetError(path, f"is a {_kind(found.st_mode)}, and no file can take its place")
    return found


def _kind(mode: int) -> str:
    kinds = {stat.S_IFIFO: "FIFO", stat.S_IFSOCK: "socket"}
    return kinds.get(stat.S_IFMT(mode), "device")


def _take_over(descriptor: int, target: Path, old: os.stat_result) -> None:
    """Give a new file, before anything is written to it, what the one has that it replaces."""
    if sys.platform == "win32":
        return
    mode = stat.S_IMODE(old.st_mode)
    if not _give(descriptor, old.st_uid, old.st_gid):
        mode &= ~stat.S_ISUID
        if not _give(descriptor, -1, old.st_gid):
            # another group has the rights of all others
            mode &= ~(stat.S_ISGID | stat.S_IRWXG) | (mode & stat.S_IRWXO) << 3
    if sys.platform == "linux":
        _take_over_attributes(descriptor, target)
    _unless_refused(lambda: os.fchmod(descriptor, mode))


def _give(descriptor: int, owner: int, group: int) -> bool:
    """Give a file away; return whether it is theirs."""
    found = os.fstat(descriptor)
    if owner in (-1, found.st_uid) and group == found.st_gid:
        return True
    return _unless_refused(lambda: os.fchown(descriptor, owner, group))


def _take_over_attributes(descriptor: int, target: Path) -> None:
    """Give a file the extended attributes of another, access control lists included, and no other ones."""
    with suppress(OSError):  # a file system without any
        wanted = set(os.listxattr(target)) - _OF_CONTENT
        for name in set(os.listxattr(descriptor)) - wanted:
            # a list of the folder would let people in whom the file did not
            with suppress(OSError):
                os.removexattr(descriptor, name)
        for name in wanted:
            with suppress(OSError):
                os.setxattr(descriptor, name, os.getxattr(target, name))


# -- the new file ----------------------------------------------------------------------------------------------------


@contextmanager
def _new_part(folder: Path, mode: int, names: set[str]) -> Generator[BinaryIO]:
    """Give a new file that is not taken for one left behind; it is removed in the end, unless it was renamed.

    Parameters
    ----------
    folder : Path
        Where it stands.
    mode : int
        Who may read and write it.
    names : set of str
        Takes its path.
    """
    while True:
        part = folder / f"{_START}{_kernel()}-{uuid.uuid4().hex}.part"
        names.add(str(part))
        try:
            with open(part, "xb+", opener=lambda name, flags: os.open(name, flags, mode)) as stream:
                if not _is_ours(stream.fileno(), part):
                    continue
                yield stream
                return
        except BaseException as error:
            try:
                part.unlink(missing_ok=True)
            except OSError as failure:
                error.add_note(f"{part} could not be removed: {failure}")
            raise


def _is_ours(descriptor: int, part: Path) -> bool:
    """Lock a new file; return whether it had not been taken for one left behind by then."""
    return _lock(descriptor, exclusive=True) is not False and os.path.lexists(part)


def _place(stream: BinaryIO, target: Path, path: Path, *, overwrite: bool) -> None:
    """Give a file that is written its name."""
    if sys.platform == "win32":
        stream.close()  # an open file has to keep its name there
    if overwrite:
        os.replace(stream.name, target)
        return
    try:
        _place_beside(stream.name, target)
    except FileExistsError:
        raise TargetExistsError(path, "is there already") from None


def _place_beside(part: str, target: Path) -> None:
    """Give a file its name, unless another one has it.

    Raises
    ------
    FileExistsError
        Another one has it.
    """
    if sys.platform == "win32":
        os.rename(part, target)
        return
    if _unless_refused(lambda: os.link(part, target)):
        os.unlink(part)
        return
    # a file system without hard links: the name is taken by an empty file first
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        os.replace(part, target)
    except BaseException:
        with suppress(OSError):
            target.unlink()
        raise


def sync_folder(folder: Path) -> None:
    """Have the rename itself reach the disk, where the system lets one ask for it."""
    if sys.platform == "win32":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return  # one may write to it, but not read it
    try:
        _sync(descriptor)
    except OSError as error:
        error.add_note("The new file is in its place, but may not outlive a crash of the system.")
        raise
    finally:
        os.close(descriptor)


def _sync(descriptor: int) -> None:
    _unless_refused(lambda: os.fsync(descriptor))


def _unless_refused(call: Callable[[], None]) -> bool:
    """Make a call that some file systems do not have; return whether this one has it."""
    try:
        call()
    except OSError as error:
        if error.errno not in _REFUSALS:
            raise
        return False
    return True


# -- what was left behind --------------------------------------------------------------------------------------------


def _remove_left_behind(folder: Path) -> None:
    """Remove the files of ours in a folder whose writers are gone."""
    start = time.monotonic()
    if start < _next_searches.get(folder, start):
        return
    # what cannot be listed cannot be searched, and whether it can be written to is seen soon
    with suppress(OSError), os.scandir(folder) as entries:
        for number, entry in enumerate(entries, start=1):
            if entry.name.startswith(_START) and (named := _PART.fullmatch(entry.name)):
                _remove_if_left(entry.path, named[1])
            if number % 1000 == 0 and time.monotonic() - start > _LONGEST_SEARCH:
                break
    if len(_next_searches) >= _FOLDERS:
        _next_searches.clear()
    end = time.monotonic()
    _next_searches[folder] = end + (end - start) * _PAUSE


def _remove_if_left(path: str, kernel: str) -> None:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with suppress(OSError):
        descriptor = os.open(path, flags)
        try:
            found = os.fstat(descriptor)
            is_free = _lock(descriptor, exclusive=False)
            is_known = is_free is not None and kernel == _kernel()
            is_left = is_free is not False and (is_known or time.time() - found.st_mtime > _DAY)
            # while the lock is held, so that a writer who has not locked it yet finds it gone
            if is_left and stat.S_ISREG(found.st_mode):
                os.unlink(path)
        finally:
            os.close(descriptor)


def _lock(descriptor: int, *, exclusive: bool) -> bool | None:
    """Lock a file until it is closed; return whether no other process had, and None where there are no locks."""
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


@cache
def _kernel() -> str:
    """Return what tells the running kernel from all others, and from itself before it was started again."""
    try:
        text = Path("/proc/sys/kernel/random/boot_id").read_text()
    except OSError:
        import platform

        text = platform.node()
    return blake2b(text.encode(), digest_size=4).hexdigest()
