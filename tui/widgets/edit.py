"""A line being typed, and what keys do to it. Pure."""

from __future__ import annotations

import msgspec

MOST_CHARACTERS = 1000


class Edit(msgspec.Struct, frozen=True):
    """A line being typed; `at` is the index of the character under the caret."""

    text: str = ""
    at: int = 0


def edited(edit: Edit, key: str, character: str | None) -> Edit:
    """The line after a key; the same one if the key does not edit."""
    text, at = edit.text, edit.at
    word = len(text[:at].rstrip().rpartition(" ")[0])
    word += 1 if word else 0
    moves = {
        "left": Edit(text, max(at - 1, 0)),
        "right": Edit(text, min(at + 1, len(text))),
        "home": Edit(text, 0),
        "ctrl+a": Edit(text, 0),
        "end": Edit(text, len(text)),
        "ctrl+e": Edit(text, len(text)),
        "backspace": Edit(text[: max(at - 1, 0)] + text[at:], max(at - 1, 0)),
        "delete": Edit(text[:at] + text[at + 1 :], at),
        "ctrl+u": Edit(text[at:], 0),
        "ctrl+k": Edit(text[:at], at),
        "ctrl+w": Edit(text[:word] + text[at:], word),
    }
    if key in moves:
        return moves[key]
    return inserted(edit, character) if character and character.isprintable() else edit


def inserted(edit: Edit, text: str) -> Edit:
    """The line after text was typed or pasted; what cannot be in a line becomes a blank."""
    clean = "".join(character if character.isprintable() else " " for character in text)
    clean = clean[: MOST_CHARACTERS - len(edit.text)]
    return Edit(edit.text[: edit.at] + clean + edit.text[edit.at :], edit.at + len(clean))
