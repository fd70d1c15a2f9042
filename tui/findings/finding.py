"""A finding: something that a person should know, with its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

Kind = Literal["odd-one-out", "second-hump", "errors", "stuck", "saturated", "flooding", "flush-storm"]
Severity = Literal["critical", "warning", "notice"]


class Finding(msgspec.Struct, frozen=True):
    """Holds from `since` until `until` (nanoseconds since the epoch; None while it holds).

    id        the same for as long as it lasts, and when it comes again: `odd-one-out:sdc:read`
    title     a few words, for where there is little room: `sdc is slower than its siblings in md0`
    text      the whole sentence, with the evidence; may be made anew every tick. It holds names from the kernel:
              see `tui.text`
    brief     the evidence beside a title, where there is little room; empty: there is none but the sentence's
    numbers   the evidence for programs
    """

    id: str
    kind: Kind
    severity: Severity
    disk: str
    title: str
    text: str
    numbers: Mapping[str, int | float | str]
    since: int
    until: int | None = None
    brief: str = ""
