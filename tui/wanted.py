"""What one looks for with `/`: a text, found wherever a row has it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from probes.columns import Value


class Wanted(msgspec.Struct, frozen=True):
    """A text; in lower case it is found in either case, as in less(1) and vim(1) with smartcase."""

    text: str

    def spans(self, line: str) -> list[range]:
        """Where it is in a line, from the left, without overlaps."""
        if not self.text:
            return []
        searched = line if self._exact else line.lower()
        wanted = self.text if self._exact else self.text.lower()
        # Some letters have a lower case of another length: then only the whole line can be told.
        if len(searched) != len(line):
            return [range(len(line))] if wanted in searched else []
        spans: list[range] = []
        at = searched.find(wanted)
        while at >= 0:
            spans.append(range(at, at + len(wanted)))
            at = searched.find(wanted, at + len(wanted))
        return spans

    def within(self, values: Iterable[Value]) -> bool:
        """Whether one of the values has it."""
        return any(self._has(value) for value in values)

    def among(self, texts: Iterable[str]) -> list[int]:
        """Indexes of those of the texts that have it."""
        if self._exact:
            return [at for at, text in enumerate(texts) if self.text in text]
        wanted = self.text.lower()
        return [at for at, text in enumerate(texts) if wanted in text.lower()]

    def _has(self, value: Value) -> bool:
        if isinstance(value, list):
            return self._has(" ".join(value))
        if value is None:
            return False
        text = str(value)
        return self.text in text if self._exact else self.text.lower() in text.lower()

    @property
    def _exact(self) -> bool:
        return self.text != self.text.lower()
