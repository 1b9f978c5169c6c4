"""Where a save goes to: what stands there, what systems refuse, and what killed saves left."""

from __future__ import annotations

import errno
import os
import pickle
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import roman_cal_models as rcm
from tests.refusing import needs_refusals

pytestmark = pytest.mark.skipif(os.name != "posix", reason="about modes, owners and links")


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have folders searched at each save: the pause after a search is as long as a busy machine makes it."""
    monkeypatch.setattr("roman_cal_models.models.atomic._PAUSE", 0)


@pytest.fixture(scope="module")
def model() -> rcm.ImageModel:
    return rcm.ImageModel.create_fake_data(shape=(4, 4))


@pytest.fixture
def old(tmp_path: Path, model: rcm.ImageModel) -> Path:
    """A file that stands where a save goes to."""
    return model.save(tmp_path / "old.asdf")


def run(script: str, *arguments: Any) -> str:
    """Run a script in a process of its own and return what it prints.

    It has `save`, which writes what is given as any save is written. Without asdf that takes a fraction of the time.
    """
    before = """
        import errno, os, pathlib, signal, sys
        from roman_cal_models.models.atomic import atomically
        from tests.refusing import refuse
        path = pathlib.Path(sys.argv[1])
        def save(target, content=b"new", **options):
            with atomically(pathlib.Path(target), **options) as stream:
                stream.write(content)
    """
    command = [sys.executable, "-c", textwrap.dedent(before) + textwrap.dedent(script), *map(str, arguments)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=root)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that other users reach; those of pytest are for one alone."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def in_folder(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


# ---- what stands there


def fifo(path: Path) -> Any:
    os.mkfifo(path)


def listening(path: Path) -> Any:
    # a path of a socket is short
    here = os.open(path.parent, os.O_RDONLY)
    try:
        made = socket.socket(socket.AF_UNIX)
        made.bind(f"/proc/self/fd/{here}/{path.name}" if sys.platform == "linux" else str(path))
        return made
    finally:
        os.close(here)


def loop(path: Path) -> Any:
    path.symlink_to("other.asdf")
    path.with_name("other.asdf").symlink_to(path.name)


def link_to_device(path: Path) -> Any:
    path.symlink_to("/dev/null")


def link_to_fifo(path: Path) -> Any:
    os.mkfifo(path.with_name("other"))
    path.symlink_to("other")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (fifo, "FIFO"),
        (listening, "socket"),
        (link_to_device, "device"),
        (link_to_fifo, "FIFO"),
        (loop, "links that lead in a circle"),
    ],
)
def test_what_is_no_file_is_refused_and_stays(
    make: Callable[[Path], Any], says: str, model: rcm.ImageModel, tmp_path: Path
) -> None:
    target = tmp_path / "a.asdf"
    kept = make(target)
    before = in_folder(tmp_path), target.lstat().st_ino
    with pytest.raises(rcm.TargetError, match=says) as caught:
        model.save(target)
    assert isinstance(caught.value, OSError)
    assert str(caught.value).startswith(f"{target}: ")
    assert (in_folder(tmp_path), target.lstat().st_ino) == before
    if kept is not None:
        kept.close()


def test_a_device_is_refused(model: rcm.ImageModel) -> None:
    with pytest.raises(rcm.TargetError, match=r"^/dev/null: is a device"):
        model.to_asdf("/dev/null")


def test_a_folder_is_named_as_it_was_given(model: rcm.ImageModel, tmp_path: Path) -> None:
    (tmp_path / "folder.asdf").mkdir()
    link = tmp_path / "link.asdf"
    link.symlink_to("folder.asdf")
    with pytest.raises(IsADirectoryError) as caught:
        model.save(link)
    assert caught.value.filename == str(link)
    assert caught.value.filename2 is None


def test_a_folder_that_cannot_be_written_to_is_told_by_the_file(public: Path) -> None:
    told = run(
        """
        path.chmod(0o555)
        os.chdir(path)
        if os.getuid() == 0:
            os.setresuid(65534, 65534, 65534)  # root may write everywhere
        try:
            save("a.asdf")
        except PermissionError as error:
            print(error)
        """,
        public,
    )
    assert told == "[Errno 13] Permission denied: 'a.asdf'"


def test_a_link_of_a_link_is_followed(model: rcm.ImageModel, old: Path, tmp_path: Path) -> None:
    (tmp_path / "one.asdf").symlink_to("two.asdf")
    (tmp_path / "two.asdf").symlink_to(old.name)
    inode = old.stat().st_ino
    model.save(tmp_path / "one.asdf")
    assert (tmp_path / "one.asdf").is_symlink()
    assert (tmp_path / "two.asdf").is_symlink()
    assert old.stat().st_ino != inode


# ---- names


@pytest.mark.parametrize("letter", ["a", "é", "語", "\N{TELESCOPE}"])
def test_a_name_may_have_255_bytes(letter: str, model: rcm.ImageModel, tmp_path: Path) -> None:
    size = len(letter.encode())
    name = letter * ((250 - 250 % size) // size) + "a" * (250 % size) + ".asdf"
    assert len(name.encode()) == 255
    with rcm.config(validate_assignment="off"):
        kept = rcm.FlatRefModel.create_fake_data(shape=(4, 4))
    path = kept.save(tmp_path / name)
    assert in_folder(tmp_path) == [name]
    with rcm.open(path) as again:
        assert again.meta.get("filename", name) == name


def test_a_longer_name_is_refused_as_it_was_given(model: rcm.ImageModel, tmp_path: Path) -> None:
    path = tmp_path / f"{'語' * 84}.asdf"
    with pytest.raises(OSError, match="too long") as caught:
        rcm.FlatRefModel.create_fake_data(shape=(4, 4)).save(path)
    assert caught.value.errno == errno.ENAMETOOLONG
    assert caught.value.filename == str(path)
    assert in_folder(tmp_path) == []


def test_a_name_that_is_no_text_is_refused(model: rcm.ImageModel, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.asdf")
    with pytest.raises(rcm.TargetError, match=r"meta\.filename") as caught:
        model.save(path)
    assert str(caught.value).startswith(f"{tmp_path}/caf\\udce9.asdf: ")
    assert in_folder(tmp_path) == []


def test_a_folder_may_have_a_name_that_is_no_text(model: rcm.ImageModel, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    assert model.save(folder / "a.asdf").is_file()


# ---- modes, owners, attributes


def modes_while_written(path: Path, umask: int = 0o022) -> set[int]:
    """Save a file, and return the modes of the new one whenever something is done to a file."""
    told = run(
        f"""
        os.umask({umask})
        modes, is_looking = set(), False
        def look(event, arguments):
            global is_looking
            if not is_looking:
                is_looking = True
                modes.update(os.lstat(path.parent / each).st_mode & 0o7777
                             for each in os.listdir(path.parent) if each.endswith(".part"))
                is_looking = False
        sys.addaudithook(look)
        with atomically(path) as stream:
            os.stat(path.parent), open(os.devnull).close()
            stream.write(b"new")
        print(*modes)
        """,
        path,
    )
    return {int(mode) for mode in told.split()}


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444, 0o4755])
def test_nobody_is_let_in_while_a_file_is_replaced_who_was_not_before(mode: int, old: Path) -> None:
    old.chmod(mode)
    seen = modes_while_written(old)
    assert mode in seen
    assert all(each & ~mode == 0 for each in seen)
    assert old.stat().st_mode & 0o7777 == mode


def test_a_new_file_has_from_the_first_what_the_umask_gives(tmp_path: Path) -> None:
    assert modes_while_written(tmp_path / "new.asdf", 0o027) == {0o640}
    assert (tmp_path / "new.asdf").stat().st_mode & 0o7777 == 0o640


needs_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")


@needs_root
def test_owner_and_group_are_kept(model: rcm.ImageModel, old: Path) -> None:
    os.chown(old, 1234, 2345)
    old.chmod(0o640)
    model.save(old)
    found = old.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o7777) == (1234, 2345, 0o640)


@needs_root
def test_where_the_group_cannot_be_kept_its_rights_go_to_no_other(public: Path) -> None:
    old = public / "old.asdf"
    old.touch()
    os.chown(old, 65534, 2345)
    public.chmod(0o777)
    old.chmod(0o660)
    run(
        """
        os.setgroups([])
        os.setresgid(7, 7, 7)
        os.setresuid(65534, 65534, 65534)
        save(path)
        """,
        old,
    )
    found = old.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o7777) == (65534, 7, 0o600)


def has_attributes(path: Path) -> bool:
    try:
        os.setxattr(path, "user.roman", b"kept")
    except (AttributeError, OSError):
        return False
    return True


def test_extended_attributes_are_kept(model: rcm.ImageModel, old: Path) -> None:
    if not has_attributes(old):
        pytest.skip("no extended attributes here")
    model.save(old)
    assert os.getxattr(old, "user.roman") == b"kept"


def acl(*entries: tuple[int, int, int]) -> bytes:
    """Return a POSIX access control list as Linux keeps it: tag, permissions and id of each entry."""
    return (2).to_bytes(4, "little") + b"".join(
        tag.to_bytes(2, "little") + rights.to_bytes(2, "little") + who.to_bytes(4, "little")
        for tag, rights, who in entries
    )


NOBODY = 0xFFFFFFFF
USER, NAMED, GROUP, MASK, OTHER = 1, 2, 4, 16, 32


def set_acl(path: Path, kind: str, *entries: tuple[int, int, int]) -> None:
    try:
        os.setxattr(path, f"system.posix_acl_{kind}", acl(*entries))
    except (AttributeError, OSError):
        pytest.skip("no access control lists here")


def test_the_access_control_list_is_kept(model: rcm.ImageModel, old: Path) -> None:
    entries = ((USER, 6, NOBODY), (NAMED, 4, 1234), (GROUP, 0, NOBODY), (MASK, 4, NOBODY), (OTHER, 0, NOBODY))
    set_acl(old, "access", *entries)
    model.save(old)
    assert os.getxattr(old, "system.posix_acl_access") == acl(*entries)


def test_a_file_that_is_replaced_takes_no_list_of_its_folder(model: rcm.ImageModel, old: Path) -> None:
    old.chmod(0o640)
    set_acl(
        old.parent,
        "default",
        (USER, 7, NOBODY), (NAMED, 7, 1234), (GROUP, 7, NOBODY), (MASK, 7, NOBODY), (OTHER, 0, NOBODY),
    )  # fmt: skip
    model.save(old)
    assert "system.posix_acl_access" not in os.listxattr(old)
    assert old.stat().st_mode & 0o7777 == 0o640


# ---- what the system refuses


@needs_refusals
@pytest.mark.parametrize("error", ["EINVAL", "ENOTSUP", "EPERM"])
def test_a_save_needs_no_more_of_a_system_than_it_has(error: str, old: Path) -> None:
    has_attributes(old)
    run(
        f"""
        os.chmod(path, 0o644)
        if os.getuid() == 0:
            os.chown(path, 1234, 2345)
        refuse(**dict.fromkeys(("fsync", "chmod", "fchmod", "fchown", "fsetxattr", "flock"), errno.{error}))
        save(path)
        """,
        old,
    )
    assert old.read_bytes() == b"new"
    assert in_folder(old.parent) == ["old.asdf"]


@needs_refusals
def test_the_first_error_is_told_with_the_file_when_cleaning_up_fails_too(old: Path) -> None:
    before = old.read_bytes()
    told = run(
        """
        refuse(rename=errno.EACCES, unlink=errno.EPERM)
        try:
            save(path)
        except OSError as error:
            print(error, *error.__notes__, sep="|")
        """,
        old,
    )
    part = next(old.parent.glob("*.part"))
    assert told == (
        f"[Errno 13] Permission denied: {str(old)!r}|"
        f"{part} could not be removed: [Errno 1] Operation not permitted: {str(part)!r}"
    )
    assert old.read_bytes() == before


def test_an_error_of_what_is_saved_keeps_its_own_file(old: Path, tmp_path: Path) -> None:
    source = rcm.ImageModel.create_fake_data(shape=(64, 64)).save(tmp_path / "source.asdf")
    read = rcm.open(source)
    read.close()
    with pytest.raises(rcm.ModelClosedError) as caught:
        read.save(old)
    assert str(caught.value).startswith(f"{source}: ")


# ---- not over what is there


def test_a_file_is_replaced_by_default(model: rcm.ImageModel, old: Path) -> None:
    inode = old.stat().st_ino
    model.save(old)
    assert old.stat().st_ino != inode


def test_a_file_is_kept_when_it_is_not_to_be_replaced(model: rcm.ImageModel, old: Path) -> None:
    before = old.read_bytes()
    with pytest.raises(rcm.TargetExistsError) as caught:
        model.save(old, overwrite=False)
    assert isinstance(caught.value, FileExistsError)
    assert str(caught.value) == f"{old}: is there already"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert old.read_bytes() == before
    assert in_folder(old.parent) == ["old.asdf"]


def test_a_new_file_is_saved_when_nothing_is_to_be_replaced(model: rcm.ImageModel, tmp_path: Path) -> None:
    path = model.save(tmp_path / "new.asdf", overwrite=False)
    assert in_folder(tmp_path) == ["new.asdf"]
    assert path.stat().st_nlink == 1
    model.to_asdf(tmp_path / "other.asdf", overwrite=False)
    with pytest.raises(FileExistsError):
        model.to_asdf(tmp_path / "other.asdf", overwrite=False)


def test_a_catalogue_in_parquet_is_kept_as_well(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    catalogue = rcm.ImageSourceCatalogModel.create_fake_data()
    path = catalogue.save(tmp_path / "cat.parquet")
    before = path.read_bytes()
    for save in (catalogue.save, catalogue.to_parquet):
        with pytest.raises(rcm.TargetExistsError):
            save(path, overwrite=False)
    assert path.read_bytes() == before


def test_of_many_that_save_at_once_one_wins(model: rcm.ImageModel, tmp_path: Path) -> None:
    target = tmp_path / "a.asdf"
    start = threading.Barrier(8)
    saved: list[int] = []

    def save(number: int) -> None:
        start.wait()
        try:
            model.to_asdf(target, overwrite=False)
        except FileExistsError:
            return
        saved.append(number)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(saved) == 1
    assert in_folder(tmp_path) == ["a.asdf"]


@needs_refusals
def test_nothing_is_replaced_where_there_are_no_hard_links(tmp_path: Path) -> None:
    told = run(
        """
        refuse(link=errno.EPERM)
        save(path / "a.asdf", overwrite=False)
        try:
            save(path / "a.asdf", b"newer", overwrite=False)
        except FileExistsError:
            print("kept")
        """,
        tmp_path,
    )
    assert told == "kept"
    assert (tmp_path / "a.asdf").read_bytes() == b"new"
    assert in_folder(tmp_path) == ["a.asdf"]


# ---- what killed saves left


def kill_a_save(path: Path, times: int = 1) -> None:
    """Have processes killed while each writes a file; they began before the first was killed."""
    run(
        f"""
        def die():
            with atomically(path) as stream:
                stream.write(b"half")
                stream.flush()
                go.read(1)
                os.kill(os.getpid(), signal.SIGKILL)
        reading, writing = os.pipe()
        go = open(reading, "rb", buffering=0)
        children = []
        for _ in range({times}):
            children.append(os.fork())
            if children[-1] == 0:
                die()
        while len(list(path.parent.glob("*.part"))) < {times}:
            pass
        os.write(writing, b"!" * {times})
        for child in children:
            os.waitpid(child, 0)
        """,
        path,
    )


def parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.part"))


def test_the_next_save_into_the_folder_removes_what_a_killed_one_left(model: rcm.ImageModel, old: Path) -> None:
    before = old.read_bytes()
    kill_a_save(old, times=2)
    assert len(parts(old.parent)) == 2
    assert old.read_bytes() == before
    model.save(old.parent / "another.asdf")
    assert in_folder(old.parent) == ["another.asdf", "old.asdf"]


def test_a_process_that_saved_there_before_removes_it_too(model: rcm.ImageModel, old: Path) -> None:
    model.save(old)
    kill_a_save(old)
    assert len(parts(old.parent)) == 1
    model.save(old)
    assert parts(old.parent) == []


@pytest.mark.parametrize("is_stopped", [False, True])
def test_what_a_living_process_writes_is_left_however_long_it_takes(
    is_stopped: bool, model: rcm.ImageModel, old: Path
) -> None:
    script = """
        import pathlib, sys
        from roman_cal_models.models.atomic import atomically
        with atomically(pathlib.Path(sys.argv[1])) as stream:
            stream.write(b"new")
            print("written", flush=True)
            sys.stdin.read()
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(old)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        if is_stopped:
            process.send_signal(signal.SIGSTOP)
        (part,) = parts(old.parent)
        os.utime(part, (0, 0))
        model.save(old.parent / "another.asdf")
        assert parts(old.parent) == [part]
        if is_stopped:
            process.send_signal(signal.SIGCONT)
        process.communicate("")
    assert process.returncode == 0
    assert in_folder(old.parent) == ["another.asdf", "old.asdf"]
    assert old.read_bytes() == b"new"


def test_what_another_host_left_is_removed_after_a_day(model: rcm.ImageModel, old: Path) -> None:
    kill_a_save(old)
    (part,) = parts(old.parent)
    ours = part.name.split("-")[-2]
    theirs = part.rename(part.with_name(part.name.replace(ours, "0" * len(ours))))
    model.save(old)
    assert parts(old.parent) == [theirs]
    yesterday = time.time() - 25 * 3600
    os.utime(theirs, (yesterday, yesterday))
    model.save(old)
    assert parts(old.parent) == []


@needs_refusals
def test_without_locks_a_day_has_to_pass(old: Path) -> None:
    kill_a_save(old)
    (part,) = parts(old.parent)
    search = "refuse(flock=errno.ENOSYS); save(path)"
    run(search, old)
    assert parts(old.parent) == [part]
    os.utime(part, (0, 0))
    run(search, old)
    assert parts(old.parent) == []


@pytest.mark.parametrize("name", ["notes.part", ".old.asdf.0123456789abcdef0123456789abcdef.part", ".part"])
def test_files_of_others_are_left(name: str, model: rcm.ImageModel, old: Path) -> None:
    other = old.with_name(name)
    other.write_bytes(b"precious")
    os.utime(other, (0, 0))
    model.save(old)
    assert other.read_bytes() == b"precious"


def test_what_is_no_file_is_left_whatever_its_name(model: rcm.ImageModel, old: Path) -> None:
    kill_a_save(old)
    (part,) = parts(old.parent)
    name = part.name
    part.unlink()
    precious = old.with_name("precious")
    precious.write_bytes(b"precious")
    makers: list[Callable[[], Any]] = [
        lambda: part.symlink_to(precious),
        part.mkdir,
        lambda: os.mkfifo(part),
    ]
    for make in makers:
        make()
        model.save(old)
        assert stat.S_ISREG(os.lstat(old.parent / name).st_mode) is False
        assert precious.read_bytes() == b"precious"
        part.rmdir() if part.is_dir() else part.unlink()


# ---- many at once


AT_ONCE = """
    import pathlib, sys, threading, time, types
    import asdf, roman_cal_models as rcm

    class Slow(types.ModuleType):
        # two that look for the class of a converter at the same time both find it
        def __getattr__(self, name):
            time.sleep(0.3)
            return Thing

    class Thing: ...

    class Converter(asdf.extension.Converter):
        tags = ["asdf://example.org/tags/thing-1.0.0"]
        types = ["slow.Thing", "slower.Thing"]
        def to_yaml_tree(self, obj, tag, ctx): ...
        def from_yaml_tree(self, node, tag, ctx): ...

    class Extension(asdf.extension.Extension):
        extension_uri = "asdf://example.org/extensions/thing-1.0.0"
        converters = [Converter()]
        tags = ["asdf://example.org/tags/thing-1.0.0"]

    asdf.get_config().add_extension(Extension())
    model = rcm.ImageModel.create_fake_data(shape=(4, 4))
    model.meta["extra"] = {"unit": __import__("astropy.units").units.m}
    folder = pathlib.Path(sys.argv[1])
    model.save(folder / "before.asdf")
    failed = []

    def at_once(module, act):
        def do(number):
            try:
                act(number)
            except BaseException as error:
                failed.append(repr(error))
        sys.modules[module] = Slow(module)
        threads = [threading.Thread(target=do, args=(number,)) for number in range(2)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()

    at_once("slow", lambda number: model.validate())
    at_once("slower", lambda number: model.save(folder / f"{number}.asdf"))
    print(failed)
"""


def test_what_asdf_notes_of_new_classes_disturbs_no_other_thread(tmp_path: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(AT_ONCE), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_eight_threads_save_twenty_times_each(tmp_path: Path) -> None:
    models = [rcm.ImageModel.create_fake_data(shape=(2, 2)), rcm.FlatRefModel.create_fake_data(shape=(2, 2))]
    failed: list[BaseException] = []
    start = threading.Barrier(8)

    def save(number: int) -> None:
        start.wait()
        try:
            for turn in range(20):
                models[number % 2].to_asdf(tmp_path / f"{number}_{turn}.asdf")
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(in_folder(tmp_path)) == 160
