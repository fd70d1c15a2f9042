"""The regular expressions of filters, against Python's own."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from probes.filter.automaton import MOST_SETS
from probes.filter.regex import Regex, RegexError

atoms = st.sampled_from(["a", "b", "é", ".", "[ab]", "[^a]", r"\d", r"\w", r"\.", "[a-c1]", r"\S", "/"])


def _more(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    repeats = st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0,}", "{1,}"])
    return st.one_of(
        st.builds("({}){}".format, inner, repeats),
        st.builds("{}{}".format, inner, inner),
        st.builds("({}|{})".format, inner, inner),
        st.builds("({}|)".format, inner),
    )


patterns = st.builds(
    "{}{}{}".format, st.sampled_from(["", "^"]), st.recursive(atoms, _more, max_leaves=6), st.sampled_from(["", "$"])
)


@given(patterns, st.text(st.sampled_from("aabbé1./c \n"), max_size=12))
def test_it_finds_what_others_find(pattern: str, text: str) -> None:
    theirs = re.search(pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern, text, re.DOTALL)
    assert Regex(pattern).search(text) == (theirs is not None)


wide = st.builds("{}{{{},{}}}".format, atoms, st.integers(0, 5), st.integers(5, 40))


@given(st.lists(atoms | wide, max_size=8).map("".join), st.text(st.sampled_from("aabbé1./c \n٣€"), max_size=200))
def test_a_text_costs_one_look_a_character_into_a_table_that_is_there(pattern: str, text: str) -> None:
    assume(error_in(pattern) is None)
    made = Regex(pattern)._automaton
    known, work = set(made._sets), made._work
    made.search(text)
    assert (set(made._sets), made._work) == (known, work)
    assert len(known) <= MOST_SETS


@given(st.text(max_size=200))
def test_characters_that_nobody_thought_of_are_found_too(text: str) -> None:
    for pattern in (r"[Ԁ-\uffff]\w", r"[^\W\d]\s", r"\D[Ā-Ԁ]"):
        assert Regex(pattern).search(text) == (re.search(pattern, text) is not None)


@pytest.mark.parametrize("pattern", ["[ab]*a[ab]{200}c", "a.{30}b", "(a|b)*a(a|b){20}", "(.a){9}.{90}"])
def test_what_would_need_too_large_a_table_is_refused_where_it_repeats(pattern: str) -> None:
    error = error_in(pattern)
    assert error is not None
    assert (pattern[error.position], "repeat less" in str(error)) == ("{", True)


@given(st.text(st.sampled_from("ab()[]{}|*+?^$.\\-1,dw"), max_size=20))
def test_whatever_is_typed_is_an_expression_or_refused_at_a_place(pattern: str) -> None:
    error = error_in(pattern)
    assert error is None or 0 <= error.position <= len(pattern)


def error_in(pattern: str) -> RegexError | None:
    """What is wrong with an expression; nothing but RegexError may ever be."""
    try:
        Regex(pattern).search("aab1")
    except RegexError as error:
        return error
    return None


@pytest.mark.parametrize(("pattern", "text"), [("a{x}", "a{x}"), ("a{", "a{"), ("}", "}"), ("[]a]", "]"), ("[[]", "[")])
def test_what_means_nothing_special_is_itself(pattern: str, text: str) -> None:
    assert Regex(pattern).search(text)
