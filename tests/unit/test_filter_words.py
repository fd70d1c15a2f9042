"""Words of the shell become one filter, which means what they meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.filter import Term, parse
from tui.commands.arguments import filter_text


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], ""),
        (["comm:a", "!pid:1"], "comm:a !pid:1"),
        (["comm:a pid:1"], "comm:a pid:1"),
        (["comm:tmux: server"], 'comm:tmux:" "server'),
        (["comm:tmux server"], 'comm:tmux" "server'),
        (['comm:"tmux: server"'], 'comm:"tmux: server"'),
        (["comm:a4al or a4x"], "comm:a4al or a4x"),
        (["user:root !nginx"], "user:root !nginx"),
        (["user:root (pid:1 or pid:2)"], "user:root (pid:1 or pid:2)"),
        (["path:/tmp/x y*"], 'path:/tmp/x" "y*'),
        (["path:/tmp/a b,/tmp/c\t d"], 'path:/tmp/a" "b,/tmp/c"\t "d'),
        (["!comm:/^tmux: /"], '!comm:/^tmux:" "/'),
        (["arg:curl http://x"], 'arg:curl" "http://x'),
        (["arg:x pid:1"], "arg:x pid:1"),
        (["nginx or comm:a"], "nginx or comm:a"),
        (["a b"], "a b"),
        (["(pid:1 or comm:a)", "lat>10ms"], "(pid:1 or comm:a) lat>10ms"),
        (["(pid:1", "or", "!(comm=a b))"], "(pid:1 or !(comm=a b))"),
        (["path~^/a b"], 'path~^/a" "b'),
    ],
)
def test_words_of_the_shell_become_one_filter(words: list[str], text: str) -> None:
    assert filter_text(words) == text


@pytest.mark.parametrize(
    ("words", "row"),
    [
        (["comm:a4al or a4x"], {"comm": "xa4x"}),
        (["path:/srv/x y*"], {"path": "/srv/x yz"}),
        (["path:/srv/x y"], {"path": "/srv/x y"}),
        (["comm:/^tmux: /"], {"comm": "tmux: server"}),
        (["comm=tmux: server"], {"comm": "tmux: server"}),
        (["!comm:tmux: server", "x"], {"comm": "x: server"}),
    ],
)
def test_what_the_shell_took_quotes_from_means_what_it_meant(words: list[str], row: dict[str, str]) -> None:
    assert parse(filter_text(words)).matches(row)


parts = st.sampled_from(["comm:a", "pid:1", "user:root", "path:/x*", "arg~^b"])


@given(st.lists(parts, min_size=1, max_size=4), st.data())
def test_several_terms_mean_the_same_in_one_word_as_in_many(terms: list[str], data: st.DataObject) -> None:
    joints = data.draw(st.lists(st.sampled_from([" ", " or ", " !", " and "]), min_size=3, max_size=3))
    text = terms[0] + "".join(joint + term for joint, term in zip(joints, terms[1:], strict=False))
    assert filter_text([text]) == text
    assert parse(filter_text([text])) == parse(filter_text(text.split()))


@given(st.text("ab /*?\u2003\t", min_size=1).filter(str.strip))
def test_a_value_with_blanks_is_one(value: str) -> None:
    text = filter_text([f"path={value.lstrip()}"])
    (found,) = parse(text).terms
    assert isinstance(found, Term)
    assert value.lstrip().startswith(found.patterns[0].text)
    assert value.strip() == found.patterns[0].text.strip()
