"""The exec probe: which programs start, by whom, with which arguments, and how they end."""

from __future__ import annotations

import signal
import struct
from collections import OrderedDict

from probes import decode
from probes.cgroups import Cgroups
from probes.columns import Column, ProbeInfo, Row
from probes.kernel.btf import Btf
from probes.kernel.loader import Hook, Loaded
from probes.kin import ABOVE, Kin
from probes.probe import PARENT, PLACE, Findings, Probe, Totals, offsets
from probes.registry import BY_ID
from probes.snapshot import Exit

FIELDS = PARENT | {
    "TASK_COMM": ("task_struct", "comm"),
    "TASK_MM": ("task_struct", "mm"),
    "TASK_GROUP_LEADER": ("task_struct", "group_leader"),
    "TASK_START_TIME": ("task_struct", "start_time"),
    "TASK_EXIT_CODE": ("task_struct", "exit_code"),
    "MM_ARG_START": ("mm_struct", "arg_start"),
    "MM_ARG_END": ("mm_struct", "arg_end"),
    "BINPRM_FILENAME": ("linux_binprm", "filename"),
    "BINPRM_INTERP": ("linux_binprm", "interp"),
    "BINPRM_ARGC": ("linux_binprm", "argc"),
    "SIGNAL_FLAGS": ("signal_struct", "flags"),
    "SIGNAL_GROUP_EXIT_CODE": ("signal_struct", "group_exit_code"),
}

MOST_ALIVE = 32768
_ROW = struct.Struct(f"=QIIIIiIQIIIIII{ABOVE.size}s16s16s")
_END = struct.Struct("=QQII")


class ExecReader:
    """Rows of the exec probe, and the ends of the processes that they show."""

    def __init__(self, loaded: Loaded) -> None:
        self._rows, self._ends = loaded.ring("rows"), loaded.ring("ends")
        self._row_of: OrderedDict[int, int] = OrderedDict()
        self._made = 0
        self._cgroups = Cgroups()

    def drain(self) -> Findings:
        # Ends first: whatever has ended by now was sent as a row before, so its row is read below.
        ended = [record for record in self._ends.drain() if len(record) == _END.size]
        offset = decode.wall_offset_ns()
        rows: list[Row] = []
        kin = Kin()
        undecodable = 0
        for record in self._rows.drain():
            if len(record) < _ROW.size:
                undecodable += 1
                continue
            pid, ok, row = _row(record, offset, self._cgroups, kin)
            if ok:
                self._remember(pid, self._made)
            rows.append(row)
            self._made += 1
        exits = [made for record in ended if (made := self._exit(record)) is not None]
        return Findings(rows, exits, undecodable, kin=kin.parents())

    def _remember(self, pid: int, row: int) -> None:
        self._row_of[pid] = row
        self._row_of.move_to_end(pid)
        if len(self._row_of) > MOST_ALIVE:
            self._row_of.popitem(last=False)

    def _exit(self, record: bytes) -> Exit | None:
        _time, age, pid, status = _END.unpack(record)
        row = self._row_of.pop(pid, None)
        if row is None:
            return None
        number = status & 0x7F  # wait(2): the low 7 bits are the signal, the next byte is the code
        return Exit(
            row, pid, None if number else status >> 8 & 0xFF, signal_name(number) if number else None, age / 1e6
        )

    def totals(self) -> Totals:
        return Totals()

    def set_slow(self, us: float | None) -> None:
        """Each of its events is a row."""

    def settle(self) -> None:
        """Its rows need none."""

    def close(self) -> None:
        self._rows.close()
        self._ends.close()
        self._cgroups.close()


def signal_name(number: int) -> str:
    """The name of a signal, e.g. SIGKILL for 9; real-time ones as SIGRTMIN+n."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIGRTMIN+{number - signal.SIGRTMIN}" if number > signal.SIGRTMIN else f"signal {number}"


def _row(record: bytes, offset: int, cgroups: Cgroups, kin: Kin) -> tuple[int, bool, Row]:
    """The process, whether the exec succeeded, and the row."""
    *head, argc, args, path, interpreter, cut, unread, above, comm, parent_comm = _ROW.unpack_from(record)
    when, tgid, tid, ppid, uid, ret, trees, cgroup = head
    kin.add(ppid, above)
    at = _ROW.size
    argv = [part.decode("utf-8", "backslashreplace") for part in record[at : at + args].split(b"\0")]
    if not cut or not argv[-1]:
        argv.pop()  # behind the last NUL there is no argument
    note = "cut" if cut or (argc and len(argv) < argc and not unread) else "unread" if unread else None
    at += args
    row: Row = [
        when + offset,
        tgid,
        ppid or None,
        decode.comm(parent_comm),
        decode.user(uid),
        uid,
        decode.comm(comm),
        decode.error_name(-ret) if ret < 0 else None,
        None,
        None,
        None,
        decode.text(record[at : at + path]),
        decode.text(record[at + path : at + path + interpreter]) if interpreter else None,
        list(argv),
        note,
        argc,
        tid,
        ret,
        cgroups.path(cgroup) or None,
        trees,
    ]
    return tgid, ret >= 0, row


def _facts(btf: Btf) -> dict[str, int]:
    return offsets(btf, FIELDS)


PROBE = Probe(
    info=ProbeInfo(
        *BY_ID["exec"],
        view="rows",
        columns=(
            Column("time", "TIME", "time", 12, "when the program was started"),
            Column("pid", "PID", "pid", 7, "process id"),
            Column("ppid", "PPID", "pid", 7, "process id of the parent"),
            Column("parent_comm", "PARENT", "word", 12, "name of the parent"),
            Column("user", "USER", "word", 8, "user who runs it"),
            Column("uid", "UID", "number", 0, "numeric user id"),
            Column("comm", "COMM", "word", 15, "name of the process after the exec; the caller's if it failed"),
            Column("error", "ERROR", "error", 8, "why it failed"),
            Column("code", "EXIT", "number", 4, "exit code, when it has ended", later=True),
            Column("signal", "SIGNAL", "word", 7, "signal that ended it", later=True),
            Column("age_ms", "AGE ms", "ms", 8, "from the fork of the process to its end, in ms", later=True),
            Column("filename", "FILE", "text", 0, "file that was to be run, as the caller named it"),
            Column("interpreter", "INTERPRETER", "text", 0, "program that runs it, where it is a script"),
            Column("argv", "ARGUMENTS", "argv", 24, "arguments, quoted as a shell would", grow=True),
            Column("argv_note", "NOTE", "word", 0, "cut: there were more; unread: they could not be read"),
            Column("argc", "ARGC", "number", 0, "how many arguments there were"),
            Column("tid", "TID", "pid", 0, "thread that called"),
            Column("ret", "RET", "number", 0, "what the call returned: 0, or an errno below 0"),
            *PLACE,
        ),
    ),
    hooks=(
        Hook("executed", "sched_process_exec"),
        Hook("ended", "sched_process_exit"),
        Hook("enter_execve", "syscalls/sys_enter_execve"),
        Hook("enter_execveat", "syscalls/sys_enter_execveat"),
        Hook("leave_any", "syscalls/sys_exit_execve"),
        Hook("leave_any", "syscalls/sys_exit_execveat"),
    ),
    facts=_facts,
    reader=ExecReader,
    counting=("executed", "leave_any"),
)
