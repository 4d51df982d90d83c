"""Telephone numbers by hour and audience: what a contact reads at which time."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.effects import SendMessage, TextRef
from bot.core.flow import Say
from bot.core.library import COUNTRIES, Library
from bot.core.numbers import Number
from bot.core.turn import Turn
from bot.flowfiles import reference
from bot.flowfiles.hours import read
from bot.turns.direct import START, DirectConversation
from bot.turns.local import local, moment
from bot.turns.render import render
from tests.turns.doubles import Meaning
from tests.turns.library import FLOWS, library

LINE = TextRef("f/s", "Talk: {tel_child}.", "It opens at 14.")
BARE = TextRef("f/s", "Call: {tel_child}.")
HELLO = TextRef("f/s", "Hello.")
WHEN = "Mo-Sa 14:00-20:00"
TEXTS = {"nl": {("f/s", "Talk: {tel_child}."): "Praat: {tel_child}.", ("f/s", "It opens at 14."): "Open om 14 uur."},
         "el": {("f/s", "Talk: {tel_child}."): "Μίλα: {tel_child}."}}  # fmt: skip
LIBRARY = Library({}, TEXTS, {country: {"tel_child": Number("1", read(WHEN))} for country in COUNTRIES})


def at(country, *when):
    return moment(country, dt.datetime(*when))  # noqa: DTZ001 - the clock on the wall has no zone


def say(*texts, **more):
    return SendMessage("f", "s", texts, **more)


def text(*texts, country="DE", when=(2026, 1, 5, 15), **more):
    made = render(say(*texts, country=country, at=at(country, *when), **more), LIBRARY)
    return made.text if made else None


def test_while_it_is_closed_something_else_is_said_or_nothing():
    assert text(HELLO, LINE, BARE) == "Hello.\nTalk: 1.\nCall: 1."
    assert text(HELLO, LINE, BARE, when=(2026, 1, 5, 20)) == "Hello.\nIt opens at 14."
    assert text(BARE, when=(2026, 1, 4, 15)) is None


def test_where_the_time_is_not_known_all_numbers_are_open():
    assert render(say(LINE, country="DE"), LIBRARY).text == "Talk: 1."


@pytest.mark.parametrize(("country", "utc"), [("BE", 13), ("DE", 13), ("GR", 12)])
def test_the_clock_of_the_country_decides_in_winter_and_summer(country, utc):
    for month, hour in ((1, utc), (7, utc - 1)):  # in summer the clocks are an hour ahead
        opens = dt.datetime(2026, month, 6, hour, tzinfo=dt.UTC).timestamp() * 1000
        assert render(say(LINE, country=country, at=int(opens)), LIBRARY).text == "Talk: 1."
        assert render(say(LINE, country=country, at=int(opens) - 1), LIBRARY).text == "It opens at 14."


@given(st.sampled_from(["", *COUNTRIES]), st.integers(1, 4_000_000_000_000))
def test_a_clock_tells_the_moment_it_came_from(country, ms):
    clock = local(country, ms)
    assert clock.utcoffset() in {dt.timedelta(hours=hours) for hours in (0, 1, 2, 3)}
    assert int(clock.timestamp() * 1000) // 1000 == ms // 1000


def test_it_is_said_in_the_language_of_the_contact():
    evening = {"when": (2026, 1, 5, 21)}
    assert text(LINE, locale="nl", **evening) == "Open om 14 uur."
    assert text(LINE, locale="el", **evening) == "Μίλα: 1.", "without a translation the sentence itself, never English"


def test_a_number_is_shown_to_its_audience_alone():
    own = {"tel_a": Number("1", None, ("carer",)), "tel_b": Number("2", None, ("caseworker",))}
    shelf = Library({}, {}, {"EU": {"tel_a": Number("9")}, "BE": own})
    assert [shelf.number("BE", "tel_a", who) for who in ("carer", "", "child")] == ["1", "1", "9"]
    assert [shelf.number("BE", "tel_b", who) for who in ("carer", "", "child")] == [None] * 3
    assert render(say(TextRef("f/s", "{tel_a}"), country="BE", audience="child"), shelf).text == "9"
    assert render(say(TextRef("f/s", "{tel_a}"), country="BE", audience="carer"), shelf).text == "1"


def test_what_was_rendered_once_is_rendered_anew_when_the_line_opens():
    closed, opened = (say(LINE, country="DE", at=at("DE", 2026, 1, 5, hour)) for hour in (13, 14))
    said = [render(one, LIBRARY, last_at=7) for one in (closed, opened, closed)]
    assert [one.text for one in said] == ["It opens at 14.", "Talk: 1.", "It opens at 14."]
    assert said[0].last_at == 7
    assert render(closed, LIBRARY, last_at=8).last_at == 8


async def told(country, when, words):
    talk = DirectConversation(library(), Meaning(), locale="en", country=country, audience="child", now=when)
    return "\n".join(one["message"]["text"] for one in await talk.feed(words) if "message" in one)


NIGHT = (2026, 1, 6, 3)
DAY = (2026, 1, 6, 15)


@pytest.mark.parametrize(("country", "when", "there", "gone"), [
    ("DE", DAY, ("116111", "116016"), ("closed",)),
    ("DE", NIGHT, ("116016", "112", "Nummer gegen Kummer is closed now", "Monday to Saturday, 14 to 20"), ("116111",)),
    ("BE", DAY, ("103",), ("closed",)),
    ("BE", NIGHT, ("Écoute-Enfants, in French, is closed now",), ("103",)),
    ("GR", NIGHT, ("1056",), ("closed",)),
])  # fmt: skip
async def test_a_child_who_is_hurt_reads_the_lines_that_answer_now(country, when, there, gone):
    said = await told(country, at(country, *when), "hit abuse")
    assert all(one in said for one in there), said
    assert not any(one in said for one in gone), said


async def test_all_lines_are_open_when_a_conversation_is_tried():
    for country in COUNTRIES:
        assert not library().closed(country, "child", local(country, START))


def every_message():
    """Yield (country, step, texts) of every step that tells something, in each place."""
    for flow in library().flows.values():
        for step in flow.steps.values():
            if isinstance(step, Say):
                for country in flow.countries or COUNTRIES:
                    keys = [key for key in step.overlay if key.startswith((country, "age:"))]
                    for key in keys or [""]:
                        said = (*step.say, *step.overlay.get(key, ()))
                        yield country, f"{flow.id}/{step.id}", tuple(TextRef(s.context, s.text, s.closed) for s in said)


def test_no_message_ever_shows_a_number_that_is_closed():
    """At both sides of every hour of a week, in every place: the numbers that are shown are open, 112 always."""
    contacts = reference.contacts(FLOWS)
    numbered = [one for one in every_message() if any("{tel_" in ref.msgid for ref in one[2])]
    assert len(numbered) > 50
    changed = 0
    for country, step, texts in numbered:
        known = {
            contact.number: contact.times
            for where in ("EU", country)
            for name, contact in contacts[where].items()
            if contact.allowed and name not in reference.ALWAYS
        }
        for hour in range(7 * 24):
            for minute in (0, 59):
                when = dt.datetime(2026, 1, 5 + hour // 24, hour % 24, minute)  # noqa: DTZ001 - as above
                made = render(SendMessage("f", "s", texts, country=country, at=moment(country, when)), library())
                shown = made.text if made else ""
                for number, times in known.items():
                    if re.search(rf"(?<!\d){re.escape(number)}(?!\d)", shown):
                        assert times is None or times.answers(when), f"{step} shows {number} in {country} at {when}"
                changed += "closed now" in shown
                if any("{tel_emergency}" in ref.msgid for ref in texts):
                    assert "112" in shown
    assert changed


def test_turns_say_when_and_to_whom():
    from bot.core.conversation import Conversation
    from bot.core.events import MessageReceived
    from bot.core.flow import Statement

    turn = Turn(Conversation("c", "x", country="DE", audience="carer"), MessageReceived("e", 77), library())
    turn.say("f", "s", (Statement("Talk: {tel_child}.", "f/s", closed="Closed."),))
    assert turn.effects == [say(TextRef("f/s", "Talk: {tel_child}.", "Closed."), country="DE", audience="carer", at=77)]
