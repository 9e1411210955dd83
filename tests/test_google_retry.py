"""The retry policy by itself, with time as a value: whatever comes, it ends, and no write of unknown outcome is repeated."""

from __future__ import annotations

import contextlib
import unicodedata
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import Refused
from pipeline.google.replies import Call, Json, Repeat, plain
from pipeline.google.retry import OutcomeUnknown, Policy, Trouble, persist

FINAL = Refused("it did not pass")


@dataclass
class World:
    """A clock that sleeping moves, and a call that meets `troubles` one after another, then goes through."""

    troubles: list[Trouble]
    now: float = 0.0
    attempts: int = 0
    uncertain_before_last: bool = False
    said: list[str] = field(default_factory=list)

    def attempt(self) -> str | Trouble:
        self.uncertain_before_last = any(one.uncertain for one in self.troubles[: self.attempts])
        self.attempts += 1
        if self.attempts <= len(self.troubles):
            return self.troubles[self.attempts - 1]
        return "done"

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def persist(self, repeat: Repeat, give_up_after: float, jitter: float = 0.0) -> str:
        policy = Policy(give_up_after, sleep=self.sleep, clock=lambda: self.now, jitter=lambda: jitter)
        call = Call("forms.forms.create", repeat)
        return persist(
            self.attempt, call, policy, who="Google", on_wait=self.said.append, from_answer=lambda found: "read back"
        )


troubles = st.builds(
    Trouble,
    what=st.sampled_from(["503 Service Unavailable", "500 Internal Server Error", "no connection"]),
    final=st.just(FINAL),
    uncertain=st.booleans(),
    quota=st.sampled_from(["", "read requests per minute"]),
    wait=st.none() | st.floats(0, 1000),
    repeats=st.none() | st.integers(0, 5),
)
policies = {"give_up_after": st.floats(0, 600), "jitter": st.floats(0, 0.999)}


@settings(deadline=None, max_examples=60)
@given(met=st.lists(troubles, max_size=12), repeat=st.sampled_from(Repeat), **policies)
def test_waiting_is_bounded(met: list[Trouble], repeat: Repeat, give_up_after: float, jitter: float) -> None:
    """Whatever goes wrong and whatever the workspace asks for, the waits add up to no more than was allowed."""
    world = World(met)
    with contextlib.suppress(Refused):
        world.persist(repeat, give_up_after, jitter)
    assert world.now <= give_up_after


@settings(deadline=None, max_examples=60)
@given(met=st.lists(troubles, max_size=8), **policies)
def test_a_write_is_sent_again_only_when_it_is_known_not_to_be_done(
    met: list[Trouble], give_up_after: float, jitter: float
) -> None:
    """Of all the attempts before the last, none left the outcome open."""
    world = World(met)
    with contextlib.suppress(Refused):
        world.persist(Repeat.ONCE, give_up_after, jitter)
    assert not world.uncertain_before_last


@settings(deadline=None, max_examples=40)
@given(st.lists(troubles, max_size=8))
def test_a_call_is_given_up_with_its_own_words_or_as_unknown(met: list[Trouble]) -> None:
    """There is no third way to end."""
    world = World(met)
    try:
        assert world.persist(Repeat.ONCE, 60.0) == "done"
    except OutcomeUnknown as told:
        assert "create the form" in told.what
    except Refused as told:
        assert told is FINAL


def trouble(what: str = "503 Service Unavailable", *, uncertain: bool = True, **more: float | int | str) -> Trouble:
    return Trouble(what, FINAL, uncertain, **more)  # type: ignore[arg-type]


def test_reading_back_comes_after_the_wait() -> None:
    """The lost call may still be at work: looking at once would find nothing and send it twice."""
    world = World([trouble()])
    looked_at: list[float] = []

    def settled() -> Json | None:
        looked_at.append(world.now)
        return {"formId": "made"}

    policy = Policy(60.0, sleep=world.sleep, clock=lambda: world.now, jitter=lambda: 0.0)
    call = Call("forms.forms.create", Repeat.ONCE, settled)
    found = persist(
        world.attempt, call, policy, who="Google", on_wait=world.said.append, from_answer=lambda found: found["formId"]
    )
    assert found == "made"
    assert looked_at == [1.0]


def test_reading_back_is_the_last_thing_before_giving_up() -> None:
    """No time for another attempt, but time to look."""
    world = World([trouble()])
    policy = Policy(0.0, sleep=world.sleep, clock=lambda: world.now, jitter=lambda: 0.0)
    call = Call("forms.forms.create", Repeat.ONCE, lambda: {"formId": "made"})
    assert persist(world.attempt, call, policy, who="", on_wait=print, from_answer=lambda found: "found") == "found"


@pytest.mark.parametrize(("repeats", "attempts"), [(0, 1), (2, 3)])
def test_some_troubles_are_worth_few_repeats(repeats: int, attempts: int) -> None:
    """500 and a refused connection."""
    world = World([trouble(uncertain=False, repeats=repeats)] * 9)
    with pytest.raises(Refused):
        world.persist(Repeat.SAFE, 1000.0)
    assert world.attempts == attempts


def test_short_waits_are_not_worth_a_word() -> None:
    """A message only for a wait longer than 2 s."""
    world = World([trouble("503 Service Unavailable", uncertain=False)] * 4)
    world.persist(Repeat.SAFE, 120.0)
    assert world.said == [
        "Google: 503 Service Unavailable; trying again in 4 s; attempt 4",
        "Google: 503 Service Unavailable; trying again in 8 s; attempt 5",
    ]


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=400))
def test_remote_text_is_one_printable_line(text: str) -> None:
    """Whatever a server says, it cannot move the cursor, turn the text around or flood the screen."""
    shown = plain(text)
    assert len(shown) <= 300
    assert not any(unicodedata.category(one) in {"Cc", "Cf", "Zl", "Zp"} for one in shown)
