"""Names of users: at once from /etc/passwd, and from a name service without waiting for it."""

from __future__ import annotations

import pwd
from pathlib import Path
from threading import Event

import pytest

from probes import users
from probes.users import MOST_ASKED, Users, by_name_service, local


@pytest.fixture
def passwd(tmp_path: Path) -> Path:
    path = tmp_path / "passwd"
    path.write_bytes(b"root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/:\n+::::::\nshort\nann\xff:x:7:7:::\nbad:x:-1:7:::\n")
    return path


def test_those_of_the_file_are_known_at_once(passwd: Path) -> None:
    assert local(passwd) == {0: "root", 7: "ann\\xff"}
    known = Users(lambda _: pytest.fail("asked"), passwd)
    assert [known.name(0), known.name(7)] == ["root", "ann\\xff"]
    assert local(passwd / "gone") == {}


def test_an_answer_that_comes_soon_is_waited_for(passwd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "PATIENCE_S", 30)
    known = Users(lambda uid: f"user{uid}", passwd)
    assert known.name(41000) == "user41000"
    assert known.name(41001) == "user41001"


def test_a_service_that_is_down_is_not_waited_for(passwd: Path) -> None:
    """Users are called by their numbers; what is asked for meanwhile is bounded."""
    up, asked, answered = Event(), [], Event()

    def ask(uid: int) -> str:
        asked.append(uid)
        up.wait(60)
        if uid == 1000 + MOST_ASKED - 1:
            answered.set()
        return f"user{uid}"

    known = Users(ask, passwd)
    numbers = range(1000, 6000)
    assert [known.name(uid) for uid in numbers] == [str(uid) for uid in numbers]
    assert len(asked) == 1
    up.set()
    assert answered.wait(60)
    assert known.name(1000) == "user1000"
    assert set(asked) <= set(range(1000, 1000 + MOST_ASKED))


def test_the_system_is_asked_by_number() -> None:
    assert by_name_service(0) == pwd.getpwuid(0).pw_name
    assert by_name_service(4_000_000_123) == "4000000123"
    assert by_name_service(1 << 70) == str(1 << 70)
