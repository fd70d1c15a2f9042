"""What holds together in a filter's text, and what parts it: quotes, commas, and where each term stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.filter import Pattern, Term, parse
from probes.filter.values import COMM_BYTES
from tests.unit.filter_rows import holds


@pytest.mark.parametrize(
    ("text", "comm"),
    [
        ('comm:"tmux: server"', "tmux: server"),
        ('comm="tmux: server"', "tmux: server"),
        ('comm="a,b"', "a,b"),
        ('comm=a","b', "a,b"),
        ('comm="!x"', "!x"),
        ('comm=x,"y z"', "y z"),
        ('comm="="', "="),
        ("comm==", "="),
        ("comm=a:b", "a:b"),
        ("comm:/0:1", "kworker/0:1"),
        ("comm=(sd-pam)", "(sd-pam)"),
        ("(comm=(sd-pam))", "(sd-pam)"),
        ('comm="a""b"', 'a"b'),
        ('comm=""""', '"'),
        ('comm:"/b/"', "a/b/c"),
        ('comm=")("', ")("),
        ('"or"', "or"),
        ('"pid:1"', "pid:1"),
        ('--x=y', "--x=y"),
    ],
)  # fmt: skip
def test_quotes_hold_together(text: str, comm: str) -> None:
    assert holds(text, comm=comm)
    assert not holds(text, comm="another")


def test_bytes_that_are_written_out_are_one_each() -> None:
    assert holds("comm=" + r"\xff" * 15, comm=r"\xff" * 15)


@given(st.lists(st.sampled_from(["a", "b{1,2}", "[c,d]", "{,}", '"e,f"', "/"]), min_size=1, max_size=5))
def test_commas_part_values_but_not_what_is_within_them(values: list[str]) -> None:
    (term,) = parse(f"path~{','.join(values)}").terms
    assert isinstance(term, Term)
    assert [each.text for each in term.patterns] == [value.replace('"', "") for value in values]


def test_a_quoted_exclamation_mark_negates_nothing() -> None:
    assert holds('"!"pid', comm="x!pidx")
    assert not holds('"!"pid')


def test_a_term_remembers_what_was_typed() -> None:
    parsed = parse("  pid:1,2 !comm=sh ")
    assert parsed.text == "pid:1,2 !comm=sh"
    assert parsed.terms == (
        Term("pid", (Pattern("is", "1"), Pattern("is", "2")), False, 2, 9),
        Term("comm", (Pattern("is", "sh"),), True, 10, 18),
    )


names = st.text(st.characters(codec="utf-8", exclude_characters='"\0'), min_size=1, max_size=COMM_BYTES).filter(
    lambda name: len(name.encode()) <= COMM_BYTES
)


@given(names)
def test_any_name_can_be_quoted(name: str) -> None:
    (term,) = parse(f'comm="{name}"').terms
    assert isinstance(term, Term)
    assert term.patterns == (Pattern("is", name),)
    assert holds(f'comm="{name}"', comm=name)
    assert holds(f'comm:"{name}"', comm=f"<{name}>")
    assert not holds(f'!comm:"{name}"', comm=name)
