"""What anyone may call a process, a file, an argument, a disk or a unit."""

from __future__ import annotations

ESCAPES = ("\x1b]0;owned\x07", "\x1b[2J\x1b[H", "\x1b]52;c;b3duZWQ=\x07", "\x1b[31mred", "\x1bP+q\x1b\\", "\x1b[6n")
CONTROLS = (
    "\x9b31mred",
    "\x90owned\x9c",
    "\x7fdel\x08\x08",
    "two\nlines\r",
    "\t=tab",
    "bell\x07\x05",
    "\x0e\x0f\x0b\x0c",
)
BIDI = ("\u202etxt.exe", "\u2066left\u2069", "\u200frtl", "\u061cmark", "\u2028line\u2029")
WIDTHS = (
    "a\u200bb\u200d\ufeffc",
    "\u3164\u115f\u2800\U0001d159",
    "a\u034fb\u180bc\u17b4d\U00016fe4",
    "中文字",
    "👩🏽‍🚀🇩🇪",
    "❤\ufe0f",
    "\uff46\uff55\uff4c\uff4c",
    "\u00adsoft",
    "\ue000\U000e0041",
)
FLOODS = ("z" + "\u0301" * 60, "\u0489" * 30, "\u0e47" * 40 + "x")
MARKUP = ("[red]", "[/red]", "[@click=app.quit]quit[/]", "[link=file:///etc]x[/link]", "\\[bold]", ":smile:")
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1+1", "=cmd|' /C calc'!A0")
XML = ("</text><script>alert(1)</script>", "&lt;", "]]>", '" onload="x')
LONG = ("L" * 4096, "\x1b[5m" * 1024, "中" * 2048)
TEXTS = (*ESCAPES, *CONTROLS, *BIDI, *WIDTHS, *FLOODS, *MARKUP, *FORMULAS, *XML, *LONG)

BYTES = (
    b"\x1b]0;owned\x07", b"\x9b31m", b"\xff\xfe\xe9", b"\xc2\x9b31m", b"\xed\xa0\x80", b"\xe2\x80\xaetxt.exe",
    b"[@click=a.q]", b"[red]x", b"z" + b"\xcc\x81" * 6, b"\xe2\x80\x8b\xe2\x80\x8d", b"\r\n\t\x7f\x08", b"=1+1",
    b"a\xcd\x8fb\xe1\xa0\x8b", b"\xf0\x9d\x85\x99", b"\xf0\x9f\x91\xa9\xf0\x9f\x8f\xbd", b"\xe4\xb8\xad\xe6\x96\x87",
)  # fmt: skip
"""Each short enough for a comm, and fit for a file's name."""
