"""Times as they are typed: `14:03:20`, `14:03`, `-5m`, `+1m30s`. Pure, but for the time zone."""

from __future__ import annotations

import re
import time

SECOND = 1_000_000_000
_UNITS_S = {"h": 3600, "m": 60, "s": 1, "": 1}
_MOST = (24, 60, 60)
_NAMES = ("hours", "minutes", "seconds")
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)([hms]?)")
_NUMBER = re.compile(r"\d{1,2}")


class WhenError(ValueError):
    """What is wrong with a time, and at which character."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


def parse(text: str, shown: int) -> int:
    """The time meant, `shown` being the one that is looked at, both in nanoseconds since the epoch.

    A time of day is the one nearest to that; `-5m` and `+30s` are counted from it. Raises WhenError.
    """
    start = len(text) - len(text.lstrip())
    text = text.rstrip()
    if text[start : start + 1] in ("+", "-"):
        length = _length(text, start + 1)
        return shown + (length if text[start] == "+" else -length)
    return _nearest(_of_day(text, start), shown)


def _length(text: str, at: int) -> int:
    """A length of time, in nanoseconds."""
    if at == len(text):
        raise WhenError("how far? as in -5m or +30s", at)
    seconds = 0.0
    while at < len(text):
        found = _LENGTH.match(text, at)
        if not found:
            raise WhenError("write it like 5m, 30s, 1h or 1m30s", at)
        number, unit = found.groups()
        seconds += float(number) * _UNITS_S[unit]
        at = found.end()
    if seconds > 366 * 86400:
        raise WhenError("that is too far", 1)
    return round(seconds * SECOND)


def _of_day(text: str, at: int) -> tuple[int, int, int]:
    """Hours, minutes and seconds."""
    if at == len(text):
        raise WhenError("a time like 14:03:20 or 14:03, or from here -5m or +30s", at)
    numbers: list[int] = []
    for most, name in zip(_MOST, _NAMES, strict=True):
        found = _NUMBER.match(text, at)
        if not found:
            raise WhenError(f"{name} go here, as in 14:03:20", at)
        if int(found[0]) >= most:
            raise WhenError(f"there are {most} {name}, from 0 on", at)
        numbers.append(int(found[0]))
        at = found.end()
        if at == len(text) and len(numbers) > 1:
            break
        if text[at : at + 1] != ":" or len(numbers) == len(_NAMES):
            raise WhenError("write it like 14:03:20, or from here -5m", at)
        at += 1
    hours, minutes, seconds = (*numbers, 0)[:3]
    return hours, minutes, seconds


def _nearest(of_day: tuple[int, int, int], shown: int) -> int:
    day = time.localtime(shown // SECOND)
    times = (
        int(time.mktime((day.tm_year, day.tm_mon, day.tm_mday + days, *of_day, 0, 0, -1))) * SECOND
        for days in (-1, 0, 1)
    )
    return min(times, key=lambda one: abs(one - shown))
