"""The open probe: which files are opened, by whom, how fast, and which opens fail."""

from __future__ import annotations

import struct
from typing import NamedTuple

from probes import decode
from probes.cgroups import Cgroups
from probes.columns import Column, ProbeInfo, Row
from probes.kernel.btf import Btf
from probes.kernel.loader import Hook, Loaded
from probes.kin import ABOVE, Kin
from probes.probe import PARENT, PLACE, Findings, Probe, Totals, offsets
from probes.registry import BY_ID

CALLS = {
    "open": "open",
    "openat": "openat",
    "openat2": "openat2",
    "creat": "creat",
    "by_handle": "open_by_handle_at",
}
"""Program name by what follows enter_, and system call. Some machines have no open and no creat."""

BY_HANDLE = 4
_ROW = struct.Struct(f"=QQQQIIIIiIIIII{ABOVE.size}s16s")


class _Call(NamedTuple):
    """The fixed part of `struct row` in open.bpf.c."""

    start: int
    latency: int
    flags: int
    cgroup: int
    tgid: int
    tid: int
    ppid: int
    uid: int
    ret: int
    call: int
    path_size: int
    trees: int
    names_size: int
    rooted: int
    above: bytes
    comm: bytes

    @property
    def by_handle(self) -> bool:
        return self.call == BY_HANDLE


class OpenReader:
    """Rows of the open probe."""

    def __init__(self, loaded: Loaded) -> None:
        self._ring = loaded.ring("rows")
        self._cgroups = Cgroups()

    def drain(self) -> Findings:
        offset = decode.wall_offset_ns()
        rows: list[Row] = []
        kin = Kin()
        undecodable = 0
        for record in self._ring.drain():
            if len(record) < _ROW.size:
                undecodable += 1
            else:
                call = _Call._make(_ROW.unpack_from(record))
                kin.add(call.ppid, call.above)
                rows.append(_row(call, record[_ROW.size :], offset, self._cgroups))
        return Findings(rows, [], undecodable, kin=kin.parents())

    def totals(self) -> Totals:
        return Totals()

    def set_slow(self, us: float | None) -> None:
        """Each of its events is a row."""

    def settle(self) -> None:
        """Its rows need none."""

    def close(self) -> None:
        self._ring.close()
        self._cgroups.close()


def _row(call: _Call, data: bytes, offset: int, cgroups: Cgroups) -> Row:
    path, note = _path(call, data)
    return [
        call.start + offset,
        call.tgid,
        call.tid,
        call.ppid or None,
        decode.comm(call.comm),
        decode.user(call.uid),
        call.uid,
        call.ret if call.ret >= 0 else None,
        decode.error_name(-call.ret) if call.ret < 0 else None,
        decode.open_flags(call.flags),
        call.latency / 1000,
        path,
        note,
        cgroups.path(call.cgroup) or None,
        call.trees,
    ]


def _path(call: _Call, data: bytes) -> tuple[str | None, str | None]:
    """The path of an open as whole as the kernel could tell it, and what is wrong with it (see the column's help)."""
    asked = data[: call.path_size].rstrip(b"\0")
    names = data[call.path_size : call.path_size + call.names_size].split(b"\0")[-2::-1]
    whole = b"/" + b"/".join([*names, asked.removeprefix(b"./")] if asked else names)
    if call.rooted:
        return _text(whole), "handle" if call.by_handle else None
    if asked.startswith(b"/") or (not asked and call.path_size):
        return _text(asked), None
    if call.by_handle:
        return None, "handle"
    return (_text(asked), "relative") if asked else (None, "unread")


def _text(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")


FIELDS = PARENT | {
    "TASK_COMM": ("task_struct", "comm"),
    "TASK_FILES": ("task_struct", "files"),
    "TASK_FS": ("task_struct", "fs"),
    "FILES_FDT": ("files_struct", "fdt"),
    "FDT_FD": ("fdtable", "fd"),
    "FILE_PATH": ("file", "f_path"),
    "FS_PWD": ("fs_struct", "pwd"),
    "VFSMOUNT_ROOT": ("vfsmount", "mnt_root"),
    "MOUNT_MNT": ("mount", "mnt"),
    "MOUNT_PARENT": ("mount", "mnt_parent"),
    "MOUNT_MOUNTPOINT": ("mount", "mnt_mountpoint"),
    "DENTRY_PARENT": ("dentry", "d_parent"),
    "DENTRY_NAME": ("dentry", "d_name"),
    "QSTR_NAME": ("qstr", "name"),
}


def _facts(btf: Btf) -> dict[str, int]:
    return offsets(btf, FIELDS)


PROBE = Probe(
    info=ProbeInfo(
        *BY_ID["open"],
        view="rows",
        columns=(
            Column("time", "TIME", "time", 12, "when the call began"),
            Column("pid", "PID", "pid", 7, "process id"),
            Column("tid", "TID", "pid", 7, "thread id"),
            Column("ppid", "PPID", "pid", 0, "process id of the parent"),
            Column("comm", "COMM", "word", 15, "name of the thread"),
            Column("user", "USER", "word", 8, "user who opens"),
            Column("uid", "UID", "number", 0, "numeric user id"),
            Column("fd", "FD", "number", 4, "file descriptor that it got"),
            Column("error", "ERROR", "error", 8, "why it failed"),
            Column("flags", "FLAGS", "word", 18, "flags of open(2)"),
            Column("latency_us", "LAT us", "us", 8, "from the start of the call to its end, in microseconds"),
            Column(
                "path", "PATH", "text", 24, "file, made whole where it was given relative to a directory", grow=True
            ),
            Column(
                "path_note",
                "NOTE",
                "word",
                0,
                "relative: to a directory that could not be told; handle: opened by handle; unread",
            ),
            *PLACE,
        ),
    ),
    hooks=(
        *(Hook(f"enter_{name}", f"syscalls/sys_enter_{call}", call != "openat") for name, call in CALLS.items()),
        *(Hook("leave_any", f"syscalls/sys_exit_{call}", call != "openat") for call in CALLS.values()),
    ),
    facts=_facts,
    reader=OpenReader,
    counting=("leave_any",),
)
