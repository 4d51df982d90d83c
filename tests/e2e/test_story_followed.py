"""One story through everything: WhatsApp in Arabic from Greece, danger, a person, a killed worker, hide, erasure."""

from __future__ import annotations

import html
import shutil
from pathlib import Path

import pytest

from bot.store.client import Client
from bot.store.server import LocalServer
from tests.channels.doubles.twilio import CONTACT, TwilioDouble
from tests.e2e.installation import PASSWORD, PUBLIC, Installation, eventually, everything

pytestmark = [pytest.mark.nlu, pytest.mark.slow]

HOOK = "/webhooks/whatsapp"


class Child:
    """The contact at the other end of WhatsApp."""

    def __init__(self, double: TwilioDouble, installation: Installation) -> None:
        self.double = double
        self.installation = installation

    async def writes(self, text: str) -> None:
        answer = await self.double.deliver(
            self.installation.gateway + HOOK, self.double.incoming(text, from_=CONTACT), public=PUBLIC + HOOK
        )
        assert answer == 200

    async def presses(self, label: str) -> None:
        sent = next(one for one in reversed(self.double.sent) if any(shown == label for _, shown in one.choices))
        answer = await self.double.deliver(
            self.installation.gateway + HOOK, self.double.press(sent, label), public=PUBLIC + HOOK
        )
        assert answer == 200

    async def reads(self, piece: str, since: int = 0, timeout_s: float = 40.0) -> str:
        def look() -> str:
            return next((one.text for one in self.double.sent[since:] if piece in one.text), "")

        try:
            return await eventually(look, timeout_s=timeout_s)
        except AssertionError:
            pytest.fail(f"no message with {piece!r}, but: {[one.text for one in self.double.sent[since:]]}")

    @property
    def count(self) -> int:
        return len(self.double.sent)


async def test_a_child_in_greece_is_followed(tmp_path, nlu_address):  # noqa: PLR0915 - one story
    async with TwilioDouble() as double:
        settings = {
            "TWILIO_ACCOUNT_SID": double.account_sid,
            "TWILIO_AUTH_TOKEN": double.auth_token,
            "TWILIO_WHATSAPP_FROM": double.sender,
            "TWILIO_API_URL": double.url,
            "PUBLIC_URL": PUBLIC,
            "UCARE_SECOND_FACTOR": "offered",  # with PUBLIC_URL it would be required; the story is about something else
        }
        async with Installation(tmp_path / "ucare", nlu=nlu_address, **settings) as installation:
            await installation.start("gateway", "worker", "sender", "console")
            noor = await installation.caseworker("noor")
            child = Child(double, installation)

            # A question about housing is answered before anything is asked that the answer does not need.
            await child.writes("وين رح اسكن؟ مين يقرر؟")
            await child.reads("بلد")  # which country are you in?
            answer = next(n for n, one in enumerate(double.sent) if "سكن" in one.text or "تسكن" in one.text)
            question = next(n for n, one in enumerate(double.sent) if "بلد" in one.text and one.choices)
            assert answer <= question
            await child.presses("اليونان")
            await eventually(lambda: double.sent[-1].choices, what="the next question")

            # Two messages later there is danger: the numbers of Greece leave first of all.
            await child.writes("شكرا")
            await installation.drained()
            before = child.count
            await child.writes("في رجل يلاحقني ومعه سكين")
            numbers = await child.reads("112", since=before)
            assert "100" in numbers
            assert double.sent[before].text == numbers, "something left before the numbers"

            # The only caseworker on duty sees it at once, as life in danger, and claims it.
            case = (await eventually(noor.cases, what="the case in the queue"))[0]
            page = html.unescape(await noor.case(case))
            assert "T0" in page
            assert "في رجل يلاحقني" in page
            assert CONTACT not in page
            assert CONTACT.removeprefix("whatsapp:") not in page
            assert (await noor.act(case, "claim")).status_code == 200

            # The worker is killed in between; the reply waits and arrives when another takes over.
            await installation.kill("worker")
            await noor.act(
                case, "reply", text="أنا نور. أقرأ رسائلك. هل تستطيع الكتابة الآن؟", key="first-reply", sure="1"
            )
            await installation.start("worker")
            await child.reads("أنا نور")
            await installation.drained()
            assert sum("أنا نور" in one.text for one in double.sent) == 1

            # While a person talks the bot keeps quiet; what the child says is no end of the case.
            before = child.count
            await child.writes("انا بخير الآن، انا بأمان")
            await eventually(lambda: _contains(noor, case, "انا بأمان"), what="the child's words in the case")
            await installation.drained()
            assert case in await noor.cases()
            assert child.count == before

            # Hide: something harmless, then silence, even when the caseworker writes: the reply is shown as held.
            await child.writes("/hide")
            await eventually(lambda: child.count > before, what="the harmless answer")
            await noor.act(case, "reply", text="هل أنت هناك؟", key="second-reply", sure="1")
            await eventually(lambda: _contains(noor, case, 'class="delivery held"'), what="the reply shown as held")
            await installation.drained()
            assert [one.text for one in double.sent[before:]] == ["شكرًا لك، يومًا سعيدًا!"]

            # The caseworker closes the case, not the child; of that nothing is sent to a hidden chat either.
            why = "The police brought the child to the centre."
            await noor.act(case, "resolve", outcome="other_service", reason=why)
            await eventually(lambda: _gone(noor, case), what="the end of the case")
            await installation.drained()
            assert child.count == before + 1

            # Delete my data, and the truth about what stays.
            await child.writes("احذف كل بياناتي")
            await child.reads("هل أنت هناك؟", since=before)  # what was held comes when the child writes again
            await eventually(
                lambda: any("نعم" in label for one in double.sent[before:] for _, label in one.choices),
                what="the question",
            )
            yes = next(label for _, label in double.sent[-1].choices if "نعم" in label)
            await child.presses(yes)
            await child.reads("حذفنا كل ما كان عندنا منك", since=before)
            await installation.drained()

            # Of the child nothing is left, however it is decrypted: not in Redis, not in the append-only file.
            sealer = installation.sealer()
            ref = sealer.ref("whatsapp", CONTACT)
            copy = await rewritten(installation, tmp_path / "copy")  # by then the queue's index has caught up, too
            _nothing_is_left(await everything(installation.server.url, sealer, [ref]), ref)
            for part in (copy.folder / "appendonlydir").iterdir():
                assert CONTACT[-9:].encode() not in part.read_bytes()
            async with copy:
                _nothing_is_left(await everything(copy.url, sealer, [ref]), ref)
            shown = await installation.shown()
            for secret in (CONTACT[-9:], "يلاحقني", "أنا نور", double.auth_token, nlu_address.token, PASSWORD,
                           installation.server.password):  # fmt: skip
                assert secret not in shown
            assert "ucare_turns_total" in shown
            assert "valkey-server" in shown


def _nothing_is_left(kept: dict[str, bytes], ref: str) -> None:
    assert kept
    for name, value in kept.items():
        for trace in (ref, CONTACT[-9:], "يلاحقني", "وين رح", "أنا نور", "centre"):
            assert trace.encode() not in value, (name, trace)


async def rewritten(installation: Installation, target: Path) -> LocalServer:
    """Wait until the append-only file was rewritten after the erasure; return a server over a copy of it."""
    folder, client = installation.server.folder / "appendonlydir", Client(installation.server.url)

    async def one_base() -> bool:
        info = await client.do("INFO", "persistence")
        busy = int(info["aof_rewrite_in_progress"]) or int(info["aof_rewrite_scheduled"])
        return not busy and len(list(folder.iterdir())) == 3 and not list(folder.glob("*.1.base.*"))

    try:
        await eventually(one_base, timeout_s=40, what="the rewrite of the append-only file")
    finally:
        await client.close()
    shutil.copytree(folder, target / "appendonlydir")
    return LocalServer(target)


async def _contains(person, case: str, text: str) -> bool:
    return text in html.unescape(await person.case(case))


async def _gone(person, case: str) -> bool:
    return case not in await person.cases()
