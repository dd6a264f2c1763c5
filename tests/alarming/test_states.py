"""The life of an alarm against the transition table of ANSI/ISA-18.2-2016, figure 3 and table 4, and as a machine."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from qc_app.alarming import Standing, after, settled
from qc_app.errors import ActionError

NORMAL = Standing()
UNACKNOWLEDGED = Standing(abnormal=True, seen=False)
ACKNOWLEDGED = Standing(abnormal=True)
RETURNED = Standing(seen=False)
SHELVED = Standing(shelved=True)
SHELVED_ABNORMAL = Standing(abnormal=True, shelved=True)
SUPPRESSED = Standing(suppressed=True)
SUPPRESSED_ABNORMAL = Standing(abnormal=True, suppressed=True)
REMOVED = Standing(out_of_service=True)
REMOVED_ABNORMAL = Standing(abnormal=True, out_of_service=True)

#: From (letter of the standard), event -> to; what is not listed is refused to a person, and no news from the process.
TABLE = [
    (NORMAL, "raise", "unacknowledged"),  # A -> B
    (UNACKNOWLEDGED, "acknowledge", "acknowledged"),  # B -> C
    (UNACKNOWLEDGED, "return", "returned"),  # B -> D
    (ACKNOWLEDGED, "return", "normal"),  # C -> A
    (RETURNED, "raise", "unacknowledged"),  # D -> B
    (RETURNED, "acknowledge", "normal"),  # D -> A
    *((one, "shelve", "shelved") for one in (NORMAL, UNACKNOWLEDGED, ACKNOWLEDGED, RETURNED)),  # A-D -> G
    (SHELVED, "unshelve", "normal"),  # G -> A
    (SHELVED_ABNORMAL, "unshelve", "unacknowledged"),  # G -> B
    *((one, "suppress", "suppressed") for one in (NORMAL, UNACKNOWLEDGED, ACKNOWLEDGED, RETURNED)),  # A-D -> H
    (SUPPRESSED, "unsuppress", "normal"),  # H -> A
    (SUPPRESSED_ABNORMAL, "unsuppress", "unacknowledged"),  # H -> B
    *((one, "remove", "out_of_service") for one in (NORMAL, UNACKNOWLEDGED, ACKNOWLEDGED, RETURNED)),  # A-D -> I
    (REMOVED, "restore", "normal"),  # I -> A
    (REMOVED_ABNORMAL, "restore", "unacknowledged"),  # I -> B
]


@pytest.mark.parametrize(("begin", "event", "end"), TABLE)
def test_the_transitions_of_the_standard(begin, event, end):
    assert after(begin, event).state == end


@pytest.mark.parametrize(
    ("begin", "event", "words"),
    [
        (NORMAL, "acknowledge", "nothing waits"),
        (ACKNOWLEDGED, "acknowledge", "acknowledged already"),
        (SHELVED_ABNORMAL, "acknowledge", "shelved - bring it back"),
        (SUPPRESSED_ABNORMAL, "acknowledge", "suppressed by design"),
        (UNACKNOWLEDGED, "unshelve", "not shelved"),
        (UNACKNOWLEDGED, "restore", "not out of service"),
        (REMOVED, "shelve", "out of service"),
        (REMOVED, "remove", "out of service"),
    ],
)
def test_what_a_person_may_not(begin, event, words):
    with pytest.raises(ActionError, match=words):
        after(begin, event)


@pytest.mark.parametrize("begin", [SHELVED, SUPPRESSED, REMOVED])
def test_what_is_hidden_is_followed_and_stays_hidden(begin):
    rung = after(begin, "raise")
    assert (rung.state, rung.abnormal) == (begin.state, True)
    assert after(rung, "return") == begin


def test_hidden_in_two_ways_it_comes_back_when_both_are_over():
    both = after(after(UNACKNOWLEDGED, "shelve"), "suppress")
    assert (both.state, after(both, "unsuppress").state) == ("suppressed", "shelved")
    assert after(after(both, "unshelve"), "unsuppress").state == "unacknowledged"
    assert after(after(both, "remove"), "restore").state == "suppressed"


@given(st.builds(Standing, *[st.booleans()] * 5))
@settings(max_examples=64, deadline=None)
def test_news_that_is_none_changes_nothing(now):
    assert settled(now, abnormal=now.abnormal) is now
    assert after(now, "raise" if now.abnormal else "return") is now


class Life(RuleBasedStateMachine):
    """Any sequence of events against a second, plain account of what must be true."""

    def __init__(self):
        super().__init__()
        self.now = Standing()
        self.abnormal, self.owed, self.hidden = False, False, set()

    @rule(abnormal=st.booleans())
    def process(self, abnormal):
        self.now = settled(self.now, abnormal=abnormal)
        self.owed = self.owed or (abnormal and not self.abnormal and not self.hidden)
        self.abnormal = abnormal

    @precondition(lambda self: self.owed and not self.hidden)
    @rule()
    def acknowledge(self):
        self.now = after(self.now, "acknowledge")
        self.owed = False

    @precondition(lambda self: "removed" not in self.hidden)
    @rule(how=st.sampled_from([("shelve", "shelved"), ("remove", "removed")]))
    def hide(self, how):
        self.now = after(self.now, how[0])
        self.hidden = {*self.hidden, how[1]} - ({"shelved"} if how[0] == "remove" else set())
        self.owed = False

    @rule(on=st.booleans())
    def by_logic(self, on):
        self.now = after(self.now, "suppress" if on else "unsuppress")
        was = bool(self.hidden)
        self.hidden = self.hidden | {"suppressed"} if on else self.hidden - {"suppressed"}
        self._shown(was)

    @precondition(lambda self: self.hidden & {"shelved", "removed"})
    @rule()
    def bring_back(self):
        which = "restore" if "removed" in self.hidden else "unshelve"
        self.now = after(self.now, which)
        self.hidden = self.hidden - {"removed" if which == "restore" else "shelved"}
        self._shown(True)

    def _shown(self, was):
        if was:
            self.owed = not self.hidden and self.abnormal
        elif self.hidden:
            self.owed = False

    @invariant()
    def a_person_is_asked_exactly_when_something_is_owed(self):
        assert (self.now.state in {"unacknowledged", "returned"}) is self.owed

    @invariant()
    def the_process_is_never_forgotten(self):
        assert self.now.abnormal is self.abnormal
        assert self.now.hidden is bool(self.hidden)
        assert self.hidden or (self.now.state in {"normal", "returned"}) is not self.abnormal


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
