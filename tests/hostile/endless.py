"""What is short, and would keep a careless reader busy for ever, or fill its memory."""

from __future__ import annotations

TOML = (
    "interval = " + "[" * 500 + "]" * 500,
    "a = " + "{b = " * 200 + "1" + "}" * 200,
    "x" * 60_000,
    'theme = "' + "\\u202e" * 5000 + '"',
    "rows = " + "9" * 5000,
    "interval = 1e999999\n",
    "[keys]\n" + "\n".join(f'k{n} = ["x"]' for n in range(2000)),
    "a" + ".a" * 2000 + " = 1",
    "history = 2026-99-99T00:00:00Z",
)

FILTERS = (
    "(" * 20_000, "!" * 20_000, "a:b " * 5000, "comm~(a+)+$", "comm~" + "(" * 5000, "comm~(a|aa)+b", "comm~a{99999}",
    "comm:" + "*a" * 200, "path~" + ".*" * 500 + "x", 'comm:"' + "\\" * 9999, "pid:" + "9" * 5000, "lat>1e999s",
    "pid:1," * 5000, "comm:\udcff", "comm~[" + "\U0010ffff-" * 300,
)  # fmt: skip

JSON = ("[" * 50_000, '{"a":' * 20_000)
