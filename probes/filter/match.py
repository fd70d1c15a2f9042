"""Whether a row passes a condition."""

from __future__ import annotations

import errno
import fnmatch
import re
import signal
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import isfinite

from probes.columns import Value
from probes.filter.keys import BARE, BARE_KEYS, LATER_KEYS
from probes.filter.regex import Regex
from probes.filter.terms import Node, Pattern, Term
from probes.unit_names import container_names, unit_name

Fields = Mapping[str, Value]

UNNAMED_ERROR = 4095
"""Stands for an error that has no number: the largest that the kernel returns."""
UNNAMED_SIGNAL = 127
"""Stands for a signal that has no number: the largest that wait(2) tells."""
MOST_DIGITS = 10
"""Digits that a number in such a name may have: a recording may claim any, and Python refuses thousands."""
RESTARTS = {"ERESTARTSYS": 512, "ERESTARTNOINTR": 513, "ERESTARTNOHAND": 514, "ERESTART_RESTARTBLOCK": 516}
"""What a system call that a signal interrupted returns inside the kernel (linux/errno.h)."""
ERRORS = {name: number for number, name in errno.errorcode.items()} | RESTARTS
SIGNALS = {name: int(number) for name, number in signal.Signals.__members__.items()} | {
    f"SIGRTMIN+{n}": signal.SIGRTMIN + n for n in range(1, signal.SIGRTMAX - signal.SIGRTMIN)
}


def holds(node: Node, fields: Fields) -> bool:
    """Whether a condition holds for a row. What the row has no field for does not fit, so its negation holds; of what
    it will tell only later neither holds yet. What holds does so for ever, whatever the row tells later.
    """
    return _verdict(node, fields) is True


def _verdict(node: Node, fields: Fields) -> bool | None:
    """Whether it holds; None: that cannot be known yet."""
    if isinstance(node, Term):
        fits = _fits(node, fields)
        return fits if fits is None else fits != node.negated
    unknown = False
    for part in node.parts:
        verdict = _verdict(part, fields)
        if verdict is node.any:
            return node.any != node.negated
        unknown |= verdict is None
    return None if unknown else node.any == node.negated


def _fits(term: Term, fields: Fields) -> bool | None:
    if term.patterns[0].test == "range":
        number = _NUMBERS[term.key](fields)
        if number is None:
            return None if term.key in LATER_KEYS and "code" in fields else False
        return any(pattern.low <= number <= pattern.high for pattern in term.patterns)
    texts = _texts(term.key, fields)
    return any(fits_text(pattern, text) for text in texts for pattern in term.patterns)


def fits_text(pattern: Pattern, text: str) -> bool:
    """Whether a text fits what was typed."""
    match pattern.test:
        case "has":
            return pattern.text in text
        case "is":
            return pattern.text == text
        case "prefix":
            return text.startswith(pattern.text)
        case "glob":
            return _glob(pattern.text).match(text) is not None
        case "regex":
            return regex(pattern.text).search(text)
    return False


@lru_cache(512)
def _glob(text: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(text))


@lru_cache(16)
def regex(text: str) -> Regex:
    """The regular expression of a text, made once. Raises RegexError."""
    return Regex(text)


def _texts(key: str, fields: Fields) -> Sequence[str]:
    """What a row has to be compared with the values of a key."""
    if key == BARE:
        return [text for name in BARE_KEYS for text in _texts(name, fields)]
    if key in _TEXTS:
        return _TEXTS[key](fields)
    return _strings(fields.get(key))


def _strings(*values: Value) -> list[str]:
    return [str(value) for value in values if value is not None]


def _user(fields: Fields) -> list[str]:
    return _strings(fields.get("user"), fields.get("uid"))


def _path(fields: Fields) -> list[str]:
    return _strings(fields.get("path"), fields.get("filename"))


def _arguments(fields: Fields) -> list[str]:
    argv = fields.get("argv")
    return [*argv, " ".join(argv)] if isinstance(argv, list) else []


def _tree(fields: Fields) -> list[str]:
    """The process, its parent, and those above it that a session was asked to follow, as far as it noted them."""
    noted = fields.get("tree")
    return _strings(fields.get("pid"), fields.get("ppid")) + (noted.split(",") if isinstance(noted, str) else [])


def _of_cgroup(name: Callable[[str], Sequence[str]]) -> Callable[[Fields], Sequence[str]]:
    def texts(fields: Fields) -> Sequence[str]:
        cgroup = fields.get("cgroup")
        return name(cgroup) if isinstance(cgroup, str) and cgroup else ()

    return texts


_TEXTS: Mapping[str, Callable[[Fields], Sequence[str]]] = {
    "user": _user,
    "path": _path,
    "arg": _arguments,
    "tree": _tree,
    "unit": _of_cgroup(lambda path: (unit_name(path),)),
    "container": _of_cgroup(container_names),
}


def _returned(fields: Fields) -> int | None:
    """What a call returned; errors below 0, None where a row does not tell."""
    returned, fd = fields.get("ret"), fields.get("fd")
    if isinstance(returned, int):
        return returned
    if fd is None and fields.get("error") is None and "filename" not in fields:
        return None
    return fd if isinstance(fd, int) else _error(fields)


def _error(fields: Fields) -> int | None:
    """0, or an errno below 0."""
    if "error" not in fields:
        return None
    name = fields["error"]
    if name is None:
        return 0
    return -_numbered(str(name), ERRORS, UNNAMED_ERROR)


def _end(fields: Fields) -> int | None:
    """The exit code, or the number of a signal below 0."""
    code, name = fields.get("code"), fields.get("signal")
    if not isinstance(name, str):
        return code if isinstance(code, int) else None
    return -_numbered(name, SIGNALS, UNNAMED_SIGNAL)


def _numbered(name: str, known: Mapping[str, int], unnamed: int) -> int:
    """The number of a name that is known, or that ends with it: `errno 524`."""
    digits = name.rpartition(" ")[2]
    tells = digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS
    return known.get(name, int(digits) if tells else unnamed)


def _latency_ns(fields: Fields) -> int | None:
    latency, queue, device = (fields.get(name) for name in ("latency_us", "queue_us", "device_us"))
    if isinstance(latency, int | float):
        return nanoseconds(latency, 1000)
    if isinstance(queue, int | float) and isinstance(device, int | float):
        return nanoseconds(queue + device, 1000)
    return None


def nanoseconds(value: Value, unit_ns: int) -> int | None:
    """A time of a row as it is compared; None where it is none."""
    return round(value * unit_ns) if isinstance(value, int | float) and isfinite(value) else None


_NUMBERS: Mapping[str, Callable[[Fields], int | None]] = {
    "ret": _returned,
    "err": _error,
    "exit": _end,
    "lat": _latency_ns,
    "age": lambda fields: nanoseconds(fields.get("age_ms"), 1_000_000),
    "queue": lambda fields: nanoseconds(fields.get("queue_us"), 1000),
    "device": lambda fields: nanoseconds(fields.get("device_us"), 1000),
}
