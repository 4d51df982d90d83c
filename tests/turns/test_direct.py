from __future__ import annotations

import pytest

from bot.turns.direct import DirectConversation, as_line
from tests.turns.doubles import Meaning
from tests.turns.library import library


def play(**given) -> DirectConversation:
    return DirectConversation(library("ar"), Meaning(), **given)


def flows(outputs):
    return [output["message"]["flow"] for output in outputs if "message" in output]


async def test_somebody_new_is_welcomed():
    outputs = await play().feed("greet")
    assert flows(outputs)[0] == "welcome"
    message = outputs[-1]["message"]
    assert set(message) >= {"text", "choices", "locale", "flow", "step"}
    assert message["choices"] == ["English", "العربية"]  # Dutch is not whole in this library, so it is not offered


async def test_with_all_three_given_it_starts_after_the_welcome():
    conversation = play(locale="ar", country="GR", audience="child")
    outputs = await conversation.feed("menu")
    assert flows(outputs) == ["menu"]
    assert outputs[0]["message"]["locale"] == "ar"


@pytest.mark.parametrize("how", ["1", "١", "label", "press"])
async def test_numbers_labels_and_buttons_choose(how):
    conversation = play(locale="en", country="BE", audience="child")
    await conversation.feed("nonsense words")
    await conversation.feed("alarm")
    label = conversation.offered[0]
    outputs = await (
        conversation.press(label) if how == "press" else conversation.feed(label if how == "label" else how)
    )
    assert outputs[0]["message"]["step"] == "safe"


async def test_escalations_stand_where_they_happen():
    outputs = await play(locale="en", country="GR", audience="child").feed("followed alarm")
    assert outputs[0]["message"]["urgent"]
    assert "100" in outputs[0]["message"]["text"]
    escalation = outputs[1]["escalation"]
    assert (escalation["level"], escalation["topic"], escalation["raised"]) == ("T0", "danger", False)
    assert escalation["rule"] == "followed"
    assert as_line(outputs[1]).startswith('{"escalation":{"level":"T0","topic":"danger"')


async def test_a_person_takes_over_and_the_bot_is_quiet():
    conversation = play(locale="en", country="GR", audience="child")
    await conversation.feed("human")
    assert flows(await conversation.claim()) == ["taken"]
    assert await conversation.feed("school") == []
    (said,) = await conversation.reply("Hello, I am Carla.")
    assert (said["message"]["text"], said["message"]["who"]) == ("Hello, I am Carla.", "caseworker")
    assert flows(await conversation.resolve()) == ["resolved", "survey"]


async def test_time_passes_only_when_told():
    conversation = play(locale="en", country="GR", audience="child")
    await conversation.feed("check words")
    assert conversation.escalation is None
    assert await conversation.wait(9 * 60_000) == []
    outputs = await conversation.wait(2 * 60_000)
    assert outputs[0]["escalation"]["level"] == "T1"


async def test_hidden_shows_only_the_harmless_message():
    conversation = play(locale="en", country="GR", audience="child")
    assert flows(await conversation.feed("hide")) == ["hidden"]
    assert conversation.commit.deliver[0].kind == "delete"


async def test_the_same_inputs_give_the_same_outputs():
    async def run():
        conversation = play(channel="whatsapp")
        return [await conversation.feed(text) for text in ("greet", "1", "2", "1", "school", "alarm", "hide")]

    assert await run() == await run()


async def test_an_unknown_button_is_said():
    with pytest.raises(LookupError):
        await play().press("nothing")
    with pytest.raises(LookupError):
        await play().claim()
