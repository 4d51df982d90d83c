"""The book of all teams as one document in the vault, changed by compare-and-set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from bot.errors import StoreError
from bot.ports import changing
from bot.ports.desk import Vault
from bot.sealing.signing import fresh_secret
from bot.teams import opening
from bot.teams.book import VERSION, Book
from bot.teams.team import Announce

KEY: Final = "teams"
TRIES: Final = 5
BUSY: Final = "The teams were changed by somebody else at the same time. Look at them as they are now."


class Teams:
    """The book, over a vault."""

    def __init__(self, vault: Vault) -> None:
        """Take the vault that keeps it."""
        self._vault = vault

    async def book(self) -> Book:
        """Return the book; an empty one where no team was defined.

        Raises:
            StoreError: It was written by a newer version of ucare, or it is damaged.
            UnavailableError: The store is away.
        """
        return decoded(await self._vault.get(KEY))

    async def change(self, step: Callable[[Book], Book]) -> Book:
        """Change the book and return it as it is then; ``step`` may be called again where somebody was faster.

        Raises:
            ConflictError: Somebody was faster, again and again.
            StoreError, UnavailableError: As ``book``; and what ``step`` raises.
        """

        def encoded(kept: bytes | None) -> bytes:
            return msgspec.json.encode(step(decoded(kept)))

        return decoded(await changing.change(self._vault, KEY, encoded, tries=TRIES, busy=BUSY))

    async def replace(self, book: Book) -> dict[str, str]:
        """Take over a book that was written elsewhere; return the secrets that were made for its new webhooks.

        A webhook that stays keeps its secret.

        Raises:
            ConflictError, StoreError, UnavailableError: As ``change``.
        """
        made: dict[str, str] = {}

        def step(before: Book) -> Book:
            made.clear()
            known = {team.announce.webhook: team.announce.secret for team in before.teams}
            known[before.everybody.webhook] = before.everybody.secret

            def signed(announce: Announce) -> Announce:
                if not announce.webhook:
                    return msgspec.structs.replace(announce, secret="")
                secret = known.get(announce.webhook, "")
                if not secret:
                    secret = known[announce.webhook] = made[announce.webhook] = fresh_secret()
                return msgspec.structs.replace(announce, secret=secret)

            teams = tuple(msgspec.structs.replace(team, announce=signed(team.announce)) for team in book.teams)
            return msgspec.structs.replace(book, teams=teams, everybody=signed(book.everybody))

        await self.change(step)
        return made


def decoded(kept: bytes | None) -> Book:
    """Return the book that was kept; an empty one for nothing.

    Raises:
        StoreError: It was written by a newer version of ucare, or it is damaged.
    """
    if kept is None:
        return Book()
    try:
        book = msgspec.json.decode(kept, type=Book)
    except msgspec.MsgspecError:
        msg = "The teams that are stored cannot be read. Write them anew: ucare teams set FILE."
        raise StoreError(msg) from None
    if book.version > VERSION:
        msg = f"The teams were stored by a newer version ({book.version}) of ucare. Start that version."
        raise StoreError(msg)
    for team in book.teams:  # a turn that meets hours it cannot read would lose a case
        try:
            opening.sound(team)
        except ValueError as error:
            msg = f"The team {team.id} cannot be read: {error}."
            raise StoreError(msg) from None
    return book
