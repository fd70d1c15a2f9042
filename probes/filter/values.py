"""What the values of a term mean, by the kind of its key."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping

from probes.disk_sums import OPS
from probes.filter.errors import FilterError
from probes.filter.keys import Key, Kind
from probes.filter.match import ERRORS, SIGNALS, UNNAMED_ERROR, regex
from probes.filter.regex import RegexError
from probes.filter.terms import MOST, Pattern
from probes.filter.words import Word

COMM_BYTES = 15
"""What the kernel keeps of a name (TASK_COMM_LEN less the NUL)."""
MOST_REGEX = 200
MOST_CODES = 256
PATHS = ("path", "cgroup", "arg", "")
"""Keys whose values may well begin and end with a slash: there `/x/` is a path, and `~` asks for an expression."""
EXPRESSION = re.compile(r"^/\^|\$/$|\.[*+]|\\(?!x[0-9a-f]{2})")
"""What a path between slashes hardly has, and an expression does."""
WRITTEN_OUT = re.compile(r"\\x[0-9a-f]{2}")
"""A byte that is not UTF-8, as rows have it."""
COMPARISONS = ("<", "<=", ">", ">=")
UNITS = {"us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
LATENCY = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(us|ms|s)", re.ASCII)
NUMBER = re.compile(r"-?\d{1,10}", re.ASCII)


def pattern(key: Key, operator: str, value: Word) -> Pattern:
    """What one value behind `operator` is to mean. Raises FilterError."""
    if operator not in _OPERATORS[key.kind]:
        *others, last = _OPERATORS[key.kind]
        raise FilterError(
            f"{key.name} takes {', '.join(others)} or {last}: write {key.takes}", value.start - len(operator)
        )
    return _PATTERNS[key.kind](key, operator, value)


def is_number(text: str, bound: int) -> bool:
    """Whether a text is a whole number below a bound."""
    return text.isascii() and text.isdigit() and len(text) <= len(str(bound)) and int(text) < bound


def _number(key: Key, _operator: str, value: Word) -> Pattern:
    if not is_number(value.text, 1 << 31):
        raise FilterError(f"{value.text!r} is not a process id: {key.name}: takes whole numbers", value.start)
    return Pattern("is", str(int(value.text)))


def _text(key: Key, operator: str, value: Word) -> Pattern:
    if "\0" in value.text:
        raise FilterError("the kernel's names have no NUL: leave it out", value.places[value.text.index("\0")])
    if operator == "~":
        return _regex(value)
    plain = operator == "=" or all(value.quoted)
    if not plain and _in_slashes(value):
        if takes_slashes(key, operator):
            return _regex(value.cut(1, len(value.text) - 1))
        if EXPRESSION.search(value.text):
            meant = value.text[1:-1].replace("\\/", "/")
            raise FilterError(
                f"a path here: write {key.name or 'path'}~{meant} for an expression, or quote it", value.start
            )
    if not plain and _is_glob(value):
        return Pattern("glob", "".join(_literal(*each) for each in zip(value.text, value.quoted, strict=True)))
    if key.name == "comm" and len(WRITTEN_OUT.sub("?", value.text).encode("utf-8", "replace")) > COMM_BYTES:
        raise FilterError(f"{value.text!r} is longer than a comm can be: use at most {COMM_BYTES} bytes", value.start)
    text = str(int(value.text)) if key.kind == "user" and is_number(value.text, 1 << 32) else value.text
    return Pattern("is" if operator == "=" else key.plain, text)


def takes_slashes(key: Key, operator: str) -> bool:
    """Whether a value between slashes is an expression there."""
    return key.kind in ("text", "user") and operator == ":" and key.name not in PATHS


def _in_slashes(value: Word) -> bool:
    ends = value.text[:1] == value.text[-1:] == "/" and not value.quoted[0] and not value.quoted[-1]
    return ends and len(value.text) > len("//")


def _is_glob(value: Word) -> bool:
    opening = value.find("[")
    return value.find("*?") >= 0 or (opening >= 0 and value.find("]", opening + 2) >= 0)


def _literal(character: str, quoted: bool) -> str:
    return f"[{character}]" if quoted and character in "*?[" else character


def _regex(value: Word) -> Pattern:
    if len(value.text) > MOST_REGEX:
        raise FilterError(f"longer than {MOST_REGEX} characters: use a shorter expression", value.start)
    try:
        regex(value.text)
    except RegexError as error:
        raise FilterError(str(error), value.place(error.position)) from None
    return Pattern("regex", value.text)


def _choice(key: Key, _operator: str, value: Word) -> Pattern:
    if value.text not in OPS:
        raise FilterError(f"{value.text!r} is none of {', '.join(OPS)}: use one of them", value.start)
    return Pattern("is", value.text)


def _error(_key: Key, _operator: str, value: Word) -> Pattern:
    text = value.text
    name = text.upper()
    if text == "*":
        return Pattern("range", text, -UNNAMED_ERROR, -1)
    if text.lower() == "none" or text == "0":
        return Pattern("range", text, 0, MOST)
    number = int(text.removeprefix("-")) if NUMBER.fullmatch(text) else ERRORS.get(name, 0)
    if not 0 < number <= UNNAMED_ERROR:
        near = difflib.get_close_matches(name, ERRORS, 1)
        guess = f" (did you mean {near[0]}?)" if near else ""
        raise FilterError(f"no error {text!r}{guess}: write err:ENOENT, err:2, err:* or err:none", value.start)
    return Pattern("range", text, -number, -number)


def _return(_key: Key, operator: str, value: Word) -> Pattern:
    if not NUMBER.fullmatch(value.text):
        raise FilterError(f"{value.text!r} is not what a call returns: write ret:3, ret:-2 or ret<0", value.start)
    return _range(operator, value.text, int(value.text), -MOST)


def _end(_key: Key, operator: str, value: Word) -> Pattern:
    """Exit codes; a signal stands for its number below 0."""
    text = value.text
    if is_number(text, MOST_CODES):
        return _range(operator, text, int(text), 0)
    name = text.upper()
    number = SIGNALS.get(name) or SIGNALS.get(f"SIG{name}")
    if operator in COMPARISONS or (number is None and text != "*"):
        raise FilterError(f"{text!r} is neither an exit code nor a signal: write exit:1 or exit:SIGSEGV", value.start)
    return Pattern("range", text, -MOST, MOST) if number is None else Pattern("range", text, -number, -number)


def _latency(_key: Key, operator: str, value: Word) -> Pattern:
    found = LATENCY.fullmatch(value.text)
    if found is None:
        raise FilterError(f"{value.text!r} is not a time: write 500us, 10ms or 1s", value.start)
    return _range(operator, value.text, round(float(found[1]) * UNITS[found[2]]), 0)


def _range(operator: str, text: str, number: int, least: int) -> Pattern:
    """Whole numbers that compare so with `number`, none of them below `least`."""
    low = number + 1 if operator == ">" else number if operator in (">=", ":", "=") else least
    high = number - 1 if operator == "<" else number if operator in ("<=", ":", "=") else MOST
    return Pattern("range", operator + text, low, high)


_PATTERNS: Mapping[Kind, Callable[[Key, str, Word], Pattern]] = {
    "number": _number,
    "user": _text,
    "text": _text,
    "choice": _choice,
    "error": _error,
    "return": _return,
    "end": _end,
    "latency": _latency,
}
_OPERATORS: Mapping[Kind, tuple[str, ...]] = {
    "number": (":", "="),
    "user": (":", "=", "~"),
    "text": (":", "=", "~"),
    "choice": (":", "="),
    "error": (":", "="),
    "return": (":", "=", *COMPARISONS),
    "end": (":", "=", *COMPARISONS),
    "latency": COMPARISONS,
}
