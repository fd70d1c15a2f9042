"""What may reach a terminal: the sequences that draw a screen, each in full, and text of plainly visible cells."""

from __future__ import annotations

import re
import unicodedata

from rich.cells import get_character_cell_size

MODES = rb"7|25|1000|1003|1004|1006|1015|1049|2004"
SEQUENCE = re.compile(
    rb"\x1b(?:"
    rb"\[[0-9;:]*m"  # colours and attributes
    rb"|\[[0-9]{1,4};[0-9]{1,4}H"  # to a cell
    rb"|\[\?(?:" + MODES + rb")[hl]"  # the modes of a session
    rb"|\[\?2026[hl]|\[\?(?:2026|2048)\$p"  # a picture begins and ends; can the terminal do that?
    rb"|\[>25?1?u|\[<u"  # how keys are told
    rb"|\]22;(?:default|pointer|text)\x07"  # the shape of the pointer
    rb"|\]52;c;[A-Za-z0-9+/]{1,100000}={0,2}\x07"  # to the clipboard
    rb")"
)
UNUSUAL = re.compile(r"[^\x20-\x7e\0\r\n]+")
MOST_MARKS = 2
UNSEEN = re.compile(
    r"(?:HANGUL|CHOSEONG|JUNGSEONG|SCRIPT) FILLER|PATTERN BLANK|NULL NOTEHEAD|GRAPHEME JOINER|VOWEL INHERENT"
    r"|VARIATION SELECTOR|EMOJI MODIFIER|REGIONAL INDICATOR"
)
"""In the names of letters, marks and symbols that are not to be seen, or that change the width of their neighbour."""


def clipboard(said: bytes) -> list[bytes]:
    """What was put into the clipboard, in Base64."""
    return re.findall(rb"\x1b\]52;c;([^\x07]*)\x07", said)


def words(said: bytes) -> str:
    """The text in what was written to a terminal; each sequence leaves a NUL where it was."""
    return SEQUENCE.sub(b"\0", said).decode("utf-8", "surrogateescape")


def problems(said: bytes, *, ascii_only: bool = False) -> list[str]:
    """What of it should not have reached a terminal, each with what is around it; empty where all is well."""
    text = words(said)
    found: list[str] = []
    for run in UNUSUAL.finditer(text):
        marks = 0
        for character in run[0]:
            marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
            if why := _problem(character, marks, ascii_only=ascii_only):
                found.append(f"{why}: {text[max(run.start() - 20, 0) : run.end() + 20]!r}")
    return found


def _problem(character: str, marks: int, *, ascii_only: bool) -> str:
    """What is wrong with a character after which `marks` combining marks stand in a row."""
    code, kind = ord(character), unicodedata.category(character)
    wrongs = {
        "no ASCII": ascii_only,
        "no UTF-8": 0xDC80 <= code <= 0xDCFF,
        "a control character": code < 0xA0,
        "not printable": kind[0] in "CZ" or not character.isprintable(),
        "invisible, or joined with its neighbour": bool(UNSEEN.search(unicodedata.name(character, ""))),
        "a flood of combining marks": marks > MOST_MARKS,
        "without width": not marks and get_character_cell_size(character) == 0,
    }
    return next((f"{why} (U+{code:04X}, {kind})" for why, wrong in wrongs.items() if wrong), "")
