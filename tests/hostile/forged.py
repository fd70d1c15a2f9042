"""Sessions that pass every check and hold whatever such sessions can: for tests that nothing falls over them."""

from __future__ import annotations

import msgspec
from hypothesis import strategies as st

from probes.columns import Column, Kind, ProbeInfo, Row, Value
from probes.disk_sums import Aside, Disk, DiskFacts, Flag, Hist, Op, Part, Stage, Threshold, Work
from probes.lanes import lanes
from probes.latency import SLOTS
from probes.snapshot import PROTOCOL, Box, Counts, Exit, Hello, ProbeTick, Snapshot, State, Tally
from tests.hostile.names import TEXTS
from tests.tui.fakes import BLOCK, EXEC, OPEN, SECOND, START
from tui.verify import LONGEST, MOST, hello_problem, snapshot_problem

KINDS, OPS, STAGES, STATES, FLAGS = (list(one.__args__) for one in (Kind, Op, Stage, State, Flag))  # type: ignore[attr-defined]
SHORT = [text for text in TEXTS if len(text) < 100]
numbered = st.builds(
    lambda what, digits: what + "9" * digits,
    st.sampled_from(["", "-", "errno ", "signal "]),
    st.sampled_from([2, 5000]),
)
"""What ends with digits, also with more than Python makes a number of."""
texts = st.sampled_from(["", "a", "sda", "sdb", *SHORT]) | st.text(max_size=5) | numbered
names = st.sampled_from(["sda", "sdb", "md0", TEXTS[0]])
numbers = st.one_of(st.integers(0, 30), st.sampled_from([START, MOST, 1 << 40]), st.integers(0, MOST))
whole = numbers | numbers.map(lambda number: -number)
floats = st.one_of(st.floats(0, 1e6), st.sampled_from([0.0, -1.0, 1e308, -1e308, 5e-324, 1e18]))
durations = st.one_of(st.floats(0, 1e6), st.sampled_from([0.0, -1.0, LONGEST, -LONGEST, 5e-324]))
booleans = st.booleans()
slots = st.dictionaries(st.integers(0, SLOTS - 1), numbers.filter(bool), max_size=4).map(lanes)
sums = (slots, numbers, numbers, numbers, numbers, numbers)
hists = st.builds(Hist, names, st.sampled_from(OPS), st.sampled_from(STAGES), *sums)
flags = st.lists(st.sampled_from(FLAGS), unique=True, max_size=5).map(tuple)
parts = st.builds(Part, names, st.sampled_from(OPS), flags, numbers, booleans, *sums)
works = st.builds(Work, numbers, texts, texts, booleans, names, st.sampled_from(OPS), *sums)
disks = st.builds(Disk, names, numbers, numbers, st.none() | st.floats(0, 1), st.none() | st.floats(0, 1e9))
sets = st.lists(texts, unique=True, max_size=3).map(tuple)
facts = st.builds(DiskFacts, names, texts, texts, texts, st.none() | booleans, numbers, sets)
thresholds = st.builds(
    Threshold,
    names,
    st.sampled_from(OPS),
    durations.filter(lambda us: us >= 0),
    st.sampled_from(["hump", "tail", "set"]),
)
asides = st.builds(
    Aside,
    *(st.lists(sums, max_size=3) for sums in (hists, disks, parts, works)),  # type: ignore[arg-type]
)
counts = st.builds(Counts, *[numbers] * 6)
boxes = st.builds(Box, floats, st.tuples(floats, floats, floats), floats, numbers, numbers, numbers)


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    count = draw(numbers)
    return Tally(
        draw(numbers), draw(numbers), draw(texts), draw(texts), draw(numbers), draw(texts), draw(texts),
        draw(st.none() | texts), count, draw(st.integers(0, count)), draw(numbers), draw(numbers),
    )  # fmt: skip


CELLS: dict[str, st.SearchStrategy[Value]] = {
    "time": whole, "pid": numbers, "number": whole, "bytes": whole, "us": durations | st.integers(0, 99),
    "ms": durations, "word": texts, "error": texts | st.just("ENOENT"), "text": texts,
    "argv": st.lists(texts, max_size=4),
}  # fmt: skip


def rows(columns: tuple[Column, ...]) -> st.SearchStrategy[list[Row]]:
    row = st.tuples(*(st.none() | CELLS[column.kind] for column in columns)).map(list)
    return st.lists(row, max_size=6)


PROBES = [EXEC, OPEN, BLOCK]
ids = st.sampled_from(["self", "line", "time", "tree", "code", "signal", "__class__"]) | texts
titles = st.sampled_from(["exec", "open", "block", "self", "type", "probe"]) | texts
unknown = st.builds(
    Column, ids, texts, st.sampled_from(KINDS), st.integers(0, 1000), texts, booleans, booleans, st.integers(-9, 9)
)
known = st.sampled_from([column for probe in PROBES for column in probe.columns])


@st.composite
def altered(draw: st.DrawFn) -> Column:
    """A column that panes and filters know, of which they take for granted what it holds."""
    return msgspec.structs.replace(
        draw(known), kind=draw(st.sampled_from(KINDS)), later=draw(booleans), width=draw(st.integers(0, 40))
    )


@st.composite
def mixed(draw: st.DrawFn) -> ProbeInfo:
    """A probe that is known, with some of its columns, some of them altered, in any order."""
    base = draw(st.sampled_from(PROBES))
    own = [column if draw(booleans) else draw(altered()) for column in base.columns if draw(st.integers(0, 3))]
    columns = {column.id: column for column in draw(st.permutations(own))}
    return msgspec.structs.replace(
        base,
        id=draw(st.just(base.id) | titles),
        view=draw(st.just(base.view) | st.sampled_from(["rows", "latency"])),
        columns=tuple(columns.values()),
    )


infos = mixed() | st.builds(
    ProbeInfo, titles, texts, texts, st.sampled_from(["rows", "latency"]),
    st.lists(unknown | altered() | known, max_size=8, unique_by=lambda column: column.id).map(tuple),
)  # fmt: skip
openings = st.builds(
    Hello, st.just(PROTOCOL), texts, texts, texts, numbers, floats.filter(lambda seconds: seconds > 0),
    st.one_of(
        st.just((EXEC, OPEN, BLOCK)),
        st.lists(infos, max_size=12, unique_by=lambda info: info.id).map(tuple),
    ),
    numbers,
).filter(lambda hello: hello_problem(hello) is None)  # fmt: skip


def ticks(info: ProbeInfo) -> st.SearchStrategy[ProbeTick]:
    """Ticks of that probe."""
    return st.builds(
        ProbeTick, st.just(info.id), st.sampled_from(STATES), counts, texts, numbers, rows(info.columns),
        st.lists(
            st.builds(Exit, numbers, whole, st.none() | whole, st.none() | texts, durations), max_size=3
        ),
        st.lists(hists, max_size=4), st.lists(disks, max_size=3), st.none() | numbers, st.lists(parts, max_size=3),
        st.lists(works, max_size=3), numbers, st.none() | st.lists(facts, max_size=3),
        st.none() | st.lists(thresholds, max_size=3), st.none() | st.lists(tallies(), max_size=3),
        st.none() | asides, st.dictionaries(numbers, numbers, max_size=4),
    )  # fmt: skip


@st.composite
def sessions(draw: st.DrawFn, most: int = 5) -> tuple[Hello, list[Snapshot]]:
    """An opening and its ticks, all of which a reader of recordings takes for good."""
    hello = draw(openings)
    shown = (
        draw(st.lists(st.sampled_from(hello.probes), max_size=4, unique_by=lambda info: info.id))
        if hello.probes
        else []
    )
    said = [
        Snapshot(
            draw(st.just(START + n * SECOND) | numbers), draw(st.just(SECOND) | numbers), draw(texts), draw(boxes),
            tuple(draw(ticks(info)) for info in shown), draw(numbers), draw(st.integers(1, 9) | whole),
        )
        for n in range(draw(st.integers(0, most)))
    ]  # fmt: skip
    known = {info.id: info for info in hello.probes}
    return hello, [tick for tick in said if snapshot_problem(tick, known) is None]
