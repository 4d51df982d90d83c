"""One story through everything: WhatsApp in Arabic from Greece, danger, a person, a killed worker, hide, erasure."""

from __future__ import annotations

import html

import pytest

from tests.channels.doubles.twilio import CONTACT, TwilioDouble
from tests.e2e.installation import PUBLIC, Installation, eventually

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
        assert answer.status == 200

    async def presses(self, label: str) -> None:
        sent = next(one for one in reversed(self.double.sent) if any(shown == label for _, shown in one.choices))
        answer = await self.double.deliver(
            self.installation.gateway + HOOK, self.double.press(sent, label), public=PUBLIC + HOOK
        )
        assert answer.status == 200

    async def reads(self, piece: str, since: int = 0, timeout_s: float = 30.0) -> str:
        def look() -> str:
            return next((one.text for one in self.double.sent[since:] if piece in one.text), "")

        return await eventually(look, timeout_s=timeout_s, what=f"a message with {piece!r}")

    @property
    def count(self) -> int:
        return len(self.double.sent)


async def test_a_child_in_greece_is_followed(tmp_path, nlu_address):
    async with TwilioDouble() as double:
        settings = {
            "TWILIO_ACCOUNT_SID": double.account_sid,
            "TWILIO_AUTH_TOKEN": double.auth_token,
            "TWILIO_WHATSAPP_FROM": double.sender,
            "TWILIO_API_URL": double.url,
            "PUBLIC_URL": PUBLIC,
        }
        async with Installation(tmp_path / "ucare", nlu=nlu_address, **settings) as installation:
            await installation.start("gateway", "worker", "sender", "console")
            noor = await installation.caseworker("noor")
            child = Child(double, installation)

            # A question about housing is answered before anything is asked that the answer does not need.
            await child.writes("وين رح اسكن؟ مين يقرر؟")
            await child.reads("🏠")
            await child.reads("بلد")  # only now: which country are you in?
            await child.presses("اليونان")

            # Two messages later there is danger: the numbers of Greece leave first of all.
            await child.writes("شكرا")
            before = child.count
            await child.writes("في رجل يلاحقني ومعه سكين")
            numbers = await child.reads("112", since=before)
            assert "100" in numbers

            # The only caseworker on duty sees it at once, and claims it.
            case = (await eventually(noor.cases, what="the case in the queue"))[0]
            page = html.unescape(await noor.case(case))
            assert "في رجل يلاحقني" in page
            assert CONTACT not in page
            assert CONTACT.removeprefix("whatsapp:") not in page
            assert (await noor.act(case, "claim")).status_code == 200

            # The worker is killed in between; the reply waits and arrives when another takes over.
            await installation.kill("worker")
            await noor.act(case, "reply", text="أنا نور. أقرأ رسائلك. هل تستطيع الكتابة الآن؟", key="first-reply")
            await installation.start("worker")
            await child.reads("أنا نور")
            assert sum("أنا نور" in one.text for one in double.sent) == 1

            # While a person talks the bot keeps quiet; what the child says is no end of the case.
            before = child.count
            await child.writes("انا بخير الآن، انا بأمان")
            await eventually(lambda: _contains(noor, case, "انا بأمان"), what="the child's words in the case")
            assert case in await noor.cases()
            assert child.count == before

            # The caseworker closes it.
            await noor.act(case, "resolve", reason="The police brought the child to the centre.")
            await eventually(lambda: _gone(noor, case), what="the end of the case")

            # Hide: something harmless, then silence.
            before = child.count
            await child.writes("/hide")
            await eventually(lambda: child.count > before, what="the harmless answer")
            assert child.count == before + 1

            # Delete my data, and the truth about what stays.
            await child.writes("احذف كل بياناتي")
            await eventually(
                lambda: any("نعم" in label for one in double.sent for _, label in one.choices), what="the question"
            )
            last = double.sent[-1]
            yes = next(label for _, label in last.choices if "نعم" in label)
            before = child.count
            await child.presses(yes)
            await eventually(lambda: child.count > before, what="the answer to the erasure")
            logs = "".join(installation.log(role) for role in ("gateway", "worker", "sender", "console"))
            for secret in (CONTACT.removeprefix("whatsapp:"), "يلاحقني", "أنا نور", double.auth_token):
                assert secret not in logs


async def _contains(person, case: str, text: str) -> bool:
    return text in html.unescape(await person.case(case))


async def _gone(person, case: str) -> bool:
    return case not in await person.cases()
