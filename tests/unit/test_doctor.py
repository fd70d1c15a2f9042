"""`ebtop doctor`: what is found, why it matters, the remedy, and the exit code."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from probes.checks import Check
from tests.unit.sessions import Outcome
from tui.commands import doctor

GOOD = Check("root", ok=True, needed=True, found="uid 0", why="BPF needs it", remedy="run it with sudo", probes=())
MISSING = Check(
    "tracepoint sched_process_exec",
    ok=False,
    needed=True,
    found="not in tracefs",
    why="names what is executed",
    remedy="use a kernel with CONFIG_TRACING\x1b[31m",
    probes=("exec",),
)
OPTIONAL = Check(
    "BTF", ok=False, needed=False, found="", why="gives full paths", remedy="CONFIG_DEBUG_INFO_BTF", probes=()
)

Run = Callable[..., Outcome]


def install(monkeypatch: pytest.MonkeyPatch, *checks: Check, converter: str | None = "/usr/bin/rsvg-convert") -> None:
    monkeypatch.setattr(doctor, "checked", lambda: checks)
    monkeypatch.setattr("shutil.which", lambda _: converter)


def test_all_is_well(ebtop: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, GOOD)
    done = ebtop("doctor")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "ok        root          uid 0",
        "ok        rsvg-convert  /usr/bin/rsvg-convert",
        "every probe can work here",
    ]


def test_what_draws_pictures_is_optional_and_has_its_remedy(ebtop: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, GOOD, converter=None)
    done = ebtop("doctor")
    assert done.code == 0
    assert "optional  rsvg-convert  missing" in done.out
    assert "remedy: install librsvg2-bin (Debian, Ubuntu), " in done.out


def test_what_is_missing_comes_with_reason_and_remedy(ebtop: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, GOOD, MISSING)
    done = ebtop("doctor")
    assert done.code == 1
    assert "missing   tracepoint sched_process_exec  not in tracefs" in done.out
    assert "why:    names what is executed (for exec)" in done.out
    assert "remedy: use a kernel with CONFIG_TRACING" in done.out
    assert done.out.splitlines()[-1] == "missing: tracepoint sched_process_exec; cannot work: exec"
    assert "\x1b" not in done.out


def test_what_ebtop_can_do_without_is_no_failure(ebtop: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, GOOD, OPTIONAL)
    done = ebtop("doctor")
    assert done.code == 0
    assert "optional  BTF" in done.out


def test_on_a_terminal_it_is_a_table_that_is_as_safe(capfd: pytest.CaptureFixture[str]) -> None:
    doctor.draw([GOOD, MISSING, OPTIONAL])
    out = capfd.readouterr().out
    assert "why it matters" in out
    assert "\x1b" not in out
    assert "CONFIG_TRACING\\x1b[31m" in "".join(out.split("\n"))
