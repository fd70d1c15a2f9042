"""The arguments that the exec probe shows: whole where they fit, and marked where they do not."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.live.session import Dump, Line

pytestmark = pytest.mark.live

Named = Callable[[str, str], str]


def of_one(comm: str, *command: str | bytes) -> Line:
    """The only row of a process of that name while a command runs."""
    with Dump(f"comm={comm}", probe="exec") as dump:
        subprocess.run(command, check=False, timeout=60)
    (row,) = dump.rows("exec", comm=comm)
    return row


ODD: Sequence[Sequence[str]] = (
    ["two words", " ", "\t"],
    ["a\nb", "\n"],
    ["it's", '"quoted"', "\\"],
    ["", "", "last"],
    ["last", ""],
    ["\x1b[31mred\x1b[0m", "\x07"],
    ["naïve", "日本", "🙂"],
    [str(i) for i in range(64)],
    ["x" * 2048],
    ["y" * 4095, "end"],
)


@pytest.mark.parametrize("arguments", ODD, ids=lambda arguments: f"{len(arguments)}-{arguments[0][:9]!a}")
def test_arguments_are_whole(named: Named, arguments: Sequence[str]) -> None:
    program = named("ends", "ebt-args")
    row = of_one("ebt-args", program, *arguments)
    assert row["argv"] == [program, *arguments]
    assert row["argv_note"] is None
    assert row["argc"] == 1 + len(arguments)


@pytest.mark.parametrize("arguments", ODD, ids=lambda arguments: f"{len(arguments)}-{arguments[0][:9]!a}")
def test_arguments_of_a_failure_are_whole(named: Named, tmp_path: Path, arguments: Sequence[str]) -> None:
    caller, nowhere = named("execs", "ebt-args"), str(tmp_path / "nowhere")
    with Dump("comm=ebt-args", probe="exec") as dump:
        subprocess.run([caller, "plain", "1", nowhere, *arguments], check=False)
    (row,) = dump.rows("exec", error="ENOENT")
    assert row["argv"] == [nowhere, *arguments]
    assert row["argv_note"] is None


def test_what_is_not_utf8_is_escaped(named: Named) -> None:
    program = named("ends", "ebt-bytes")
    row = of_one("ebt-bytes", program, b"\xff\xfe", b"ok")
    assert row["argv"] == [program, "\\xff\\xfe", "ok"]


def test_no_argument_at_all(named: Named) -> None:
    program = named("ends", "ebt-none")
    row = of_one("ebt-none", named("execs", "ebt-caller"), "empty", "1", program)
    assert row["filename"] == program
    assert row["argv"] in ([], [""])  # from 5.18 on the kernel adds an empty one
    assert row["argv_note"] is None


def test_no_argument_at_all_in_a_failure(named: Named, tmp_path: Path) -> None:
    with Dump("comm=ebt-caller", probe="exec") as dump:
        subprocess.run([named("execs", "ebt-caller"), "empty", "1", str(tmp_path / "nowhere")], check=False)
    (row,) = dump.rows("exec", error="ENOENT")
    assert (row["argv"], row["argv_note"]) == ([], None)


def test_half_a_million_arguments_are_cut_visibly(named: Named) -> None:
    program = named("ends", "ebt-many")
    row = of_one("ebt-many", named("execs", "ebt-caller"), "many", "1", program, "500000")
    assert row["argc"] == 500_000
    assert len(row["argv"]) >= 1024
    assert set(row["argv"]) == {"x"}
    assert row["argv_note"] == "cut"


def test_a_million_arguments_are_refused_by_the_kernel_and_cut_visibly(named: Named) -> None:
    with Dump("comm=ebt-caller", probe="exec") as dump:
        subprocess.run([named("execs", "ebt-caller"), "many", "1", named("ends", "ebt-many"), "1000000"], check=False)
    (row,) = dump.rows("exec", error="E2BIG")
    assert len(row["argv"]) >= 64
    assert set(row["argv"]) == {"x"}
    assert row["argv_note"] == "cut"


def test_a_long_argument_is_cut_visibly(named: Named) -> None:
    program = named("ends", "ebt-long")
    row = of_one("ebt-long", program, "z" * 100_000)
    assert row["argv"][0] == program
    assert set(row["argv"][1]) == {"z"}
    assert 2048 <= len(row["argv"][1]) < 100_000
    assert (row["argv_note"], row["argc"]) == ("cut", 2)


def test_a_long_argument_of_a_failure_is_cut_visibly(named: Named, tmp_path: Path) -> None:
    with Dump("comm=ebt-caller", probe="exec") as dump:
        command = [named("execs", "ebt-caller"), "plain", "1", str(tmp_path / "nowhere"), "z" * 100_000, "end"]
        subprocess.run(command, check=False)
    (row,) = dump.rows("exec", error="ENOENT")
    assert set(row["argv"][1]) == {"z"}
    assert 2048 <= len(row["argv"][1]) < 100_000
    assert row["argv_note"] == "cut"


def test_arguments_where_there_is_no_memory(named: Named) -> None:
    caller = named("execs", "ebt-wild")
    with Dump("comm=ebt-wild", probe="exec") as dump:
        subprocess.run([caller, "wild", "1", caller], check=False)
    (row,) = dump.rows("exec", error="EFAULT")
    assert (row["argv"], row["argv_note"]) == ([], "unread")


def test_a_script_shows_itself_and_its_interpreter(named: Named, tmp_path: Path) -> None:
    interpreter, script = named("ends", "ebt-interp"), tmp_path / "ebt-script"
    script.write_text(f"#!{interpreter} exit 5\n")
    script.chmod(0o755)
    row = of_one("ebt-script", str(script), "a b", "c")
    assert row["filename"] == str(script)
    assert row["interpreter"] == interpreter
    assert row["argv"] == [interpreter, "exit 5", str(script), "a b", "c"]
    assert row["argc"] == 5


def test_a_script_without_its_interpreter_fails(named: Named, tmp_path: Path) -> None:
    script = tmp_path / "ebt-broken"
    script.write_text("#!/no/such/interpreter\n")
    script.chmod(0o755)
    with Dump("comm=ebt-caller", probe="exec") as dump:
        subprocess.run([named("execs", "ebt-caller"), "plain", "1", str(script), "a"], check=False)
    (row,) = dump.rows("exec", error="ENOENT")
    assert (row["filename"], row["argv"]) == (str(script), [str(script), "a"])


def test_a_path_as_long_as_one_can_be(named: Named, tmp_path: Path) -> None:
    deep = tmp_path / "/".join(["d" * 200] * 18)
    deep.mkdir(parents=True)
    path = str(deep / "p")
    path += "p" * (4095 - len(path) - len(os.sep)) if len(path) < 4094 else ""
    with Dump("comm=ebt-caller", probe="exec") as dump:
        subprocess.run([named("execs", "ebt-caller"), "plain", "1", path], check=False)
    (row,) = [row for row in dump.rows("exec") if row["error"]]
    assert row["filename"] == path
