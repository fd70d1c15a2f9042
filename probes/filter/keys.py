"""Every key that a filter can name: what help, completion and documentation are made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

Kind = Literal["number", "user", "text", "error", "return", "end", "latency", "choice"]
"""How the values of a key are read: see probes.filter.values."""
Plain = Literal["has", "is", "prefix"]
"""What a value without anything special means behind a colon: the field contains it, is it, or begins with it."""

ROWS = ("exec", "open")
ALL = ("exec", "open", "block")
BARE = ""
"""The key of a word without one."""


class Key(msgspec.Struct, frozen=True):
    """A key: `takes` is an example to type, `help` one line, `probes` those whose events have such a field."""

    name: str
    kind: Kind
    takes: str
    help: str
    probes: tuple[str, ...]
    plain: Plain = "is"


def _by_name(*keys: Key) -> Mapping[str, Key]:
    return {key.name: key for key in keys}


KEYS = _by_name(
    Key("pid", "number", "pid:1,2", "process id: a process with all its threads", ALL),
    Key("tid", "number", "tid:1", "thread id", ALL),
    Key("ppid", "number", "ppid:1", "process id of the parent", ROWS),
    Key("tree", "number", "tree:1", "a process and all its descendants, followed as they fork", ALL),
    Key("comm", "text", "comm:ngin", "name of the thread", ALL, "has"),
    Key("user", "user", "user:www-data", "user name or uid", ALL),
    Key("unit", "text", "unit:nginx", "systemd unit or container, as the screen names it", ALL, "has"),
    Key("cgroup", "text", "cgroup:system.slice", "path of the cgroup", ALL, "has"),
    Key("container", "text", "container:0123ab", "id or name of the container, or how it begins", ALL, "prefix"),
    Key("path", "text", "path:/etc/", "file that is opened, or that is to be run", ROWS, "has"),
    Key("arg", "text", "arg:--help", "any argument of the program, or all of them in a row", ("exec",), "has"),
    Key("ret", "return", "ret:3", "what the call returned: a file descriptor or 0, or an errno below 0", ROWS),
    Key("err", "error", "err:ENOENT", "errno by name or number; err:* any error, err:none none", ALL),
    Key("exit", "end", "exit:1", "exit code, or the signal that ended it: exit:SIGSEGV; once it has ended", ("exec",)),
    Key("age", "latency", "age>1s", "from the fork of the process to its end, once it has ended", ("exec",)),
    Key(
        "lat",
        "latency",
        "lat>10ms",
        "how long it took, with us, ms or s; of block slow requests only",
        ("open", "block"),
    ),
    Key("queue", "latency", "queue>1ms", "of that, the time before the device had it; slow requests only", ("block",)),
    Key("device", "latency", "device>10ms", "of that, the time in the device; slow requests only", ("block",)),
    Key(
        "flags", "text", "flags:O_CREAT", "flags of the open; of block of slow requests only", ("open", "block"), "has"
    ),
    Key("disk", "text", "disk:sda", "disk", ("block",)),
    Key("op", "choice", "op:write", "read, write, flush, discard or other", ("block",)),
)
"""By name, in the order in which they are told."""

PLAIN_WORD = Key(BARE, "text", "nginx", "name, path or an argument contains it", ALL, "has")
"""What a word without a key is."""
WORK_KEYS = ("pid", "comm", "unit", "cgroup", "container", "disk", "op")
"""What is known of what a process asked of a disk (probes.disk_sums.Work); the rest the kernel tests."""
BARE_KEYS = ("comm", "path", "arg")
"""Where a word without a key is looked for."""
LATER_KEYS = ("exit", "age")
"""What a row tells only once its process has ended."""


def key_of(name: str) -> Key:
    """The key of a term."""
    return KEYS[name] if name else PLAIN_WORD


def has(probe: str, name: str) -> bool:
    """Whether the events of a probe have what a key asks for."""
    return probe in key_of(name).probes
