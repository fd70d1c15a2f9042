"""The command line: what is refused, how, and how fast."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

from tests.unit.sessions import FakeLink, Outcome
from tui import __version__, cli
from tui.commands import COMMANDS
from tui.commands.demo import DEMO
from tui.commands.errors import CommandError
from tui.settings import quantities

Ebtop = Callable[..., Outcome]

REFUSALS = {
    "unknown flag": (["--prob", "exec"], "unknown option '--prob' (did you mean '--probe'?): see ebtop --help"),
    "flag of another command": (["dump", "--theme", "dark"], "unknown option '--theme'"),
    "unknown command": (["recrod"], "'recrod' is no command (did you mean 'record'?)"),
    "a word that is no command": (["nginx"], "no terminal to draw on"),
    "nearly a command, quoted": (['"recrod"'], "no terminal to draw on"),
    "command not first": (["--rows", "5", "dump"], "the command comes first: write ebtop dump"),
    "unknown probe": (["--probe", "exec,opne"], "unknown probe 'opne' (did you mean 'open'?): use exec, open, block"),
    "no probe": (["--probe", ""], "unknown probe ''"),
    "unknown theme": (["dump", "--format", "xml"], "--format: invalid choice: 'xml'"),
    "unknown filter key": (
        ["dump", "uid:0"],
        "filter, character 1 (uid:0): unknown key 'uid': quote it: \"uid:0\", or use pid, ",
    ),
    "bad filter value": (["record", "-o", "x", "pid:x"], "filter, character 5 (pid:x): 'x' is not a process id"),
    "the wrong one of many": (
        ["dump", "pid:1", "(comm:a or comm:b)", "(err:ENOENT or err:x) pid:1"],
        "filter, character 45 (err:x): no error 'x': write err:ENOENT",
    ),
    "bad duration": (["dump", "--for", "5 days"], "'5 days' is not a duration: write 500ms, 5s, 2m or 1h"),
    "negative duration": (["dump", "--for", "-5s"], "expected one argument"),
    "endless duration": (["dump", "--for", "99999h"], "more than a year"),
    "bad interval": (["--interval", "1ms"], "--interval '1ms' is out of range: use 100ms to 60s"),
    "bad rows": (["--rows", "many"], "--rows 'many' is not a number of rows a second: use 0 to 100000"),
    "too many rows": (["--rows", "9" * 5000], "is not a number of rows a second"),
    "no output": (["record"], "-o/--output"),
    "no file": (["replay"], "the following arguments are required: FILE: see ebtop replay --help"),
    "no name to dump": (["dump", ""], "a file has no name"),
    "no name to record to": (["record", "-o", ""], "a file has no name"),
    "a byte that is not UTF-8": (["dump", "./a\udcff"], "cannot read a\\xff: no such file or directory"),
    "missing file": (
        ["dump", "no.ebtop"],
        "cannot read no.ebtop: no such file or directory: give a file ",
    ),
    "or what is looked for": (["dump", "./a b"], "; to look for it: ebtop dump '(a b)'"),
    "two files": (["dump", "a.ebtop", "README.md"], "'README.md' is a file: give one FILE, then a filter"),
    "a folder": (["dump", "tests/"], "cannot read tests: is a directory: give a file made by ebtop record"),
    "a long word": (["replay", "a:" + "b" * 5000], "the file comes first"),
    "file not first": (["replay", "comm:x"], "the file comes first: ebtop replay FILE [FILTER...]"),
    "unknown option to replay": (["replay", "a", "comm:x", "--rows", "5"], "unknown option '--rows'"),
    "bad threshold": (["--slow", "20"], "--slow '20' is not a latency: write 500us, 20ms, 1s (at most 60s) or auto"),
    "endless threshold": (["dump", "--slow", "2m"], "--slow '2m' is not a latency"),
    "live flag on a file": (["dump", "a.ebtop", "--rows", "5"], "--interval, --rows and --slow are for live sessions"),
    "no terminal": ([], "no terminal to draw on: run it in one, or use ebtop dump"),
    "no terminal to replay": (["replay", "a"], "no terminal to draw on: run it in one, or use ebtop dump a"),
}


@pytest.mark.parametrize(("words", "why"), REFUSALS.values(), ids=REFUSALS)
def test_what_cannot_be_done_is_one_line_and_exit_code_2(ebtop: Ebtop, words: list[str], why: str) -> None:
    done = ebtop(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("ebtop: ")
    assert done.err.count("\n") == 1
    assert why in done.err


def test_a_line_on_stderr_cannot_harm_the_terminal(ebtop: Ebtop) -> None:
    done = ebtop("dump", "./no\x1b[31m\nsuch\u202efile")
    assert done.err.count("\n") == 1
    assert done.err[:-1].isprintable()


@pytest.mark.parametrize(
    "words",
    [
        ["--probe"],
        ["--rows"],
        ["dump", "--for"],
        ["dump", "--format"],
        ["dump"],
        ["completion"],
        ["config"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize(
    "long", ["x" * 120_000, "\x1b" * 120_000, "/\u202e" * 60_000], ids=["plain", "escapes", "bidi"]
)
def test_of_a_huge_word_no_more_than_a_line_is_told(ebtop: Ebtop, words: list[str], long: str) -> None:
    done = ebtop(*words, f"./{long}" if words == ["dump"] else long)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert len(done.err) < 1100
    assert done.err.startswith("ebtop: ")
    assert " ... " in done.err


def in_a_shell(command: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """What `ebtop`, the first word, does there; `$EBTOP_BYTES` may be in it."""
    script = f'ebtop() {{ {sys.executable} -m tui.cli "$@"; }}; {command}'
    return subprocess.run(["bash", "-c", script], capture_output=True, check=False, env={**os.environ, **environ})


@pytest.mark.parametrize("words", ["--version", "--help", "probes", "doctor", "config", "config --path", "man", "dump"])
def test_where_standard_output_is_closed_it_is_said(words: str) -> None:
    done = in_a_shell(f"ebtop {words} {DEMO if words == 'dump' else ''} >&-")
    said = done.stderr.splitlines()
    assert (done.returncode, said[-1]) == (2, b"ebtop: standard output is closed: send it to a file or a pipe")


def test_what_is_said_goes_nowhere_else_where_standard_error_is_closed() -> None:
    done = in_a_shell(f"ebtop dump {DEMO} comm:nginx 2>&-")
    assert done.returncode == 0
    assert all(line.startswith(b"{") for line in done.stdout.splitlines())
    assert in_a_shell("ebtop dump no-such.ebtop 2>&-").returncode == 2


def test_the_exit_code_tells_where_nothing_can_be_said() -> None:
    assert in_a_shell("ebtop dump no-such.ebtop 2>/dev/full").returncode == 2
    assert in_a_shell("ebtop nosuch:x 2>/dev/full").returncode == 2


def test_a_theme_is_checked_by_name(ebtop: Ebtop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.commands.screen.require_terminal", lambda _: None)
    done = ebtop("--theme", "drak")
    assert done.code == 2
    assert "unknown theme 'drak' (did you mean 'dark'?): use dark, " in done.err


@pytest.mark.parametrize("command", ["", *(command.name for command in COMMANDS)])
def test_every_command_has_help(ebtop: Ebtop, command: str) -> None:
    done = ebtop(*filter(None, [command, "--help"]))
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"usage: ebtop {command}".rstrip())


def test_help_lists_every_command(ebtop: Ebtop) -> None:
    out = ebtop("--help").out
    assert all(f"  {command.name}" in out and command.summary in out for command in COMMANDS)


def test_version(ebtop: Ebtop) -> None:
    assert ebtop("--version").out == f"ebtop {__version__}\n"


def test_probes_are_listed_with_their_questions(ebtop: Ebtop) -> None:
    out = ebtop("probes").out.splitlines()
    assert [line.split()[0] for line in out] == ["exec", "open", "block"]


HEAVY = (
    "msgspec",
    "rich",
    "textual",
    "psutil",
    "platformdirs",
    "tomllib",
    "bcc",
    "asyncio",
    "probes.columns",
    "probes.controls",
    "probes.disk_sums",
    "probes.snapshot",
    "probes.wire",
)


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["dump", "--help"], ["config", "--help"], ["--bogus"]])
def test_nothing_heavy_is_imported_to_answer_at_once(words: list[str]) -> None:
    script = (
        "import sys, json\nfrom tui.cli import main\n"
        f"main({words!r})\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not set(HEAVY) & set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.alone
def test_help_takes_less_than_150_ms() -> None:
    def seconds() -> float:
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-m", "tui.cli", "--help"], capture_output=True, check=True)
        return time.perf_counter() - begin

    assert median(seconds() for _ in range(5)) < 0.15


class TestUnexpected:
    """What nobody foresaw still ends in one line."""

    @pytest.fixture
    def failing(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
        def install(error: BaseException) -> None:
            def run(_args: object) -> int:
                raise error

            monkeypatch.setattr("tui.commands.probes.run", run)

        return install

    def test_an_error_is_one_line(self, ebtop: Ebtop, failing: Callable[[BaseException], None]) -> None:
        failing(ZeroDivisionError("oops"))
        done = ebtop("probes")
        assert done.code == 2
        assert done.err == (
            "ebtop: ZeroDivisionError: oops: this should not happen; EBTOP_DEBUG=1 shows where it did\n"
        )

    def test_the_traceback_is_there_for_those_who_ask(
        self, failing: Callable[[BaseException], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("EBTOP_DEBUG", "1")
        failing(ZeroDivisionError("oops"))
        with pytest.raises(ZeroDivisionError):
            cli.main(["probes"])

    def test_an_interrupt_is_silent(self, ebtop: Ebtop, failing: Callable[[BaseException], None]) -> None:
        failing(KeyboardInterrupt())
        assert ebtop("probes") == Outcome(130, "", "")

    def test_two_lines_stay_two(self, ebtop: Ebtop, failing: Callable[[BaseException], None]) -> None:
        failing(CommandError("no root", "ebtop demo works without"))
        assert ebtop("probes").err == "ebtop: no root\nebtop: ebtop demo works without\n"


def test_a_pipe_closed_at_once_leaves_no_complaint() -> None:
    for words in ("probes", "--help"):
        script = f"{sys.executable} -m tui.cli {words} | true; exit ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
        assert done.stderr == ""


def test_a_screen_without_root_or_bpf_passes_the_reason_on(ebtop: Ebtop, monkeypatch: pytest.MonkeyPatch) -> None:
    from tui import launch

    def start(_options: object) -> FakeLink:
        raise launch.LaunchError("it needs root: run it with sudo\nebtop demo works without")

    monkeypatch.setattr("tui.commands.screen.require_terminal", lambda _: None)
    monkeypatch.setattr(launch, "start", start)
    done = ebtop()
    assert (done.code, done.err.count("\n")) == (2, 2)


def test_what_comes_through_a_pipe_is_dumped_and_not_replayed(ebtop: Ebtop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.commands.screen.require_terminal", lambda _: None)
    monkeypatch.setattr("tui.commands.screen.draw", lambda *_: 0)
    said = {}
    for command in ("dump", "replay"):
        with DEMO.open("rb") as file, subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE) as pipe:
            assert pipe.stdout is not None
            said[command] = ebtop(command, f"/dev/fd/{pipe.stdout.fileno()}")
    assert said["dump"].code == 0
    assert said["replay"].code == 2
    assert "is a pipe, and a replay goes back: save it as a file, or use ebtop dump /dev/fd/" in said["replay"].err
    assert said["replay"].err.count("\n") == 1


def test_demo_says_so_where_its_recording_is_missing(
    ebtop: Ebtop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tui.commands.demo.DEMO", tmp_path / "demo.ebtop")
    done = ebtop("demo")
    assert done.code == 2
    assert "the demo recording is missing" in done.err


@pytest.mark.parametrize(
    ("text", "us"), [("500us", 500), ("20ms", 20_000), ("1.5s", 1_500_000), ("1m", 60_000_000), ("auto", None)]
)
def test_thresholds_of_slowness(text: str, us: float | None) -> None:
    assert quantities.slow(text) == us
