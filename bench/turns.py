"""``turns``: how many turns a second, and how long a contact waits; beside the floor, python-telegram-bot and Rasa."""

from __future__ import annotations

import gc
import shutil
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from bench import assistant, floor, ours, place
from bench.echo import echo
from bench.play import WELCOME, Contacts, presses
from bench.tables import ABSENT, Size, Table, middle, ms, number, quantile, ratio
from bot.config import load
from bot.core.library import Library
from bot.nlu_service import NluService
from bot.sealing import KeyringSealer
from bot.store import LocalServer
from bot.turns.metrics import Metrics
from bot.understanding.client import NluClient
from bot.understanding.reader import Reader
from tests.channels.doubles.telegram import TOKEN

PRESSED: Final = 3
"""Buttons that every contact presses in a measured run."""
BUTTONS_A_SECOND, TEXTS_A_SECOND = 100.0, 15.0
"""The pace at which waiting is measured: well below what can be done, as a real day is."""


class Speed(NamedTuple):
    """What was measured of one contender: turns a second, and how long each contact waited (s)."""

    name: str
    rate: float
    waits: tuple[float, ...] = ()


class Bench:
    """One run: a folder, keys, texts, and what readers need."""

    def __init__(self, folder: Path, size: Size, library: Library, keys: KeyringSealer) -> None:
        """Take what everything stands on."""
        self.folder, self.size, self.library, self.keys = folder, size, library, keys
        self.rules = Reader()
        self.pressed: list[str] = []

    async def prepare(self) -> None:
        """Find out what contacts press."""
        self.pressed = await presses(self.library, self.rules, WELCOME + PRESSED)

    async def welcomed(self, name: str, contacts: Contacts, then: str) -> int:
        """Make a store where all contacts stand at the menu and have sent more; return how many turns wait.

        ``then``: ``press``, ``write``, or an empty text for nothing.
        """
        async with place.opened(self.folder / name, self.keys) as parts:
            waiting = await ours.fill(parts, contacts.welcome(self.pressed))
            await ours.drain(parts, self.library, self.rules, waiting)
            await ours.forget_outbox(parts)
            if then == "press":
                return await ours.fill(parts, contacts.pressing(self.pressed[WELCOME:]))
            if then == "write":
                return await ours.fill(parts, contacts.writing(self.size.pick(200, 600, 2000)))
        return 0

    def copied(self, name: str, to: str) -> Path:
        """Return a copy of a server's folder, so that several runs begin with the same."""
        return Path(shutil.copytree(self.folder / name, self.folder / to, ignore=shutil.ignore_patterns("*.lock")))

    async def buttons(self) -> tuple[Speed, Speed]:
        """Return the floor's and our turns a second for buttons; each round is one of each, the middle counts."""
        waiting = await self.welcomed("buttons", Contacts(self.size.pick(300, 1000, 2500)), "press")
        mine, bare = [], []
        for lap in range(self.size.pick(1, 3, 5)):
            async with place.opened(self.copied("buttons", f"ours-{lap}"), self.keys) as parts:
                trips = floor.note(parts.client)
                took, _ = await ours.drain(parts, self.library, self.rules, waiting)
            mine.append(waiting / took)
            async with LocalServer(self.copied("buttons", f"floor-{lap}")) as server:
                bare.append(waiting / await floor.replay(server.url, trips, waiting))
        return Speed("floor: the same Redis commands", middle(bare)), Speed("ucare, buttons", middle(mine))

    async def waits(self, reader: Reader, kind: str, count: int, rate: float) -> tuple[float, ...]:
        """Return how long contacts wait for the first answer, from the webhook to the channel (s)."""
        contacts, channel, metrics = Contacts(count), ours.Stamps(), Metrics()
        folder = self.folder / f"waits-{kind}"
        await self.welcomed(folder.name, contacts, "")
        if kind == "button":
            events = list(contacts.pressing(self.pressed[WELCOME : WELCOME + 1]))
        else:
            events = list(contacts.writing(count))
        async with (
            place.opened(folder, self.keys) as parts,
            ours.whole(parts, folder, self.keys, self.library, reader, channel, metrics) as gateway,
        ):
            return tuple(await ours.paced(gateway, channel, events, rate))

    async def texts(self, name: str, reader: Reader) -> tuple[Speed, str]:
        """Return our turns a second for free text, how long contacts wait, and who read the texts."""
        waiting = await self.welcomed(f"texts-{name}", Contacts(100), "write")
        async with place.opened(self.folder / f"texts-{name}", self.keys) as parts:
            took, metrics = await ours.drain(parts, self.library, reader, waiting)
        waits = await self.waits(reader, f"text-{name}", self.size.pick(30, 150, 600), TEXTS_A_SECOND)
        by_server = ours.read_by(metrics, "nlu")
        return Speed(f"ucare, free text, {name}", waiting / took, waits), f"{by_server} of {waiting}"

    async def sent(self, url: str) -> Speed:
        """Return our turns a second from the gateway to the last message at the Telegram double."""
        contacts, metrics = Contacts(self.size.pick(200, 800, 3000)), Metrics()
        await self.welcomed("sent", contacts, "")
        events = list(contacts.pressing(self.pressed[WELCOME : WELCOME + 1]))
        channel = ours.unlimited_telegram(TOKEN, url)
        await channel.start()
        try:
            async with (
                place.opened(self.folder / "sent", self.keys) as parts,
                ours.whole(parts, self.folder, self.keys, self.library, self.rules, channel, metrics) as gateway,
            ):
                took = await ours.sent_through(gateway, events, metrics)
        finally:
            await channel.stop()
        return Speed("ucare, buttons, taken in, kept and sent", len(events) / took)


async def run(size: Size) -> Table:
    """Measure everything side by side and return the table.

    Raises:
        NluError, RuntimeError: A part cannot be started: nothing is left out in silence.
    """
    with tempfile.TemporaryDirectory(prefix="bench-turns-") as name:
        folder = Path(name)
        bench = Bench(folder, size, place.library(), place.sealer(folder / "keys"))
        await bench.prepare()
        gc.collect()
        gc.freeze()  # as the roles do once flows, texts and rules are loaded
        bare, buttons = await bench.buttons()
        waits = await bench.waits(bench.rules, "button", size.pick(100, 600, 2000), BUTTONS_A_SECOND)
        buttons = buttons._replace(waits=waits)
        alone, _ = await bench.texts("rules alone", bench.rules)
        understood, by_server = await _understood(bench)
        echoed, whole = await _telegram(bench)
        rest = await _rasa(folder, size)
    return table(bare, (buttons, alone, understood, whole), echoed, rest, by_server)


async def _understood(bench: Bench) -> tuple[Speed, str]:
    """Measure free text with the real server; its model is trained first where it is missing or stale."""
    service = NluService(load())
    await service.start()
    try:
        async with NluClient(service.address) as client:
            return await bench.texts("with the NLU server", Reader(client))
    finally:
        await service.stop()


async def _telegram(bench: Bench) -> tuple[list[Speed], Speed]:
    count = bench.size.pick(200, 800, 3000)
    async with place.telegram_double() as url:
        plain = Speed("python-telegram-bot, echo", count / await echo(url, count, concurrent=False))
        whole = await bench.sent(url)
        beside = Speed("… with concurrent updates", count / await echo(url, count, concurrent=True))
    return [plain, beside], whole


async def _rasa(folder: Path, size: Size) -> Speed:
    home = folder / "rasa"
    home.mkdir()
    count = size.pick(60, 300, 1000)
    async with assistant.serving(home) as url:
        await assistant.presses(url, [f"warm-{n}" for n in range(10)])
        took, waits = await assistant.presses(url, [f"contact-{n}" for n in range(count)])
    return Speed("Rasa, REST channel, a payload", count / took, tuple(waits))


def table(bare: Speed, mine: tuple[Speed, ...], echoed: list[Speed], rest: Speed, by_server: str) -> Table:
    """Lay out what was measured."""
    rows = []
    for speed in (bare, *mine, *echoed, rest):
        p50, p99 = (ms(quantile(speed.waits, share)) if speed.waits else ABSENT for share in (0.5, 0.99))
        against = [ratio(speed.rate, other.rate) for other in (bare, echoed[0], rest)]
        rows.append((speed.name, number(speed.rate), *against, p50, p99))
    here = ", ".join(ratio(mine[0].rate, other.rate) for other in (bare, echoed[0], rest))
    return Table(
        "turns",
        ("", "a second", "of the floor", "of p-t-b", "of Rasa", "p50", "p99"),
        rows,
        (
            "ucare and the floor: a server with every write on disk before it is answered. The others keep nothing.",
            "floor: the commands of our own run again, without engine, understanding, sealing and decoding.",
            f"wanted of ucare, buttons: 0.60x of the floor, 3x of python-telegram-bot, 50x of Rasa; here {here}.",
            (
                "p50 and p99 of ucare: from the webhook's hand-over to the call of the channel, while "
                f"{BUTTONS_A_SECOND:.0f} buttons or {TEXTS_A_SECOND:.0f} texts a second come in."
            ),
            f"p50 and p99 of Rasa: in its full load, {assistant.AT_ONCE} at once.",
            f"texts that the NLU server read in time, in the full inbox: {by_server}; the rules read the others.",
            "ucare, sent: without Telegram's limits of 25 a second, which hold in earnest.",
        ),
    )
