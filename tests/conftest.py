"""What every test may count on, and when live tests may be left out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator
from functools import cache

import pytest

REQUIRE_LIVE = "EBTOP_REQUIRE_LIVE"
"""Set to 1 where live tests must run: as root, a live test that is skipped then counts as failed."""


NOWHERE = "/dev/null/nowhere"
"""A folder that nobody can have or make."""


@pytest.fixture(scope="session", autouse=True)
def _without_settings() -> Generator[None, None, None]:
    """What whoever runs the tests has set and chosen for ebtop is neither heeded nor changed."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, NOWHERE)
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--part",
        choices=("together", "alone"),
        help="only tests that may run beside each other, or only those that want the machine for themselves",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    part = config.getoption("part")
    if part is None:
        return
    chosen: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        alone = item.get_closest_marker("live") or item.get_closest_marker("alone")
        (chosen if bool(alone) == (part == "alone") else others).append(item)
    config.hook.pytest_deselected(items=others)
    items[:] = chosen


@cache
def why_not_live() -> str:
    """Why live tests cannot run here, in one line; empty where they can."""
    if os.geteuid() != 0:
        return "live tests need root"
    command = [sys.executable, "-m", "tui.cli", "doctor"]  # a process of its own: bcc and its compiler stay out of here
    doctor = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if doctor.returncode == 0 else f"ebtop doctor: {(doctor.stdout + doctor.stderr).splitlines()[-1]}"


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("live") and (reason := why_not_live()):
        pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    must_run = os.environ.get(REQUIRE_LIVE) == "1" and os.geteuid() == 0
    if must_run and report.skipped and item.get_closest_marker("live"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{REQUIRE_LIVE}=1, and this live test was skipped: {reason}"
    return report
