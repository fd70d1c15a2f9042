"""The regular expressions of filters, against Python's own."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
