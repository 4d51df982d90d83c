"""Who works here, as the rules see them: roles, scope and languages. Accounts are kept elsewhere."""

from __future__ import annotations

from typing import Final, Literal, get_args

import msgspec

Role = Literal["caseworker", "lead", "coordinator", "editor", "auditor", "administrator"]
"""``lead`` is the safeguarding lead. ``administrator`` runs accounts and settings and sees no content."""

ROLES: Final[tuple[Role, ...]] = get_args(Role)
WRITES: Final[frozenset[Role]] = frozenset({"caseworker", "lead"})
"""Who may take a case and write to a contact."""
READS: Final[frozenset[Role]] = frozenset({"caseworker", "lead"})
"""Who may open a case and read what was said."""
LISTS: Final[frozenset[Role]] = frozenset({"caseworker", "lead", "coordinator"})
"""Who may see the queue, which holds no text."""


class Viewer(msgspec.Struct, frozen=True):
    """A person who is signed in, or a token of another system that acts for an organisation."""

    name: str
    roles: frozenset[Role] = frozenset({"caseworker"})
    countries: tuple[str, ...] = ()
    """Whose cases they see (ISO 3166); empty: all countries."""
    teams: tuple[str, ...] = ()
    """Ids of the teams they belong to; empty: not bound to a team, so all of them."""
    languages: tuple[str, ...] = ()
    """Locales they speak well enough to write freely."""
    machine: bool = False
    """It is a token of another system: never the one who acts alone because nobody else is there."""

    def may(self, wanted: frozenset[Role]) -> bool:
        """Tell whether one of their roles is among those wanted."""
        return bool(self.roles & wanted)

    def covers(self, country: str, team: str) -> bool:
        """Tell whether a case of a country and a team is within their scope.

        A case whose country or team is not known yet is in everybody's scope: nobody waits because of a gap.
        """
        near = not self.countries or not country or country in self.countries
        return near and (not self.teams or not team or team in self.teams)
