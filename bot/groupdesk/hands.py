"""From what somebody writes or presses in a topic to an act. The desk decides; what it refuses is said in the topic."""

from __future__ import annotations

from typing import Final, cast

from bot.core.acts import AnyAct, claim, close, leave, second, speak
from bot.core.escalation import Outcome, Watched
from bot.desk.desk import Desk
from bot.errors import ConflictError, NotAllowedError
from bot.groupdesk.linking import Links
from bot.groupdesk.reading import Pressed, Said
from bot.groupdesk.showing import NOTE, Buttons, Say, outcomes
from bot.groupdesk.topics import Topics

HELP: Final = (
    "What you write in the topic of your case goes to the contact. Begin with // for a note that only colleagues "
    "see. /take, /release, /resolve OUTCOME REASON. Pictures and edited messages are not sent."
)
JOIN: Final = "I do not know you yet. Get a code in the console, under your name, and send /link CODE here."
JOINED: Final = "You are joined. This is your name in the console."
BAD_CODE: Final = "This code does not work (any more). Get a new one."
ONLY_TEXT: Final = "Not sent: only text is sent to contacts from here."
NOT_EDITED: Final = "The contact keeps what was sent first: an edited message is not sent again."
FASTER: Final = "Somebody was faster. Look at the case as it is now."
GIVE: Final = "Write /release, and what the next person must know: what is known, what was promised, what comes next."
WHY: Final = "Write /resolve, the outcome, and why, for example: /resolve answered The guardian called."


class Answer(Exception):  # noqa: N818 - an answer, not an error of ours
    """What is said in the topic instead of doing something."""

    def __init__(self, text: str, buttons: Buttons | None = None) -> None:
        """Take the text (of the catalogs), and buttons."""
        super().__init__()
        self.text = text
        self.buttons = buttons or []


class Hands:
    """Acts for people in a group."""

    def __init__(self, desk: Desk, links: Links, topics: Topics, say: Say) -> None:
        """Take the desk, who is who, the topics, and the group's language."""
        self._desk = desk
        self._links = links
        self._topics = topics
        self._say = say

    async def take(self, what: Said | Pressed) -> tuple[str, Buttons]:
        """Do what is meant; return what is to be said about it, or an empty text.

        Raises:
            UnavailableError: The store is away; the service delivers it again.
        """
        try:
            return await self._do(what), []
        except Answer as answer:
            return self._say(answer.text), answer.buttons
        except NotAllowedError as refusal:
            return self._say(str(refusal)), []
        except ConflictError:
            return self._say(FASTER), []

    async def _do(self, what: Said | Pressed) -> str:
        if isinstance(what, Said) and what.text.startswith("/link"):
            name = await self._links.join(what.person, what.text.partition(" ")[2])
            return f"{self._say(JOINED)} {name}" if name else self._say(BAD_CODE)
        topic = await self._topics.of_thread(what.chat, what.thread) if what.thread else None
        if topic is None:
            return ""  # people talk among themselves
        viewer = await self._links.viewer(what.person)
        if viewer is None:
            raise Answer(JOIN)
        act = self._pressed(what) if isinstance(what, Pressed) else self._said(what)
        if act is not None:
            await self._desk.act(viewer, topic.case, act, key=what.key)
        return ""

    def _pressed(self, what: Pressed) -> AnyAct:
        verb, _, argument = what.data.partition(":")
        match verb:
            case "claim":
                return claim.Claim()
            case "release":
                raise Answer(GIVE)
            case "resolve" if not argument:
                raise Answer(WHY, outcomes(self._say))
            case "resolve":
                return close.Resolve(cast("Outcome", argument), f"Telegram: {argument}")
            case "confirm":
                return second.Confirm(cast("Watched", argument))
            case "decline":
                return second.Decline(cast("Watched", argument), "Telegram")
            case _:
                raise Answer(HELP)

    def _said(self, what: Said) -> AnyAct | None:
        text = what.text.strip()
        if what.edited:
            raise Answer(NOT_EDITED)
        if not text:
            raise Answer(ONLY_TEXT)
        if text.startswith(NOTE):
            return speak.Note(text.removeprefix(NOTE).strip())
        if not text.startswith("/"):
            return speak.Reply(text)
        command, _, rest = text[1:].partition(" ")
        match command.partition("@")[0]:
            case "take":
                return claim.Claim()
            case "release":
                return leave.Release(rest)
            case "resolve":
                outcome, _, reason = rest.strip().partition(" ")
                if outcome not in close.OUTCOMES or not reason.strip():
                    raise Answer(WHY, outcomes(self._say))
                return close.Resolve(outcome, reason)
            case _:
                raise Answer(HELP)
