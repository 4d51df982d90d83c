"""Any sequence of verbs and turns, on the real server, against a plain model."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.core.escalation import TRANSITIONS, change
from bot.errors import NotAllowedError
from bot.sealing import Keyring, KeyringSealer
from bot.store import LocalServer, open_store
from bot.store.client import Client
from tests.store import fixtures
from tests.store import making as m
from tests.store.hands import Hands

pytestmark = [pytest.mark.redis, pytest.mark.slow]
PEOPLE = ("anna", "ben")
WORLD: dict = {}


@pytest.fixture(scope="module", autouse=True)
def _world(server: LocalServer):
    """A store of its own loop, kept for all examples."""
    runner = asyncio.Runner()
    clock = fixtures.ManualClock()
    with tempfile.TemporaryDirectory() as folder:
        sealer = KeyringSealer(Keyring.open(Path(folder), now=0))

        async def begin():
            bare = Client(server.url)
            await bare.do("FLUSHALL")
            await bare.close()
            return await open_store(server.url, sealer=sealer, clock=clock, count=fixtures.PARTITIONS)

        WORLD.update(runner=runner, clock=clock, store=runner.run(begin()))
        yield
        runner.run(WORLD["store"].close())
        runner.close()


class Real(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.store, self.clock = WORLD["store"], WORLD["clock"]

    def run(self, awaitable):
        return WORLD["runner"].run(awaitable)

    @initialize()
    def empty(self) -> None:
        async def clear():
            await self.store.partitions.release()
            await self.store.outbox.release()
            self.store.partitions._leases = None
            await self.store.client.do("FLUSHALL")

        self.run(clear())


class Queue(Real):
    """The model is ``core.escalation.change`` alone."""

    def __init__(self) -> None:
        super().__init__()
        self.model = None
        self.replies = 0

    @precondition(lambda self: self.model is None)
    @rule(level=st.sampled_from(["T0", "T1", "T2"]))
    def opens(self, level) -> None:
        self.partition, self.model = self.run(m.open_case(self.store, self.clock, level=level))

    def verb(self, call, verb, by, *, own=True, **more) -> None:
        at = self.clock.now()
        try:
            expected = change(self.model, verb, at=at, by=by, **more)
            mine = self.model.assignee == by or (not own and verb == "resolve" and not self.model.assignee)
            allowed = mine or verb == "claim"
        except NotAllowedError:
            allowed = False
        if not allowed:
            with pytest.raises(NotAllowedError):
                self.run(call)
            return
        self.run(call)
        self.model = expected

    @precondition(lambda self: self.model)
    @rule(by=st.sampled_from(PEOPLE))
    def claims(self, by) -> None:
        self.verb(Hands(self.store, self.clock).claim(self.model.id, by), "claim", by, own=False)

    @precondition(lambda self: self.model)
    @rule(by=st.sampled_from(PEOPLE))
    def replies_to(self, by) -> None:
        self.replies += 1
        self.verb(Hands(self.store, self.clock).reply(self.model.id, by, "x", key=str(self.replies)), "reply", by)

    @precondition(lambda self: self.model)
    @rule(by=st.sampled_from(PEOPLE))
    def releases(self, by) -> None:
        self.verb(Hands(self.store, self.clock).release(self.model.id, by), "release", by)

    @precondition(lambda self: self.model)
    @rule(by=st.sampled_from(PEOPLE))
    def snoozes(self, by) -> None:
        self.verb(Hands(self.store, self.clock).hand_back(self.model.id, by, 1000), "snooze", by)

    @precondition(lambda self: self.model)
    @rule(by=st.sampled_from(PEOPLE))
    def resolves(self, by) -> None:
        self.verb(Hands(self.store, self.clock).resolve(self.model.id, by, "done"), "resolve", by, own=False)

    @precondition(lambda self: self.model)
    @rule(by=st.sampled_from(PEOPLE), to=st.sampled_from(PEOPLE))
    def transfers(self, by, to) -> None:
        allowed = self.model.assignee == by and (self.model.state, "transfer") in TRANSITIONS
        call = Hands(self.store, self.clock).transfer(self.model.id, by, to)
        if allowed:
            self.run(call)
            self.model = change(self.model, "transfer", at=0, by=to)
        else:
            with pytest.raises(NotAllowedError):
                self.run(call)

    @precondition(lambda self: self.model)
    @rule(first=st.sampled_from(PEOPLE))
    def both_claim_at_once(self, first) -> None:
        second = next(name for name in PEOPLE if name != first)

        async def race():
            calls = (Hands(self.store, self.clock).claim(self.model.id, name) for name in (first, second))
            return await asyncio.gather(*calls, return_exceptions=True)

        outcomes = self.run(race())
        won = [name for name, outcome in zip((first, second), outcomes, strict=True) if outcome is None]
        assert len(won) == (1 if self.model.state == "waiting" else 0)
        if won:
            self.model = change(self.model, "claim", at=0, by=won[0])

    @precondition(lambda self: self.model)
    @rule(stale=st.booleans())
    def the_contact_writes(self, stale) -> None:
        async def turn():
            await m.write(self.store, self.clock)
            for partition, entry in await m.read_all(self.store):
                now = await partition.escalation(self.model.id)
                after = change(now, "contact_wrote", at=entry.event.at)
                expected = now.revision - 1 if stale else now.revision
                mine = m.turn(entry, escalation=after, expected=expected)
                (outcome,) = await partition.commit([mine])
                if stale:
                    assert outcome == "conflict"
                    await partition.set_aside(entry, "Stale")
                else:
                    assert outcome == "done"
                self.after = await partition.escalation(self.model.id)

        self.run(turn())
        self.model = self.after

    @invariant()
    def stays_as_the_model(self) -> None:
        if self.model is None:
            return
        real = self.run(self.partition.escalation(self.model.id))
        fields = ("state", "assignee", "revision", "level")
        assert [getattr(real, f) for f in fields] == [getattr(self.model, f) for f in fields]
        rows = self.run(Hands(self.store, self.clock).queue("anna"))
        states = [row.state for row in rows if row.state != "resolved"]  # one closed alone waits for a second look
        assert states == ([self.model.state] if self.model.state != "resolved" else [])


class Turns(Real):
    """The model is a dict of what was said last, and a list of what is to be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.inbox: list[tuple[str, str]] = []
        self.pending: list = []
        self.kept: dict[str, str] = {}
        self.sent: list[tuple[str, str]] = []
        self.expected: list[tuple[str, str]] = []
        self.seen: set[str] = set()

    @rule(who=st.sampled_from("abc"), number=st.integers(0, 12))
    def writes(self, who, number) -> None:
        id_ = f"{who}{number}"
        new = self.run(self.store.inbox.append(m.incoming(who, id_, id=id_, at=self.clock.now())))
        assert new == (id_ not in self.seen)
        if new:
            self.seen.add(id_)
            self.inbox.append((who, id_))

    @rule()
    def reads(self) -> None:
        found = self.run(m.read_all(self.store))
        fresh = [(p, e) for p, e in found if e.entry not in {x.entry for _, x in self.pending}]
        self.pending += fresh

    @rule()
    def another_owner_takes_over(self) -> None:
        self.run(self.store.partitions.release())
        self.store.partitions._leases = None
        again = self.run(m.read_all(self.store))
        before = {e.entry for _, e in self.pending}
        assert before <= {e.entry for _, e in again}
        self.pending = again

    @rule(twice=st.booleans())
    def commits(self, twice) -> None:
        for partition, entry in self.pending:
            text = entry.event.text
            mine = m.turn(entry, text, conversation=m.conversation(entry, slots={"said": text}))
            assert self.run(partition.commit([mine] * (2 if twice else 1))) == ["done"] * (2 if twice else 1)
            self.kept[entry.ref] = text
            self.expected.append((text[0], text))
            self.inbox.remove((text[0], text))
        self.pending = []

    @rule(settle=st.booleans())
    def sends(self, settle) -> None:
        async def send():
            parcels = await self.store.outbox.read(100, 0)
            for parcel in parcels:
                if settle:
                    await self.store.outbox.settle(parcel, ["x"])
            if not settle:
                await self.store.outbox.release()
            return [p.deliver.outgoing.text for p in parcels] if settle else []

        self.store.outbox._dirty.update(self.store.outbox._from)
        self.sent += [(text[0], text) for text in self.run(send())]

    @invariant()
    def what_is_kept_is_what_was_committed(self) -> None:
        async def look():
            found = {}
            for partition in (await m.own(self.store)).values():
                for ref, snapshot in (await partition.load(list(self.kept))).items():
                    if snapshot.conversation:
                        found[ref] = snapshot.conversation.slots["said"]
            return found

        assert self.run(look()) == self.kept
        for who in "abc":
            sent = [text for name, text in self.sent if name == who]
            assert sent == [text for name, text in self.expected if name == who][: len(sent)]

    def teardown(self) -> None:
        self.another_owner_takes_over()
        self.commits(twice=False)
        self.sends(settle=True)
        assert self.inbox == []
        assert sorted(self.sent) == sorted(self.expected)


FEW = settings(max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
TestQueue = Queue.TestCase
TestQueue.settings = FEW
TestTurns = Turns.TestCase
TestTurns.settings = FEW
