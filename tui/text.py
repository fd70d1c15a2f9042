"""The one place where text from the kernel becomes text for terminal cells.

Names, paths and arguments come from anyone: they may hold escape sequences, control characters, marks that
reorder or stack up, or characters that are not to be seen. What is not plainly one or two visible cells is
written out in the notation of Python: `\\x1b`, `\\n`, `\\u202e`. Nothing here is ever read as markup.
"""

from __future__ import annotations

from functools import lru_cache
from unicodedata import category

from rich.cells import get_character_cell_size

MOST_MARKS = 2
"""Combining marks that a character may carry; more than that is a flood, not a language."""

_UNSEEN = frozenset(
    code
    for first, last in (
        # Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt, the same from version 14 on: what
        # terminals draw nothing for, letters and marks among them, and what changes the width of its neighbour.
        *((0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
        *((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)),
        *((0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
        # Blank all the same: a pattern of braille, a filler of Khitan, a note without a head.
        *((0x2800, 0x2800), (0x16FE4, 0x16FE4), (0x1D159, 0x1D159)),
    )
    for code in range(first, last + 1)
)
_JOINED = frozenset([*range(0x1F1E6, 0x1F200), *range(0x1F3FB, 0x1F400)])
"""Drawn together with its neighbours by some terminals and not by others: halves of flags, skin tones."""


def safe(text: str, *, ascii_only: bool = False) -> str:
    """`text` with everything that could harm the terminal or the alignment written out visibly."""
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = MOST_MARKS
    for character in text:
        if ascii_only and not character.isascii():
            shown.append(_written_out(character))
        elif _is_mark(character):
            marks += 1
            shown.append(character if marks <= MOST_MARKS else _written_out(character))
        else:
            plain = _cells(character) > 0
            marks = 0 if plain else MOST_MARKS
            shown.append(character if plain else _written_out(character))
    return "".join(shown)


def width(text: str) -> int:
    """Terminal cells that a safe text takes."""
    return len(text) if text.isascii() else sum(map(_drawn_cells, text))


def cut(text: str, cells: int, *, ellipsis: str = "…", ascii_only: bool = False) -> str:
    """`text` made safe, in at most `cells` cells; where something had to go, the ellipsis says so."""
    # A character is written out in ten at most and takes no less than a third of a cell (with two marks),
    # so nothing behind this can show: a huge text costs no more than a long one.
    shown = safe(text[: 3 * cells + 3] if cells >= 0 else "", ascii_only=ascii_only)
    if width(shown) <= cells:
        return shown
    if shown.isascii():
        return shown[: max(cells - len(ellipsis), 0)] + ellipsis[: max(cells, 0)]
    return _cut_wide(shown, cells, ellipsis)


def end(text: str, cells: int, *, ascii_only: bool = False) -> int:
    """Index from which on `text`, made safe, has room in so many cells: as much of its end as can be."""
    start = len(text)
    while start and width(safe(text[start - 1 :], ascii_only=ascii_only)) <= cells:
        start -= 1
    return start


def fit(text: str, cells: int, *, right: bool = False, ellipsis: str = "…", ascii_only: bool = False) -> str:
    """`text` made safe, in exactly `cells` cells: cut or padded, to the right side if asked."""
    shown = cut(text, cells, ellipsis=ellipsis, ascii_only=ascii_only)
    padding = " " * (cells - width(shown))
    return padding + shown if right else shown + padding


def wrap(text: str, cells: int) -> list[str]:
    """`text` made safe, broken between words into lines of at most `cells` cells; its own lines are kept."""
    lines: list[str] = []
    for paragraph in text.removesuffix("\n").split("\n"):
        line = ""
        for word in paragraph.split(" "):
            joined = f"{line} {word}" if line else word
            if line and width(safe(joined)) > cells:
                lines.append(cut(line, cells))
                line = word
            else:
                line = joined
        lines.append(cut(line, cells))
    return lines


def whole(hints: str, cells: int) -> str:
    """Those of the hints, separated by two blanks, that fit whole; the first are the most important."""
    kept = ""
    for hint in hints.split("  "):
        longer = f"{kept}  {hint}" if kept else hint
        if width(longer) <= cells:
            kept = longer
    return kept


def _cut_wide(shown: str, cells: int, ellipsis: str) -> str:
    room = max(cells - width(ellipsis), 0)
    kept: list[str] = []
    for character in shown:
        room -= _drawn_cells(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept) + ellipsis[: max(cells, 0)]


def _written_out(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # a byte of a name that is not UTF-8: as in what the kernel tells
        return f"\\x{ord(character) & 0xFF:x}"
    return ascii(character)[1:-1]


@lru_cache(4096)
def _is_mark(character: str) -> bool:
    """Whether it is drawn over the character before it, and is to be seen there."""
    return (
        category(character) in ("Mn", "Me")
        and get_character_cell_size(character) == 0
        and ord(character) not in _UNSEEN
        and character.isprintable()
    )


@lru_cache(4096)
def _drawn_cells(character: str) -> int:
    return get_character_cell_size(character)


@lru_cache(4096)
def _cells(character: str) -> int:
    """Cells of a character that stands by itself and is harmless; 0 for all others."""
    if not character.isprintable() or ord(character) in _UNSEEN or ord(character) in _JOINED:
        return 0
    return get_character_cell_size(character)
