"""The layering rules hold, and would say so if they did not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).parent / "lint-imports"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The packages and their rules, to be broken."""
    for package in ("tui", "probes"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "*.ebtop"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(where: Path) -> tuple[int, str]:
    done = subprocess.run([LINT, "--no-cache"], cwd=where, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_the_rules_hold(copy: Path) -> None:
    code, out = lint(copy)
    assert code == 0, out


@pytest.mark.parametrize(
    ("module", "line", "wrong"),
    [
        ("tui/wrong.py", "from probes import collector", "tui.wrong -> probes"),
        ("tui/wrong.py", "def f() -> None:\n    import probes.kernel.bpf", "tui.wrong -> probes.kernel.bpf"),
        ("tui/wrong.py", "from probes.checks import run", "tui.wrong -> probes.checks"),
        ("tui/widgets/wrong.py", "from probes.exec import *", "tui.widgets.wrong -> probes.exec"),
        ("probes/wrong.py", "from tui.text import safe", "probes.wrong -> tui.text"),
    ],
)
def test_a_wrong_import_is_found(copy: Path, module: str, line: str, wrong: str) -> None:
    (copy / module).write_text(line + "\n")
    code, out = lint(copy)
    assert code == 1
    assert wrong in out


@pytest.mark.parametrize("name", ["snapshot", "wire", "filter", "latency"])
def test_the_contract_may_be_imported(copy: Path, name: str) -> None:
    (copy / "tui/right.py").write_text(f"import probes.{name}\n")
    code, out = lint(copy)
    assert code == 0, out


def test_foreign_text_ends_its_lines_with_a_line_feed_alone() -> None:
    """`splitlines` takes ten other characters for ends of lines, which the kernel and files of TOML do not."""
    files = [file for package in ("probes", "tui") for file in (ROOT / package).rglob("*.py")]
    assert [str(file) for file in files if "splitlines(" in file.read_text()] == []
