"""Short ways to make what the store is given."""

from __future__ import annotations

import itertools

import msgspec

from bot.core.conversation import Case, Conversation
from bot.core.escalation import open_escalation
from bot.core.events import MessageReceived
from bot.ports.channels import Incoming, Outgoing
from bot.ports.partitions import Commit, Deliver, Line

NUMBERS = itertools.count(1)
CHANNEL = "telegram"


def incoming(address="4711", text="hello", *, id="", at=1_000, message="", channel=CHANNEL) -> Incoming:
    event = MessageReceived(id=id or f"m-{next(NUMBERS)}", at=at, text=text)
    return Incoming(channel, address, event, message)


async def write(store, clock, address="4711", text="hello", **more) -> str:
    """Let a contact write, and return the contact's reference."""
    channel = more.get("channel", CHANNEL)
    assert await store.inbox.append(incoming(address, text, at=clock.now(), **more))
    return store.inbox._records.sealer.ref(channel, address)


async def own(store):
    """Own all partitions, by number."""
    return {each.number: each for each in await store.partitions.acquire(store.partitions.count)}


async def read_all(store) -> list:
    """Read what is in the inbox of all partitions."""
    found = []
    for each in (await own(store)).values():
        each.dirty = True
        found += [(each, entry) for entry in await each.read(1000)]
    return found


async def read_one(store):
    ((partition, entry),) = await read_all(store)
    return partition, entry


def conversation(entry, **more) -> Conversation:
    return Conversation(entry.ref, entry.channel, last_at=entry.event.at, **more)


def turn(entry, *texts: str, **more) -> Commit:
    """Return the commit of a turn that answers with some texts."""
    kept = more.pop("conversation", conversation(entry))
    deliver = tuple(Deliver("message", Outgoing(text, last_at=entry.event.at)) for text in texts)
    return Commit(entry=entry, conversation=kept, deliver=more.pop("deliver", deliver), **more)


def case_of(entry, partition, *, level="T1", at=None):
    at = entry.event.at if at is None else at
    return open_escalation(
        id=f"{entry.ref}-{at:x}", ref=entry.ref, partition=partition.number, channel=entry.channel,
        level=level, topic="abuse", at=at, pseudonym="Blue River 7", locale="ar", country="GR",
    )  # fmt: skip


async def open_case(store, clock, address="4711", text="help", *, level="T1", excluded=(), channel=CHANNEL):
    """Let a contact write and a case be opened; return the partition and the case."""
    await write(store, clock, address, text, channel=channel)
    partition, entry = await read_one(store)
    case = msgspec.structs.replace(case_of(entry, partition, level=level), excluded=excluded)
    kept = conversation(entry, case=Case(case.id, level, "abuse"))
    line = Line(entry.event.at, "contact", text)
    outcome = await partition.commit(
        [turn(entry, "A person comes.", conversation=kept, escalation=case, lines=(line,))]
    )
    assert outcome == ["done"]
    return partition, case


async def settle_all(store) -> list:
    parcels = await store.outbox.read(1000, 0.05)
    for parcel in parcels:
        await store.outbox.settle(parcel, [f"id-{parcel.entry}"])
    return parcels
