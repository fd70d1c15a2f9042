"""Questions about a process: one at a time, again and again, and only its own answers are heard."""

from __future__ import annotations

import asyncio

import pytest

from probes.controls import Ask
from probes.facts import Gone, Missing, ProcessFacts, Reading
from probes.snapshot import Answer
from tests.unit.page_views import FACTS
from tui.procfs import asking, background
from tui.procfs.asking import Asking

NO = Missing("no")


class Asked:
    """An asker, what it sent, and what it told."""

    def __init__(self, last: Reading | None = None) -> None:
        self.sent: asyncio.Queue[Ask] = asyncio.Queue()
        self.told: list[Reading] = []
        self.asking = Asking(Ask(17, 5), last, self.sent.put_nowait, self.told.append)
        self.asking.start()

    async def next(self) -> Ask:
        return await asyncio.wait_for(self.sent.get(), 10)


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "LEAST_PAUSE_S", 0.005)


async def test_the_next_question_waits_for_the_answer() -> None:
    asked = Asked()
    question = await asked.next()
    await asyncio.sleep(0.03)
    assert asked.sent.empty()
    assert asked.asking.waiting_s > 0
    asked.asking.hear(Answer(question, NO))
    assert asked.asking.waiting_s == 0
    assert await asked.next() == question
    asked.asking.stop()
    assert asked.told == [NO]


async def test_answers_to_others_and_answers_that_come_late_are_not_heard() -> None:
    asked = Asked()
    question = await asked.next()
    asked.asking.hear(Answer(Ask(18, 5), NO))
    asked.asking.stop()
    asked.asking.hear(Answer(question, NO))
    assert asked.told == []


async def test_what_is_not_answered_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "AGAIN_S", 0.01)
    asked = Asked()
    assert await asked.next() == await asked.next()
    assert asked.asking.waiting_s >= 0.01, "it still waits for the first one"
    asked.asking.stop()


async def test_who_is_gone_is_told_with_what_was_known_before() -> None:
    asked = Asked(FACTS)
    question = await asked.next()
    assert question.started == FACTS.started, "another process with the same pid is told apart"
    asked.asking.hear(Answer(question, Gone(1.0, None, "heir")))
    asked.asking.stop()
    (told,) = asked.told
    assert isinstance(told, Gone)
    assert isinstance(told.last, ProcessFacts)
    assert told.heir == "heir"
