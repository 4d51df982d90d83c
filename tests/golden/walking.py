"""Writes the transcripts of topics: ``python -m tests.golden.walking [TOPIC …] [--locale LOCALE …]``.

A walk goes as an author would: the question in the contact's own words, then down each choice of the flow, and to a
person at the end. In English there is one file for each topic and audience: the first country goes everywhere, the
others where something is said that was not said before. In the other locales there is one file for each topic.
Questions that stand in a file already are asked again, so that a walk changes no more than it must.
"""

from __future__ import annotations

import argparse
import asyncio
import copy
import itertools
import sys
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from bot.core import codec
from bot.core.effects import SendMessage
from bot.core.flow import Ask, Choose, End, Flow, Link, Say, Statement
from bot.core.library import COUNTRIES
from bot.core.understood import RISKS
from bot.turns.direct import DirectConversation
from nlu.text import topics as known
from tests.golden.playing import HERE, Means, load, opened, replayed, save, step
from tests.golden.questions import questions
from tests.golden.texts import library

PERSON: Final = "human.any"
LONG: Final = 12
"""After so many inputs a conversation ends, so that it can be read at once."""
SHORT: Final = 4
"""The same in a locale that is not English."""
DEEP: Final = 6
STATES: Final = 600
ASKS: Final = 6
"""Questions in a contact's own words for each country."""
NAMES: Final = {"BE": "Belgium", "DE": "Germany", "GR": "Greece"}
CALM: Final = frozenset({"hide", "delete_data", "greet", "thanks", "goodbye", "affirm", "deny", "human"})
"""Topics whose conversations do not end with asking for a person."""
ANSWERS: Final = {"affirm": "delete_data", "deny": "delete_data"}
"""Topics that mean something only as an answer → what was asked before."""

ANYBODY: Final = ("anybody",)
LOCALES: Final = ("ar", "de", "el", "fa_AF", "fr", "nl", "ps")
FOLDER: Final = "topics"

LEVELS: Final = ("T0", "T1", "check", "")

Goal = tuple[str, ...]
Way = tuple[dict[str, Any], ...]


def statements(flow: Flow, country: str) -> Iterator[Statement]:
    """Yield what a flow says in a country."""
    for one in flow.steps.values():
        if isinstance(one, Say):
            yield from one.say
            for place, added in one.overlay.items():
                if place.startswith(("age:", country)):
                    yield from added
        elif isinstance(one, Choose | Ask):
            yield one.text


def said(flow: Flow, country: str) -> set[Goal]:
    return {("text", one.context, one.text) for one in statements(flow, country) if one.text}


def choices(flow: Flow) -> tuple[set[Goal], set[Goal], set[Goal]]:
    """Return the choices that stay in the flow, those that leave it, and those that lead to a person."""
    inner, leaving, person = set(), set(), set()
    for one in flow.steps.values():
        for choice in one.choose if isinstance(one, Choose) else ():
            goal = ("press", f"{flow.id}/{one.id}/{choice.id}")
            after = flow.steps.get(choice.next or one.next)
            if choice.flow == PERSON:
                person.add(goal)
            elif choice.flow or after is None or isinstance(after, Link | End):
                leaving.add(goal)
            else:
                inner.add(goal)
    return inner, leaving, person


def late(flow: Flow) -> set[Goal]:
    """Return what a flow says and offers last: it is better reached at the end of a conversation."""
    last = {
        one.id
        for one in flow.steps.values()
        if isinstance(one, Say) and isinstance(flow.steps.get(one.next), Link | End | None)
    }
    said_last = {
        ("text", statement.context, statement.text)
        for name in last
        for statement in (*flow.steps[name].say, *itertools.chain(*flow.steps[name].overlay.values()))
    }
    return said_last | {
        ("press", f"{flow.id}/{one.id}/{choice.id}")
        for one in flow.steps.values()
        for choice in (one.choose if isinstance(one, Choose) else ())
        if choice.next in last
    }


class Talk:
    """One conversation in the making. It can be forked, to look ahead."""

    def __init__(self, play: DirectConversation, means: Means) -> None:
        self.play, self.means = play, means
        self.turns: list[dict[str, Any]] = []
        self.done: set[Goal] = set()

    def fork(self) -> Talk:
        play = copy.copy(self.play)
        play._timers = dict(play._timers)
        made = Talk(play, self.means)
        made.done = set(self.done)
        return made

    async def take(self, given: dict[str, Any]) -> set[Goal]:
        """Do one input and return what it reached."""
        self.play.drain()
        await step(self.play, self.means, given)
        reached: set[Goal] = {("press", given["press"])} if "press" in given else set()
        for effect in self.play.drain():
            if isinstance(effect, SendMessage):
                reached |= {("text", ref.context, ref.msgid) for ref in effect.texts}
        self.done |= reached
        self.turns.append({"in": given, "out": []})
        return reached

    def state(self) -> bytes:
        conversation = self.play.conversation
        if conversation is None:
            return b""
        return codec.encode(msgspec.structs.replace(conversation, trail=(), recent=(), last_at=0, misses=0))

    def asks(self, flow: str) -> bool:
        conversation = self.play.conversation
        return bool(conversation) and any(one.payload.startswith(f"{flow}/") for one in conversation.offered)

    def inputs(self, flow: str, again: dict[str, Any] | None) -> list[dict[str, Any]]:
        conversation = self.play.conversation
        offered = conversation.offered if conversation else ()
        found = [{"press": button.payload} for button in offered]
        if again and not self.asks(flow):
            found.append(again)
        return found


async def way(talk: Talk, goals: set[Goal], flow: str, again: dict[str, Any] | None) -> Way | None:
    """Return the shortest way to something that is still to be reached; None where there is none."""
    seen = {talk.state()}
    todo: deque[tuple[Talk, Way]] = deque([(talk, ())])
    while todo and len(seen) < STATES:
        here, path = todo.popleft()
        for given in here.inputs(flow, again):
            there = here.fork()
            if await there.take(given) & goals:
                return (*path, given)
            state = there.state()
            if state not in seen and len(path) < DEEP:
                seen.add(state)
                todo.append((there, (*path, given)))
    return None


class Walk:
    """Walks through the flow of a topic for an audience."""

    def __init__(self, topic: str, audience: str, locale: str, kept: dict[str, list[dict[str, Any]]]) -> None:
        self.topic, self.audience, self.locale, self.kept = topic, audience, locale, kept
        self.found: list[dict[str, Any]] = []
        self.reached: set[Goal] = set()

    def asks(self, country: str) -> list[dict[str, Any]]:
        kept = self.kept.get(country, [])
        both = kept + [one for one in self.fresh(country) if one["text"] not in {old["text"] for old in kept}]
        levels = [[one for one in both if level_of(one) == level] for level in LEVELS]
        both = [one for together in itertools.zip_longest(*levels) for one in together if one]  # by turns
        assert both, f"nobody asks about {self.topic} in {self.locale} ({self.audience}, {country})"
        return both

    def fresh(self, country: str) -> Iterator[dict[str, Any]]:
        """Yield some questions, of both levels where it is a risk: what is said differs."""
        counts: Counter[str] = Counter()
        for one in questions(self.locale, self.topic, self.audience, country):
            level = level_of(one)
            counts[level] += 1
            if counts[level] <= ASKS:
                yield one
            elif not level or len(counts) == len(LEVELS) - 1:
                return

    async def begin(self, country: str, ask: dict[str, Any]) -> Talk:
        means = Means()
        at_start = {"locale": self.locale, "country": country, "audience": self.audience}
        talk = Talk(opened(at_start, means), means)
        if self.topic in ANSWERS:
            await talk.take(next(questions(self.locale, ANSWERS[self.topic], self.audience, country)))
        await talk.take(ask)
        return talk

    async def end(self, talk: Talk, person: set[Goal], flow: str) -> None:
        """Ask for a person: by a button that was not pressed yet, by any, or with the word for it."""
        if self.topic in CALM or self.topic in RISKS:
            return
        for goals in (person - self.reached, person):
            path = await way(talk, goals, flow, None) if goals else None
            if path and len(path) <= 3:
                for given in path:
                    await talk.take(given)
                return
        offered = talk.play.conversation.offered if talk.play.conversation else ()
        button = next((one.payload for one in offered if one.label.msgid == "Talk to a person"), None)
        await talk.take({"press": button} if button else {"text": navigation(self.locale, "person")})

    def keep(self, talk: Talk, country: str, flow: Flow | None) -> None:
        self.reached |= talk.done
        about = flow.title if flow and flow.title else self.topic.replace("_", " ")
        number = sum(one["country"] == country for one in self.found) + 1
        title = f"{about}: a {self.audience} in {NAMES[country]}" + (f", {number}" if number > 1 else "")
        self.found.append({"title": title, "country": country, "turns": talk.turns})

    async def country(self, country: str, flow: Flow, *, everything: bool) -> None:
        """Walk until nothing new is said in a country."""
        inner, leaving, person = choices(flow)
        asks = self.asks(country)
        idle = 0
        for number in itertools.count():
            ask = asks[number % len(asks)]
            again = None if self.topic in RISKS else asks[(number + 1) % len(asks)]
            talk = await self.begin(country, ask)
            wanted = said(flow, country) | (inner if everything else set())
            await self.along(talk, wanted - late(flow), flow.id, again, LONG)
            await self.along(talk, wanted, flow.id, again, LONG)
            if everything:
                await self.along(talk, leaving, flow.id, again, LONG + 2)
            fresh = (talk.done - self.reached) & (wanted | (leaving if everything else set()))
            if number == 0 or fresh:
                if number == 0 and len(talk.turns) == 1:
                    await self.first(talk)
                await self.end(talk, person, flow.id)
                self.keep(talk, country, flow)
            idle = 0 if fresh else idle + 1
            if idle > (2 if self.topic in RISKS else 0):
                break
        await self.known_before(country, flow, asks[0])
        if everything:
            while rest := person - self.reached:
                talk = await self.begin(country, asks[len(self.found) % len(asks)])
                path = await way(talk, rest, flow.id, None)
                if path is None:
                    break
                for given in path:
                    await talk.take(given)
                self.keep(talk, country, flow)

    async def known_before(self, country: str, flow: Flow, ask: dict[str, Any]) -> None:
        """Reach what is only said where a region or an age is known already, from another question."""
        for goal in sorted(said(flow, country) - self.reached):
            for other, setting in settings_of(goal[1].partition("@")[2], self.audience, country):
                talk = await self.begin(country, next(questions(self.locale, other.topic, self.audience, country)))
                for wanted, again in ((setting, None), ({goal}, ask)):
                    for given in await way(talk, wanted, flow.id, again) or ():
                        await talk.take(given)
                if goal in talk.done - self.reached:
                    await self.end(talk, choices(flow)[2], flow.id)
                    self.keep(talk, country, flow)
                    break

    async def along(
        self, talk: Talk, wanted: set[Goal], flow: str, again: dict[str, Any] | None, most: int, *, stay: bool = False
    ) -> None:
        """Go where something is wanted; where ``stay``, only as long as the flow itself asks."""
        while len(talk.turns) < most and (not stay or talk.asks(flow)):
            path = await way(talk, wanted - self.reached - talk.done, flow, again)
            if path is None:
                return
            for given in path:
                await talk.take(given)

    async def first(self, talk: Talk) -> None:
        offered = talk.play.conversation.offered if talk.play.conversation else ()
        if offered:
            await talk.take({"press": offered[0].payload})

    async def glance(self, country: str, flow: Flow | None) -> None:
        """Walk a short way: the question, a step or two, and a person."""
        talk = await self.begin(country, self.asks(country)[0])
        person: set[Goal] = set()
        if flow and self.topic not in ANSWERS:
            inner, _, person = choices(flow)
            wanted = said(flow, country) | inner
            await self.along(talk, wanted - late(flow), flow.id, None, SHORT - 1, stay=True)
            await self.along(talk, wanted, flow.id, None, SHORT, stay=True)
        await self.end(talk, person, flow.id if flow else "")
        self.keep(talk, country, flow)


def settings_of(key: str, audience: str, country: str) -> Iterator[tuple[Flow, set[Goal]]]:
    """Yield flows of topics that ask for what an overlay depends on, with the choices that say so."""
    low, _, high = key.removeprefix("age:").partition("-")
    for flow in library().flows.values():
        fitting = set()
        for one in flow.steps.values():
            for choice in one.choose if isinstance(one, Choose) else ():
                age = choice.set.get("age", "")
                in_band = key.startswith("age:") and age.isdecimal() and int(low) <= int(age) <= int(high or low)
                if in_band or (key and choice.set.get("region") == key):
                    fitting.add(("press", f"{flow.id}/{one.id}/{choice.id}"))
        for other in library().flows.values() if fitting else ():
            links = any(isinstance(one, Link) and one.flow == flow.id for one in other.steps.values())
            if links and other.topic and flow_of(other.topic, audience, country) is other:
                yield other, fitting


def level_of(ask: dict[str, Any]) -> str:
    """Return how a risk is met: with its level, or with a gentle question first."""
    means = ask["means"] if isinstance(ask["means"], dict) else {}
    return means.get("care") or means.get("level", "")


def navigation(locale: str, name: str) -> str:
    """Return the word that a contact types for something, as the flow ``nav`` has it."""
    flow = library().flows["nav"]
    one = flow.steps[flow.first]
    assert isinstance(one, Choose)
    label = next(choice.label for choice in one.choose if choice.id == name)
    ref = library().ref("nav", one.id, label)
    return (library().text(locale, ref) or label).lower()


def flow_of(topic: str, audience: str, country: str) -> Flow | None:
    found = library().find(topic, audience, country)
    return library().flows[found] if found else None


def audiences(topic: str) -> tuple[str, ...]:
    """Return the audiences that have words of their own about a topic; ``ANYBODY`` where the words are for all."""
    theirs = {flow.audience for flow in library().flows.values() if flow.topic == topic}
    if not theirs - {"any"}:
        return ANYBODY
    return tuple(who for who in ("child", "carer") if who in theirs or (who == "child" and "any" in theirs))


def labelled(conversation: dict[str, Any]) -> dict[str, Any]:
    """Return a conversation with presses by their English labels, where these name one button alone."""
    shown: list[str] = []
    for turn in conversation["turns"]:
        label = label_of(turn["in"].get("press", ""))
        if label and shown.count(label) == 1:
            turn["in"] = {"press": label}
        for out in turn["out"]:
            shown = out.get("choices", shown)
    return conversation


def label_of(payload: str) -> str:
    flows = library().flows
    if payload.startswith("!flow:"):
        return flows[payload[6:]].title
    name, _, rest = payload.partition("/")
    where, _, what = rest.partition("/")
    one = flows[name].steps.get(where) if name in flows else None
    return next((c.label for c in one.choose if c.id == what), "") if isinstance(one, Choose) else ""


def kept_questions(file: Path, topic: str) -> dict[str, list[dict[str, Any]]]:
    """Return the questions about a topic that a file holds already, by country."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in load(file)["conversations"] if file.exists() else ():
        place = found.setdefault(one["country"], [])
        for turn in one["turns"]:
            means = turn["in"].get("means")
            about = means.get("risk") if isinstance(means, dict) else means
            if about == topic and turn["in"] not in place:
                place.append(turn["in"])
    return found


async def english(topic: str) -> dict[str, dict[str, Any]]:
    """Return the documents of both audiences. Where both hear the same, the second goes only where it is new."""
    found: dict[str, dict[str, Any]] = {}
    reached: set[Goal] = set()
    own = audiences(topic)
    for audience in ("child", "carer"):
        walk = Walk(topic, audience, "en", kept_questions(english_file(topic, audience), topic))
        walk.reached = reached if own == ANYBODY else set()
        for country in COUNTRIES:
            flow = flow_of(topic, audience, country)
            if flow and topic not in ANSWERS and (own == ANYBODY or audience in own):
                await walk.country(country, flow, everything=country == COUNTRIES[0])
            else:
                await walk.glance(country, flow)
        reached = walk.reached
        found[audience] = {"topic": topic, "audience": audience, "locale": "en", "conversations": walk.found}
    return found


async def elsewhere(topic: str, locale: str) -> dict[str, Any]:
    """Return short conversations: one for each audience that has words of its own, in countries by turns."""
    turn = known.TOPICS.index(topic) + LOCALES.index(locale)
    who = audiences(topic)
    if who == ANYBODY:
        who = (("child", "carer")[turn % 2],)
    found = []
    for number, audience in enumerate(who):
        country = COUNTRIES[(turn + number) % len(COUNTRIES)]
        walk = Walk(topic, audience, locale, kept_questions(locale_file(topic, locale), topic))
        await walk.glance(country, flow_of(topic, audience, country))
        found += [{"title": one["title"], "audience": audience, **one} for one in walk.found]
    return {"topic": topic, "locale": locale, "conversations": found}


def whole_in(topic: str, locale: str) -> bool:
    """Whether all that is said about a topic exists in a locale."""
    flows = [flow.id for flow in library().flows.values() if flow.topic == topic]
    return locale in library().locales and all(library().has(locale, name) for name in flows)


def english_file(topic: str, audience: str) -> Path:
    return HERE / "en" / FOLDER / f"{topic}.{audience}.yml"


def locale_file(topic: str, locale: str) -> Path:
    return HERE / locale / FOLDER / f"{topic}.yml"


def write(file: Path, document: dict[str, Any]) -> None:
    made = replayed(document)
    save(file, {**made, "conversations": [labelled(one) for one in made["conversations"]]})


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Writes the transcripts of topics.")
    parser.add_argument("topic", nargs="*", help="none: all")
    parser.add_argument("--locale", action="append", help="en, nl …; none: all")
    args = parser.parse_args(arguments)
    for topic in args.topic or known.TOPICS:
        for locale in args.locale or ("en", *LOCALES):
            if locale == "en":
                for audience, document in asyncio.run(english(topic)).items():
                    write(english_file(topic, audience), document)
            elif whole_in(topic, locale):
                write(locale_file(topic, locale), asyncio.run(elsewhere(topic, locale)))
            else:
                sys.stdout.write(f"{topic} is not whole in {locale}: left as it is\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
