"""What ships: the wheel holds all of the data and runs far from the checkout, the sdist is whole, locks pin all."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tui import __version__

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
RUNTIME, DEV = PROJECT["dependencies"], PROJECT["optional-dependencies"]["dev"]
# The wheel is built and installed once: all of them in one process, where tests are spread over several.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]


def run(*command: str | Path, cwd: Path, code: int = 0, **environ: str) -> str:
    """Runs a command without anything of this environment but `environ`; what it printed."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "EBTOP"))
    } | environ
    done = subprocess.run(
        command, cwd=cwd, env=clean, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == code, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    run(
        *(sys.executable, "-m", "pip", "--quiet", "wheel", "--no-deps", "--no-build-isolation"),
        *("--wheel-dir", out, ROOT),
        cwd=out,
    )
    (built,) = out.glob("ebtop-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a new environment which holds the wheel and what the wheel asks for, nothing else."""
    place = tmp_path_factory.mktemp("clean")
    venv.create(place / "env", with_pip=True)
    run(place / "env/bin/python", "-m", "pip", "--quiet", "install", wheel, cwd=place)
    return place / "env/bin"


def shipped(pattern: str) -> set[str]:
    return {str(path.relative_to(ROOT)) for path in ROOT.glob(pattern) if path.is_file()}


def test_the_wheel_holds_sources_headers_themes_and_demo(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    data = shipped("probes/*.bpf.[ch]") | shipped("probes/kernel/headers/**/*")
    assert data, "there are BPF sources and headers in the checkout"
    assert data <= names
    themes = shipped("themes/*")
    assert {name for name in themes if name.endswith(".toml")}
    assert {f"tui/{name}" for name in themes} <= names
    assert shipped("tui/**/*.py") | shipped("probes/**/*.py") <= names
    assert shipped("tui/demo.ebtop") <= names


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert tops == {"tui", "probes", f"ebtop-{__version__}.dist-info"}
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if "__pycache__" in name]


def test_empty_headers_are_in_the_wheel(wheel: Path) -> None:
    empty = {str(p.relative_to(ROOT)) for p in ROOT.glob("probes/kernel/headers/**/*.h") if p.stat().st_size == 0}
    assert empty
    assert empty <= set(zipfile.ZipFile(wheel).namelist())


def test_it_runs_far_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    ebtop = installed / "ebtop"
    assert run(ebtop, "--version", cwd=tmp_path) == f"ebtop {__version__}\n"
    assert "exec" in run(ebtop, "probes", cwd=tmp_path)
    assert "usage: ebtop" in run(ebtop, "--help", cwd=tmp_path)
    where = run(installed / "python", "-c", "import tui, probes; print(tui.__file__, probes.__file__)", cwd=tmp_path)
    assert str(ROOT) not in where


def test_what_it_asks_for_is_enough_to_draw_the_screen(installed: Path, tmp_path: Path) -> None:
    script = "import tui.app, tui.theme; print(*tui.theme.load_all()); print(tui.app.Ebtop.CSS_PATH.exists())"
    out = run(installed / "python", "-c", script, cwd=tmp_path)
    themes, layout = out.splitlines()
    assert set(themes.split()) == {Path(name).stem for name in shipped("themes/*.toml")}
    assert layout == "True"


@pytest.mark.skipif(not (ROOT / "tui/demo.ebtop").exists(), reason="no demo recording in this checkout")
def test_the_demo_recording_is_read_where_it_is_installed(installed: Path, tmp_path: Path) -> None:
    script = "import tui.commands.demo as d, sys; from tui.cli import main; sys.exit(main(['dump', str(d.DEMO)]))"
    out = run(installed / "python", "-c", script, cwd=tmp_path)
    assert out.startswith('{"type":"ready"')


def test_the_version_is_told_in_one_way(wheel: Path) -> None:
    assert wheel.name.startswith(f"ebtop-{__version__}-")


def built(root: Path, out: Path, **environ: str) -> dict[str, str]:
    """Builds wheel and sdist of that tree as `make dist` does; the hash of each."""
    run(sys.executable, "-m", "hatchling", "build", "-d", out, cwd=root, SOURCE_DATE_EPOCH="1700000000", **environ)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir()}


def test_the_sdist_is_whole_and_what_is_built_is_the_same_everywhere(tmp_path: Path) -> None:
    here = built(ROOT, tmp_path / "here")
    assert len(here) == 2
    (sdist,) = (tmp_path / "here").glob("*.tar.gz")
    run("tar", "-xf", sdist, cwd=tmp_path)
    copy = tmp_path / f"ebtop-{__version__}"
    needed = (".ci/tests.sh", "Makefile", "bench/__main__.py", "tests/conftest.py", "requirements-dev.lock", "LICENSE")
    assert [name for name in needed if not (copy / name).is_file()] == []
    for age, path in enumerate(copy.rglob("*")):
        os.utime(path, (1_000_000_000 + age, 1_000_000_000 + age))
        path.chmod(path.stat().st_mode & ~0o077)
    (copy / "tui/__pycache__").mkdir()
    (copy / "tui/__pycache__/cli.cpython-311.pyc").write_bytes(b"left over")
    assert built(copy, tmp_path / "there", TZ="Asia/Kathmandu", LC_ALL="C") == here


def pins(lock: str) -> dict[str, str]:
    """Which version of each package a lock names."""
    return dict(re.findall(r"(?m)^([a-z0-9-]+)==([^ ]+)", (ROOT / lock).read_text()))


@pytest.mark.parametrize(
    ("lock", "asked"), [("requirements.lock", RUNTIME), ("requirements-dev.lock", [*RUNTIME, *DEV])], ids=["run", "dev"]
)
def test_a_lock_pins_all_that_is_asked_for(lock: str, asked: list[str]) -> None:
    """`make lock` writes it anew."""
    pinned = pins(lock)
    for wanted in map(Requirement, asked):
        assert wanted.specifier.contains(pinned[canonicalize_name(wanted.name)]), wanted
    text = (ROOT / lock).read_text()
    packages = re.split(r"(?m)^(?=[a-z0-9-]+==)", text)[1:]
    assert len(packages) == len(pinned)
    assert [package for package in packages if "--hash=sha256:" not in package] == []
    assert "://" not in text, "where packages come from is for whoever installs them to say"


def test_locks_agree() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


def test_every_dependency_has_a_lower_bound_that_can_be_installed_as_it_stands() -> None:
    """`make lowest` makes `==` of each `>=`."""
    assert [bound for bound in RUNTIME if not re.fullmatch(r"[a-z]+>=[0-9]+(\.[0-9]+)+", bound)] == []
