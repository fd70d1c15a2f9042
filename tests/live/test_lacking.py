"""What a kernel lacks is said, with the remedy, by doctor and where the probe would be; the others go on."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.live.session import EBTOP, PATIENCE_S, ROOT

pytestmark = pytest.mark.live

NO_OPENAT = """
mountpoint -q /sys/kernel/tracing || mount -t tracefs none /sys/kernel/tracing
mount -t tmpfs none /sys/kernel/tracing/events/syscalls/sys_enter_openat
"""
NO_TYPES = """
mount -t tmpfs none /sys/kernel/btf
mkdir -p /var/cache/ebtop && mount -t tmpfs none /var/cache/ebtop
"""


def run(lacking: str, *words: str) -> subprocess.CompletedProcess[str]:
    """ebtop where something of the kernel is hidden from it."""
    command = ["unshare", "-m", "sh", "-ec", f'{lacking}\nexec "$@"', "sh", *EBTOP, *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=5 * PATIENCE_S, check=False)


def states(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """How each probe began."""
    found: dict[str, str] = json.loads(done.stdout.splitlines()[0])["probes"]
    return found


def test_without_one_tracepoint_the_other_probes_go_on() -> None:
    done = run(NO_OPENAT, "dump", "--for", "0s")
    of = states(done)
    assert (of["exec"], of["block"]) == ("on", "on")
    assert of["open"].startswith("failed: cannot attach to tracepoint syscalls/sys_enter_openat")
    assert (done.returncode, done.stderr) == (1, "")
    doctor = run(NO_OPENAT, "doctor")
    assert doctor.returncode == 1
    assert doctor.stdout.splitlines()[-1] == "missing: probe open; cannot work: open"


def test_without_types_the_remedy_is_told() -> None:
    done = run(NO_TYPES, "dump", "--for", "0s")
    of = states(done)
    assert all(state.startswith("failed: the kernel has no type information") for state in of.values())
    assert all("CONFIG_DEBUG_INFO_BTF=y" in state for state in of.values())
    assert done.returncode == 1
    doctor = run(NO_TYPES, "doctor")
    assert doctor.returncode == 1
    assert "CONFIG_DEBUG_INFO_BTF=y" in doctor.stdout
    assert doctor.stdout.splitlines()[-1].startswith("missing: BTF; cannot work:")
