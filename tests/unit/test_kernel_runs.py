"""What `make kernels` makes of its guests, without one: the table, the verdict, and why there was none."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.kernels.__main__ import CHOSEN
from tests.kernels.inside import Result
from tests.kernels.runs import Run, report, told
from tests.lab import guest

ROOT = Path(__file__).parents[2]
WELL = Result("6.1.0", "0.26.0", "14", 50, (), 2)


def test_all_that_passed_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert report([told("bookworm", msgspec.json.encode(WELL), 61.4)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "| bookworm | 6.1.0 | 0.26.0 | 14 | 50 of 50 | 2 | 61 |"


@pytest.mark.parametrize(
    "run",
    [
        Run("sid", msgspec.structs.replace(WELL, failed=("test_x",)), 5.0),
        Run("sid", msgspec.structs.replace(WELL, passed=0), 5.0),
        Run("sid", None, 5.0, "the mirror is away"),
        told("sid", b"", 5.0),
    ],
)
def test_one_that_is_not_is_told_and_fails_the_whole(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert report([Run("bookworm", WELL, 60.0), run]) == 1
    out = capsys.readouterr().out
    assert out.splitlines()[-1].startswith("| sid |")
    assert ("sid: failed: test_x" in out) == ("50 of 51" in out)
    assert run.why in out


def test_a_kernel_that_cannot_be_had_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB", str(tmp_path))
    monkeypatch.setenv("MIRROR", "http://127.0.0.1:9/debian")
    with pytest.raises(guest.GuestError) as error:
        guest.fetch("bookworm")
    assert str(error.value)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "kernels/bookworm").exists()


@pytest.mark.parametrize("chosen", (ROOT / CHOSEN.removeprefix("@")).read_text().splitlines())
def test_the_chosen_tests_are_there(chosen: str) -> None:
    file, *names = chosen.partition("[")[0].split("::")
    source = (ROOT / file).read_text()
    assert all(f"{kind} {name}" in source for kind, name in zip(("class", "def")[-len(names) :], names, strict=False))
