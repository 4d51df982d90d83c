"""What an author sees when a file was saved: the same conversation, at the same step, with the new texts."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.events import MessageReceived
from bot.preview.talk import Setting


def pressed(name, payload):
    return MessageReceived(name, 0, kind="button", button=payload)


def typed(name, text):
    return MessageReceived(name, 0, text=text)


async def entries(studio):
    return await studio.mailbox.since("", "")


async def said(studio):
    return [one.text for one in await entries(studio) if one.who == "bot" and not one.removed]


async def to_the_choices(studio):
    """Enter the flow about guardians and press its first button that leads on."""
    await studio.set(Setting("en", "BE", "child"))
    assert await studio.enter("guardian.child")
    await studio.mailbox.accept("", pressed("e1", "guardian.child/more/enough"))


async def test_saved_text_takes_the_place_of_the_old_one_and_the_step_stays(studio, edit):
    await to_the_choices(studio)
    before = await entries(studio)
    assert studio.where() == ("guardian.child", "then")
    await studio.saved(edit("What now?", "And now?"))
    assert studio.where() == ("guardian.child", "then")
    assert (await said(studio))[-1] == "And now?"
    assert "What now?" not in await said(studio)
    gone = next(one.removed for one in await entries(studio) if one.removed)
    assert set(gone) == {one.id for one in before if one.text == "What now?" or one.event == "e1"}


async def test_page_is_told_what_changed_and_the_rest_is_left_alone(studio, edit):
    await to_the_choices(studio)
    await studio.saved(edit("Ask for yours.", "Ask for your own."))
    assert not any(one.removed for one in await entries(studio))  # nothing that was said has changed
    await studio.saved(edit("A guardian helps you.", "A guardian is there for you."))
    notes = {studio.shown().notes[one.id].changed for one in await entries(studio) if one.text.startswith("A guardian")}
    assert notes == {True}
    assert not studio.shown().notes[(await entries(studio))[-1].id].changed


async def test_contact_goes_on_from_the_step_with_the_new_flow(studio, edit):
    await to_the_choices(studio)
    await studio.saved(edit("Ask for yours.", "Ask for your own."))
    await studio.mailbox.accept("", pressed("e2", "guardian.child/then/do"))
    assert "Ask for your own." in "\n".join(await said(studio))


async def test_step_that_moved_does_not_cost_the_conversation(studio, edit):
    await to_the_choices(studio)
    first = 'text: "What do you want to know?"'
    on = "choose: [{id: on, label: Go on, next: more2}]"
    new = f'text: "Anything?"\n        {on}\n      - id: more2\n        {first}'
    await studio.saved(edit(first, new))
    assert studio.where()[0] == "guardian.child"
    assert studio.shown().problems == ()
    assert len(studio.talk.turns) == 2


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("steps:", "steps: [", "flows/child/guardian.yml"),
        ("next: then", "next: than", "guardian.child has no step 'than'"),
        ("link: closing", "link: closed", "there is no flow 'closed'"),
    ],
)
async def test_broken_file_keeps_what_was_and_says_where(studio, edit, old, new, what):
    await to_the_choices(studio)
    before = await said(studio)
    changed = edit(old, new)
    await studio.saved(changed)
    assert await said(studio) == before
    (problem,) = studio.shown().problems
    assert "still in use" in problem
    assert what in problem
    assert "flows/child/guardian.yml:" in problem
    await settled(studio)
    error = next(one for one in studio.shown().faults if one.severity == "error")
    assert error.line > 0
    assert error.mend
    await studio.saved(edit(new, old))
    assert studio.shown().problems == ()
    await settled(studio)
    assert [str(one) for one in studio.shown().faults if one.severity == "error"] == []


async def settled(studio):
    async with asyncio.timeout(10):
        while (now := studio.shown()).checking:
            await studio.newer(now.revision)


async def test_translation_that_was_saved_is_shown(studio, root):
    await studio.set(Setting("nl", "BE", "child"))
    await studio.enter("guardian.child")
    path = root / "locales" / "nl" / "LC_MESSAGES" / "bot.po"
    path.write_text(path.read_text(encoding="utf-8").replace('"n A guardian helps', '"n Een voogd helpt'), "utf-8")
    await studio.saved(frozenset({path}))
    assert any("Een voogd helpt" in text for text in await said(studio))
    assert studio.shown().saved == ("locales/nl/LC_MESSAGES/bot.po",)


async def test_other_locale_country_and_pseudo_locale_play_the_same_way_again(studio):
    await to_the_choices(studio)
    assert "The Guardianship Service finds one." in "\n".join(await said(studio))
    await studio.set(Setting("nl", "GR", "child"))
    texts = await said(studio)
    assert texts[-1] == "n What now?"
    assert "Guardianship Service" not in "\n".join(texts)
    await studio.set(Setting("ar_XB", "BE", "child"))
    last = (await entries(studio))[-1]
    assert last.rtl
    assert "What" not in last.text
    assert len(studio.talk.turns) == 2


async def test_way_that_another_contact_does_not_have_ends_before_its_button(studio):
    await studio.set(Setting("en", "BE", "child"))
    await studio.mailbox.accept("", typed("e1", "menu"))
    menu = next(one for one in reversed(await entries(studio)) if one.buttons)
    await studio.mailbox.accept("", pressed("e2", menu.buttons[0].payload))
    await studio.set(Setting("", "", ""))  # nobody is known: a welcome comes first
    assert "message 2 is not offered" in studio.shown().problems[0]
    assert len(studio.talk.turns) == 1


async def test_time_that_is_none_changes_nothing(studio):
    await to_the_choices(studio)
    before = await said(studio)
    with pytest.raises(ValueError, match="isoformat"):
        await studio.set(Setting("en", "BE", "child", "teatime"))
    assert await said(studio) == before


async def test_last_turn_can_be_taken_back_and_all_begun_again(studio):
    await to_the_choices(studio)
    await studio.back()
    assert studio.where() == ("guardian.child", "more")
    await studio.mailbox.accept("", pressed("e2", "guardian.child/more/enough"))
    assert studio.where() == ("guardian.child", "then")
    await studio.restart()
    assert await said(studio) == []
    assert studio.where() == ("", "")
    await studio.back()  # with nothing said there is nothing to take back


async def test_sources_and_places_stand_beside_a_message(studio, edit):
    await studio.saved(edit("A page", "A page", "sources.yml"))
    await studio.set(Setting("en", "BE", "child"))
    await studio.enter("guardian.child")
    note = next(one for one in studio.shown().notes.values() if one.step == "what")
    assert (note.flow, note.file) == ("guardian.child", "flows/child/guardian.yml")
    assert note.line == 7
    assert [(one.part, [fact.id for fact in one.facts]) for one in note.sentences] == [("", ["T-1"]), ("BE", ["T-1"])]
    assert note.sentences[0].facts[0].title == "A page"


async def test_case_is_told(studio):
    await studio.set(Setting("en", "BE", "child"))
    await studio.mailbox.accept("", typed("e1", "alarm"))
    assert any("T0" in case for note in studio.shown().notes.values() for case in note.cases)


async def test_text_waits_until_texts_can_be_read(studio, reading):
    await studio.set(Setting("en", "BE", "child"))
    reading.up.clear()
    waiting = asyncio.create_task(studio.mailbox.accept("", typed("e1", "guardian")))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    reading.up.set()
    assert await waiting
    assert await said(studio)
    assert not await studio.mailbox.accept("", typed("e1", "guardian"))  # sent twice by the page


async def test_watching_sees_a_save_and_ends_cleanly(studio, edit):
    await to_the_choices(studio)
    task = asyncio.create_task(studio.run())
    async with asyncio.timeout(20):
        await asyncio.sleep(0.2)
        edit("What now?", "And now?")
        while "And now?" not in await said(studio):
            await studio.newer(studio.shown().revision)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not studio.shown().checking or studio._checking.cancelled()
