"""Everything at once, with the screen open: execs, opens, reads, 20,000 processes; what it costs beside its peers."""

from __future__ import annotations

import os
import random
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

from bench import block, machine, peers, report
from bench.keypress import Pressed
from bench.loads import Load, compiled
from bench.ours import LIVE, Dump, screen_live
from bench.settings import Settings

MINUTES = 10.0
SECONDS = 4.0
"""How long the loads run beside each observer."""
SAMPLES = 20
PROCESSES = 20_000
HISTORY = "4m"
"""It is full before the middle: what grows from there on would go on growing."""
KEYS = (b"\t", b"k", b"v", b"V", b"?", b"q", b"G")
PROGRAM = "ebtopbench-true"
"""What is executed: a copy of true(1) by a name that nothing else has."""
COMMS = f"comm=openflood,{PROGRAM}"
BARE, SCREEN = "nobody watches", "ebtop (screen)"
LIBBPF, BPFTRACE, STRACE = "execsnoop, opensnoop, biolatency (libbpf-tools)", "bpftrace, a line each", "strace -f"
PRINTING = f"""
tracepoint:syscalls:sys_enter_openat {{ printf("%s %d %s\\n", comm, pid, str(args->filename)); }}
tracepoint:sched:sched_process_exec {{ printf("%s %d %s\\n", comm, pid, str(args->filename)); }}
{peers.BIOSNOOP}"""
DRIFT_MB, DRIFT = 10.0, 1.5
"""What is no drift: so many MB from the middle to the end; keys as many times as slow at the end."""


class Done(NamedTuple):
    """How often each was done, within so many seconds."""

    execs: int
    opens: int
    reads: int
    seconds: float


class Sample(NamedTuple):
    """Dirty memory in MB, and how long keys took in ms (median)."""

    ui_mb: float
    collector_mb: float
    key_ms: float


class Loads(NamedTuple):
    """All that runs at once: an exec storm on each core, a flood of opens, fio on a disk in memory."""

    exec: Load
    open: Load
    program: str
    device: str

    def start(self, seconds: float, prefix: Callable[[str], Sequence[str]] = lambda _: ()) -> Running:
        """Lets them run for so long, those of execs and opens under what `prefix` gives for their system call."""
        cores = sorted(os.sched_getaffinity(0))
        commands = [
            *([*prefix("execve"), *self.exec.command(core, seconds), self.program] for core in cores),
            [*prefix("openat"), *self.open.command(cores[-1], seconds)],
            block.fio(self.device, seconds),
        ]
        return Running(seconds, [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for words in commands])


class Running(NamedTuple):
    """Loads under way: those of execs, then that of opens, then fio."""

    seconds: float
    processes: Sequence[subprocess.Popen[str]]

    def done(self) -> Done:
        """Waits for their end. Raises CalledProcessError."""
        said = [process.communicate()[0] for process in self.processes]
        for process in self.processes:
            if process.returncode:
                raise subprocess.CalledProcessError(process.returncode, process.args)
        *execs, opens, fio = said
        times = [int(one.split()[0]) for one in (*execs, opens)]
        return Done(sum(times[:-1]), times[-1], block.reads(fio), self.seconds)

    def kill(self) -> None:
        """Ends those that have not ended."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()


def run(settings: Settings) -> None:
    with (
        compiled("exec") as storm,
        compiled("open") as flood,
        block.disk_in_memory() as device,
        machine.no_session_starves(),
    ):
        program = shutil.copy(machine.program("true"), storm.path.with_name(PROGRAM))
        loads = Loads(storm, flood, str(program), device)
        _beside_peers(loads, settings)
        with compiled("many") as many, _processes(many):
            _with_the_screen(loads, (settings.minutes or MINUTES) * 60)


# What it costs


def _beside_peers(loads: Loads, settings: Settings) -> None:
    figures = report.in_turn(
        settings.rounds,
        {
            BARE: _watched(loads, BARE, nullcontext),
            SCREEN: _watched(loads, SCREEN, screen_live),
            LIBBPF: _watched(loads, LIBBPF, _libbpf_tools),
            BPFTRACE: _watched(loads, BPFTRACE, lambda: peers.bpftrace(PRINTING)),
            STRACE: _watched(loads, STRACE, nullcontext, lambda call: peers.strace(call, machine.CORE)),
        },
    )
    names = [name for name in (BARE, SCREEN, LIBBPF, BPFTRACE, STRACE) if (name, "execs") in _keys(figures)]
    rows = []
    for name in names:
        each = [figures.median(f"{name}: {what}") for what in ("execs", "opens", "reads")]
        slower = [figures.ratio(f"{BARE}: {what}", f"{name}: {what}") for what in ("execs", "opens", "reads")]
        rows.append((name, *(f"{one:,.0f}" for one in each), report.number(statistics.geometric_mean(slower))))
    columns = ("all at once", "execs/s", "opens/s", "reads/s", "x slower")
    report.show("An exec storm, a flood of opens and fio, all at once", columns, rows, figures.missing)


def _keys(figures: report.Figures) -> set[tuple[str, ...]]:
    return {tuple(name.rsplit(": ", 1)) for name in figures.values}


def _watched(
    loads: Loads,
    name: str,
    observer: Callable[[], AbstractContextManager[object]],
    prefix: Callable[[str], Sequence[str]] = lambda _: (),
) -> report.Turn:
    def turn() -> Mapping[str, float]:
        with observer():
            done = loads.start(SECONDS, prefix).done()
        return {f"{name}: {what}": getattr(done, what) / SECONDS for what in ("execs", "opens", "reads")}

    return turn


@contextmanager
def _libbpf_tools() -> Iterator[None]:
    with ExitStack() as tools:
        for name, *words in (("execsnoop",), ("opensnoop",), ("biolatency", "-D")):
            tools.enter_context(peers.libbpf_tool(name, *words))
        yield


# With the screen open


@contextmanager
def _processes(many: Load) -> Iterator[None]:
    """Lets so many processes be there. Raises UnavailableError where there cannot be as many."""
    process = subprocess.Popen(
        [many.path, str(PROCESSES)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, process_group=0
    )
    assert process.stdout is not None
    try:
        made = int(process.stdout.readline())
        if made < PROCESSES:
            raise report.UnavailableError(f"there can be only {made:,} processes more, of {PROCESSES:,}")
        yield
    finally:
        process.communicate()


def _with_the_screen(loads: Loads, seconds: float) -> None:
    each = _opens_of_an_exec(loads)
    with Pressed("--history", HISTORY) as screen:
        screen.shows(LIVE)
        screen.by_hand()
        with Dump("--probe", "exec,open", "--rows", "0", COMMS) as dump, Dump("--probe", "block") as disks:
            running = loads.start(seconds)
            try:
                samples = _samples(screen, seconds)
                done = running.done()
            finally:
                running.kill()
    report.progress("")
    title = f"{seconds / 60:.3g} min of it with the screen open, and {PROCESSES:,} processes"
    shown = samples[0], samples[len(samples) // 2], samples[-1]
    rows = [(name, *(report.number(getattr(one, name)) for one in shown)) for name in Sample._fields]
    report.show(title, ("", "start", "middle", "end"), rows, {})
    _check(dump, disks, done, each, Path(loads.device).name)
    _drift(samples)


def _opens_of_an_exec(loads: Loads) -> int:
    """How many files a program opens that one of the loads executes: they are counted with those of the other."""
    with Dump("--probe", "exec,open", "--rows", "0", COMMS) as dump:
        subprocess.run([loads.program], check=True)
    return _of(dump, "open")


def _of(dump: Dump, probe: str) -> int:
    return int(dump.totals[probe]["seen"] - dump.totals[probe]["filtered"])


def _samples(screen: Pressed, seconds: float) -> list[Sample]:
    dice = random.Random(1)  # noqa: S311  the same dice for everyone
    step = seconds / SAMPLES
    began = time.monotonic()
    samples = []
    for at in range(SAMPLES):
        report.progress(f"{at * step / 60:.1f} of {seconds / 60:.1f} min")
        screen.idle(max(began + at * step - time.monotonic(), 0.0))
        keys = [_pressed(screen, key, dice) for key in KEYS]
        memory = machine.dirty_mb(screen.ui), machine.dirty_mb(screen.collector)
        samples.append(Sample(*memory, statistics.median(keys)))
    screen.idle(max(began + seconds - time.monotonic(), 0.0))
    return samples


def _pressed(screen: Pressed, key: bytes, dice: random.Random) -> float:
    screen.idle(dice.uniform(0.05, 0.3))
    return screen.press(key)


def _check(dump: Dump, disks: Dump, done: Done, each: int, disk: str) -> None:
    execs, opens = _of(dump, "exec"), _of(dump, "open")
    made = done.opens + each * done.execs
    reads = sum(
        hist["count"]
        for hist in disks.hists
        if (hist["disk"], hist["op"], hist["stage"]) == (disk, "read", "device") and "time" not in hist
    )
    found = {"exec": (execs, done.execs), "open": (opens, made), "block": (reads, done.reads)}
    for probe, (counted, true) in found.items():
        lost = (disks if probe == "block" else dump).totals[probe]["lost"]
        said = f"{counted:,} of {true:,}, {lost:,} lost, {true / done.seconds:,.0f} a second"
        report.check(f"{probe}: counted, or counted as lost", 0 <= true - counted <= lost, said)


def _drift(samples: Sequence[Sample]) -> None:
    half, third = len(samples) // 2, len(samples) // 3
    for name in ("ui_mb", "collector_mb"):
        grown = getattr(samples[-1], name) - getattr(samples[half], name)
        report.goal(f"{name}: grown from the middle to the end", grown, DRIFT_MB, " MB")
    first, last = (statistics.median(one.key_ms for one in some) for some in (samples[:third], samples[-third:]))
    report.goal("keys: the last third, as a part of the first", last / first, DRIFT)
