"""Compiled probes kept on disk: taken back only if nobody but root can have touched them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from probes.kernel import cache
from probes.kernel.image import Image, MapShape, Program

pytestmark = pytest.mark.live  # all of it needs root

IMAGE = Image((Program("run", b"\x95" + bytes(7), ((0, 0),)),), (MapShape("counts", 6, 4, 8, 1, 0),))
OTHER = Image((), ())
NAME = cache.key("open", (b"int x;",))
NOBODY = 65534


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that nobody but root can write to, nor to any above it: below /tmp there is none."""
    base = Path(mkdtemp(prefix="ebtop-test-", dir="/var/cache"))
    yield base / "cache"
    shutil.rmtree(base)


@pytest.fixture
def stored(place: Path) -> Path:
    """The file of an image that was stored and can be taken back."""
    assert cache.store("open", NAME, IMAGE, place)
    (file,) = place.iterdir()
    assert cache.load("open", NAME, place) == IMAGE
    return file


def test_what_is_stored_is_for_root_alone(stored: Path) -> None:
    assert (stored.stat().st_mode & 0o777, stored.parent.stat().st_mode & 0o777) == (0o600, 0o755)


def test_nothing_is_there_at_first(place: Path) -> None:
    assert cache.load("open", NAME, place) is None
    assert cache.load("open", NAME, place / "deeper" / "still") is None


def test_another_name_or_probe_is_another_image(stored: Path) -> None:
    assert cache.load("open", cache.key("open", (b"int y;",)), stored.parent) is None
    assert cache.load("exec", NAME, stored.parent) is None


def test_storing_again_replaces(stored: Path) -> None:
    assert cache.store("open", NAME, OTHER, stored.parent)
    assert cache.load("open", NAME, stored.parent) == OTHER
    assert [file.name for file in stored.parent.iterdir()] == [stored.name]


def flip(file: Path, at: int) -> None:
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(data)


def aside(place: Path) -> Path:
    """Puts what is at a place elsewhere."""
    return place.rename(place.with_name("aside"))


def link_file(file: Path) -> None:
    file.symlink_to(aside(file))


def link_folder(file: Path) -> None:
    file.parent.symlink_to(aside(file.parent))


def folder_instead(file: Path) -> None:
    file.unlink()
    file.mkdir()


def pipe_instead(file: Path) -> None:
    file.unlink()
    os.mkfifo(file, 0o600)


def another_image(file: Path) -> None:
    assert cache.store("open", "00" * 32, OTHER, file.parent)
    file.with_name(f"open-{'00' * 32}.bpf").replace(file)


TAMPERING: dict[str, Callable[[Path], object]] = {
    "a file of someone else's": lambda file: os.chown(file, NOBODY, 0),
    "a file that a group may write": lambda file: file.chmod(0o620),
    "a file that everyone may write": lambda file: file.chmod(0o602),
    "a folder of someone else's": lambda file: os.chown(file.parent, NOBODY, 0),
    "a folder that a group may write": lambda file: file.parent.chmod(0o775),
    "a folder that everyone may write": lambda file: file.parent.chmod(0o1777),
    "a folder above that everyone may write": lambda file: file.parent.parent.chmod(0o1777),
    "a folder above of someone else's": lambda file: os.chown(file.parent.parent, NOBODY, 0),
    "a link instead of the file": link_file,
    "a link instead of the folder": link_folder,
    "a folder instead of the file": folder_instead,
    "a pipe instead of the file": pipe_instead,
    "an empty file": lambda file: file.write_bytes(b""),
    "a file cut short": lambda file: os.truncate(file, file.stat().st_size - 1),
    "a file cut within its head": lambda file: os.truncate(file, 20),
    "a file with more behind it": lambda file: file.write_bytes(file.read_bytes() + b"\0"),
    "a file far too long": lambda file: os.truncate(file, cache.MOST_BYTES + 1),
    "another image's bytes under this name": another_image,
}


@pytest.mark.parametrize("how", TAMPERING)
def test_what_cannot_be_trusted_is_ignored_and_never_loaded(stored: Path, how: str) -> None:
    TAMPERING[how](stored)
    assert cache.load("open", NAME, stored.parent) is None


def test_any_flipped_byte_is_noticed(stored: Path) -> None:
    whole = stored.read_bytes()
    for at in range(len(whole)):
        flip(stored, at)
        assert cache.load("open", NAME, stored.parent) is None, at
        flip(stored, at)
    assert cache.load("open", NAME, stored.parent) == IMAGE


@pytest.mark.parametrize("how", ["a folder of someone else's", "a folder that everyone may write"])
def test_nothing_is_stored_where_others_could_change_it(stored: Path, how: str) -> None:
    TAMPERING[how](stored)
    before = stored.stat().st_mtime_ns
    assert not cache.store("open", NAME, OTHER, stored.parent)
    assert stored.stat().st_mtime_ns == before


@pytest.mark.parametrize("how", ["an empty file", "a file of someone else's", "a link instead of the file"])
def test_what_is_ignored_is_replaced(stored: Path, how: str) -> None:
    TAMPERING[how](stored)
    assert cache.store("open", NAME, IMAGE, stored.parent)
    assert cache.load("open", NAME, stored.parent) == IMAGE
    assert not stored.is_symlink()


def test_no_link_is_written_through(stored: Path) -> None:
    victim = stored.parent.parent / "victim"
    victim.write_text("precious")
    stored.unlink()
    stored.symlink_to(victim)
    (stored.parent / f".{stored.name}.{os.getpid()}").symlink_to(victim)
    assert not cache.store("open", NAME, IMAGE, stored.parent)  # the name of the temporary file is taken
    assert victim.read_text() == "precious"


def test_a_place_that_cannot_be_made_is_no_error(place: Path) -> None:
    assert not cache.store("open", NAME, IMAGE, place / "deeper" / "still")
    file = place.parent / "file"
    file.touch()
    assert not cache.store("open", NAME, IMAGE, file)


def test_old_images_are_pruned_by_probe(place: Path) -> None:
    names = [cache.key("open", (str(i).encode(),)) for i in range(cache.KEPT + 4)]
    for i, name in enumerate(names):
        assert cache.store("open", name, IMAGE, place)
        os.utime(place / f"open-{name}.bpf", (i, i))
    assert cache.store("exec", NAME, IMAGE, place)
    assert cache.store("open", NAME, IMAGE, place)
    kept = [name for name in names if cache.load("open", name, place) is not None]
    assert kept == names[-(cache.KEPT - 1) :]
    assert cache.load("open", NAME, place) == cache.load("exec", NAME, place) == IMAGE


def test_what_a_compiler_did_not_live_to_finish_is_pruned(stored: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    of_others = [stored.parent / name for name in ("notes", f".{stored.name}.{os.getppid()}", f".{stored.name}.x")]
    left = [stored.parent / f".{probe}-{NAME}.bpf.{gone.pid}" for probe in ("open", "exec")]
    for file in (*of_others, *left):
        file.touch()
    assert cache.store("open", NAME, IMAGE, stored.parent)
    assert sorted(stored.parent.iterdir()) == sorted([stored, *of_others])


def test_a_name_changes_with_everything_that_it_is_made_of() -> None:
    names = {cache.key("open", (b"a", b"b")), cache.key("open", (b"ab",)), cache.key("exec", (b"a", b"b"))}
    assert len(names) == 3
    assert cache.key("open", (b"a", b"b")) in names
