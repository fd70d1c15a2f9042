"""What a terminal sends, as what it means; whatever it sends, this goes on."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder

from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.geometry import Size
from textual.message import Message

LARGEST = Size(1000, 500)
"""Cells of a screen: what claims to be larger, by a sequence or in truth, has so many drawn."""
ESCAPE = "\x1b"
ESCAPE_KEY = "\x1b[27u"
"""Esc in a way that begins nothing else, as kitty(1) sends it."""
PIECES = re.compile(r"(?=\x1b)")
SEQUENCE = re.compile(r"^(?:\x1b\[?)?[0-?]*[ -/]*[@-~]?")
"""What Esc begins or has begun, to its end (ECMA-48)."""
PRESSED = re.compile(r"\x1b(?=[^\x00-\x1f\x7f-\x9f\[\]OPX^_\\])")
"""Esc before what continues no sequence. Keys with Alt come so as well, but none of them means anything here."""


class TerminalInput:
    """Bytes to events. What is not UTF-8 comes as U+FFFD: from a terminal of another encoding, or over a bad line. Esc
    and a key that follows at once are two keys. A sequence that nobody can read is left out.
    """

    def __init__(self) -> None:
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._parser = XTermParser(False)
        self._held = ""

    def take(self, data: bytes) -> list[Message]:
        """What these bytes mean, with those before. Without any: that nothing was typed for a while."""
        text, self._held = apart(self._held + self._decode(data), ended=not data)
        found: list[Message] = []
        # Nothing is fed where a character has only begun: that would mean the end.
        for piece in filter(None, PIECES.split(text)):
            try:
                found.extend(self._parser.feed(piece))
            except Exception:  # it fails over numbers that are too large for characters, and begins anew behind those
                self._parser = XTermParser(False)
                if rest := SEQUENCE.sub("", piece, count=1):
                    found.extend(self._parser.feed(rest))
        found.extend(self._parser.tick())
        return [_bounded(event) for event in found]


def _bounded(event: Message) -> Message:
    if isinstance(event, events.Resize):
        size = bounded(event.size)
        return events.Resize(size, size)
    return event


def bounded(size: tuple[int, int]) -> Size:
    """A size in cells, of at most LARGEST."""
    width, height = size
    return Size(min(width, LARGEST.width), min(height, LARGEST.height))


def apart(text: str, *, ended: bool) -> tuple[str, str]:
    """What was typed, with Esc told apart from the keys after it, and an Esc at its end that may begin a sequence; it
    does not where the typing has `ended`.
    """
    if constants.DISABLE_KITTY_KEY:  # such an Esc would not be understood
        return text, ""
    text = PRESSED.sub(ESCAPE_KEY, text)
    if not text.endswith(ESCAPE):
        return text, ""
    rest = text.removesuffix(ESCAPE)
    return (rest + ESCAPE_KEY, "") if ended else (rest, ESCAPE)
