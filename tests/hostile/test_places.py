"""What is written where: never through a link, over a file, or where others can change it; no shell, no network."""

from __future__ import annotations

import ast
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from probes.kernel import cache
from probes.kernel.image import Image
from tests.tui.fakes import HELLO
from tui import export
from tui.recording import RecordingError, Writer
from tui.settings.kept import Kept
from tui.settings.settings import Settings

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for folder in ("tui", "probes") for path in (ROOT / folder).rglob("*.py"))
NOBODY = 65534
CLIENTS = {"http", "urllib", "ftplib", "smtplib", "socketserver", "ssl", "xmlrpc"}
SHELLS = {
    "system", "popen", "spawn", "getoutput", "getstatusoutput", "create_subprocess_shell", "subprocess_shell",
    "eval", "exec", "__import__",
}  # fmt: skip
"""What runs a text, by the last part of its name: of `os`, `pty`, `subprocess`, `asyncio`, a loop, or Python itself."""
LOADS = ("os.spawn", "os.exec", "os.posix_spawn", "marshal.", "pickle.", "shelve.")
TALKS = {
    "socket", "create_server", "create_connection", "fromfd", "start_server", "start_unix_server", "open_connection",
    "open_unix_connection", "create_unix_server", "create_unix_connection", "create_datagram_endpoint", "sock_connect",
    "sock_accept", "connect_accepted_socket", "listen", "accept", "connect", "connect_ex", "bind", "sendto",
}  # fmt: skip
"""What makes a socket other than a pair, or lets it reach somebody, by the last part of its name: of `socket`,
`asyncio`, a loop, a socket."""
Look = Callable[[ast.AST], Iterator[str]]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="plants files of other users")


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call by the name that it has in the source, e.g. `os.system`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def shells(tree: ast.AST) -> Iterator[str]:
    """What may run a shell, or code that is data, each with its line."""
    for name, call in calls(tree):
        at = f"{call.lineno}: {name}"
        programs = name in ("subprocess.run", "subprocess.Popen") and not isinstance(call.args[0], ast.List | ast.Name)
        if (
            name.rpartition(".")[2] in SHELLS
            or name.startswith(LOADS)
            or programs
            or "shell" in [given.arg for given in call.keywords]
        ):
            yield at


def talks(tree: ast.AST) -> Iterator[str]:
    """What may reach somebody who is not of ebtop, each with its line. Both parts of a name count: `from socket import
    create_server` and `loop.create_server` are the same.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (f"{node.lineno}: {of.name}" for of in node.names if of.name.partition(".")[0] in CLIENTS)
        if isinstance(node, ast.ImportFrom):
            module = (node.module or "").partition(".")[0]
            named = {of.name for of in node.names} & TALKS if module in ("socket", "asyncio") else set()
            yield from (f"{node.lineno}: {name}" for name in (named or {module} & CLIENTS))
    yield from (f"{call.lineno}: {name}" for name, call in calls(tree) if name.rpartition(".")[2] in TALKS)


@pytest.mark.parametrize("look", [shells, talks])
def test_no_shell_no_code_from_data_and_no_network(look: Look) -> None:
    """The only sockets are pairs between two processes of ours; live, tests/live/test_connections.py looks at them."""
    found = {str(path): list(look(ast.parse(path.read_text()))) for path in SOURCES}
    assert {path: what for path, what in found.items() if what} == {}


@pytest.mark.parametrize(
    ("look", "source"),
    [
        *((shells, call) for call in (
            "os.system('x')", "os.popen('x')", "eval(x)", "exec(x)", "subprocess.getoutput('x')", "pty.spawn('sh')",
            "subprocess.run('x y')", "subprocess.Popen(['x'], shell=True)", "asyncio.create_subprocess_shell('x')",
            "loop.subprocess_shell(f, 'x')", "os.spawnl(0, 'x')", "os.execv('x', [])", "pickle.loads(x)", "system('x')",
        )),
        *((talks, call) for call in (
            "socket.socket()", "socket.create_server(x)", "socket.create_connection(x)", "asyncio.start_server(f)",
            "loop.create_server(f)", "asyncio.open_connection('x', 1)", "asyncio.open_unix_connection('x')",
            "loop.create_datagram_endpoint(f)", "a.listen()", "a.accept()", "a.connect(x)", "a.bind(x)",
            "a.sendto(b, x)", "import http.client", "import socketserver", "from urllib.request import urlopen",
            "from socket import create_server as serve", "from asyncio import start_server as serve",
        )),
    ],
)  # fmt: skip
def test_those_would_be_found(look: Look, source: str) -> None:
    assert len(list(look(ast.parse(source)))) == 1
    assert list(look(ast.parse("ours, theirs = socket.socketpair(); re.compile(x); tree.insert(x)"))) == []


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    file = tmp_path / "precious"
    file.write_text("precious")
    return file


def test_a_link_planted_for_a_recording(tmp_path: Path, precious: Path) -> None:
    path = tmp_path / "x.ebtop"
    path.symlink_to(precious)
    with pytest.raises(RecordingError, match="is there already"):
        Writer(path, HELLO)
    assert precious.read_text() == "precious"


def test_a_recording_that_is_replaced_while_it_grows(tmp_path: Path, precious: Path) -> None:
    """It was opened once: what takes its place is not written to."""
    path = tmp_path / "x.ebtop"
    with Writer(path, HELLO):
        path.unlink()
        path.symlink_to(precious)
    assert precious.read_text() == "precious"


def test_links_planted_for_exports(tmp_path: Path, precious: Path) -> None:
    """Every name that an export would take is a link already, and some are planted while it looks for one."""
    for number in range(1, 30):
        (tmp_path / (f"a-{number}.csv" if number > 1 else "a.csv")).symlink_to(precious)
    path = export.write_new(tmp_path, "a", "csv", b"mine")
    assert (path.name, path.read_bytes(), precious.read_text()) == ("a-30.csv", b"mine", "precious")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_race_for_the_name_of_an_export(tmp_path: Path, precious: Path) -> None:
    """Someone who may write to the folder makes links of all names as fast as they can: no write goes through one."""
    over = Event()

    def plant() -> None:
        at = 0
        while not over.is_set():
            at = at % 40 + 1
            name = tmp_path / (f"a-{at}.csv" if at > 1 else "a.csv")
            try:
                name.symlink_to(precious)
            except FileExistsError:
                name.unlink(missing_ok=True)

    planting = Thread(target=plant)
    planting.start()
    try:
        for _ in range(100):
            export.write_new(tmp_path, "a", "csv", b"mine")
    finally:
        over.set()
        planting.join()
    assert precious.read_text() == "precious"


def test_a_link_planted_for_what_is_kept(tmp_path: Path, precious: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    folder = tmp_path / "ebtop"
    folder.mkdir()
    (folder / "screen.json").symlink_to(precious)
    assert Kept.load(Settings()).theme is None
    assert Kept(theme="light").save() == ""
    assert precious.read_text() == "precious"
    assert not (folder / "screen.json").is_symlink()
    folder.rename(tmp_path / "aside")
    folder.symlink_to(tmp_path / "aside")
    assert "is not kept" in Kept(theme="dark").save()


@as_root
@pytest.mark.parametrize("mode", [0o1777, 0o777, 0o775])
def test_a_cache_in_a_folder_of_others(tmp_path: Path, mode: int) -> None:
    """Below /tmp, which everyone may write to, nothing is taken and nothing is kept."""
    place = tmp_path / "cache"
    place.mkdir()
    place.chmod(mode)
    name = cache.key("open", (b"x",))
    assert not cache.store("open", name, Image((), ()), place)
    assert cache.load("open", name, place) is None
    assert list(place.iterdir()) == []


@as_root
def test_an_image_that_is_replaced_between_the_look_and_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is looked at is what is read: the file was opened before, and its replacement is another file."""
    base = Path("/var/cache") / f"ebtop-test-{os.getpid()}"
    name = cache.key("open", (b"x",))
    try:
        assert cache.store("open", name, Image((), ()), base)
        (file,) = base.iterdir()
        real, swapped = os.fstat, []

        def fstat(fd: int) -> os.stat_result:
            about = real(fd)
            if stat.S_ISREG(about.st_mode) and not swapped:
                swapped.append(fd)
                file.unlink()
                file.write_bytes(b"evil")
                os.chown(file, NOBODY, NOBODY)
            return about

        monkeypatch.setattr(os, "fstat", fstat)
        assert cache.load("open", name, base) == Image((), ())
        assert swapped
        assert cache.load("open", name, base) is None
    finally:
        monkeypatch.undo()
        for left in base.iterdir():
            left.unlink()
        base.rmdir()


@as_root
@pytest.mark.parametrize("planted", ["link to a file", "dangling link", "folder of links"])
def test_a_recording_by_root_in_a_folder_of_others(tmp_path: Path, planted: str) -> None:
    """`sudo ebtop record -o /shared/x.ebtop`: it is the user who writes, with nothing of root's, through no link."""
    shared = tmp_path / "shared"
    shared.mkdir()
    for folder in (tmp_path, *tmp_path.parents):
        if not folder.stat().st_mode & stat.S_IXOTH:
            folder.chmod(0o755)
    shared.chmod(0o1777)
    secret = tmp_path / "secret"
    secret.write_text("secret")
    target = {"link to a file": secret, "dangling link": tmp_path / "new", "folder of links": Path("/etc")}[planted]
    (shared / "x.ebtop").symlink_to(target)
    script = (
        "import sys; from pathlib import Path; from probes import privileges; privileges.become(65534, 65534)\n"
        "from tests.tui.fakes import HELLO; from tui.recording import Writer, RecordingError\n"
        "try: Writer(Path(sys.argv[1]), HELLO)\nexcept RecordingError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(shared / "x.ebtop")], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert "is there already" in done.stdout
    assert secret.read_text() == "secret"
    assert not (tmp_path / "new").exists()
