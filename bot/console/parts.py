"""What the console is made of; ``bootstrap`` fills it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.asgi import Texts
from bot.desk.desk import Desk
from bot.figures.keeping import Snapshots
from bot.groupdesk.linking import Links
from bot.notices.state import State
from bot.people.accounts import Accounts
from bot.people.oidc import Organisation
from bot.ports.audit import Audit
from bot.ports.channels import MediaSource
from bot.ports.desk import Phrases
from bot.ports.translation import Translator
from bot.teams.keeping import Teams


@dataclass(frozen=True)
class Parts:
    """The parts of the console."""

    desk: Desk
    accounts: Accounts
    texts: Texts
    phrases: Phrases
    public_url: str = ""
    console_url: str = ""
    """The address under which caseworkers reach the console; empty: as their browser has it."""
    organisation: Organisation | None = None
    """The organisation's own sign-in; None: there is none."""
    telegram: Links | None = None
    """Joins Telegram accounts; None: nobody works in a Telegram group."""
    teams: Teams | None = None
    """Names of the teams that a case can be handed to; None: there are none."""
    notices: State | None = None
    """What is known of the announcements; None: there is no page for the teams."""
    audit: Audit | None = None
    """Who read or did what; None: there is no page for it."""
    media: Mapping[str, MediaSource] = field(default_factory=dict)
    """Where pictures and voice messages can be fetched, by channel."""
    translator: Translator | None = None
    """What translates single texts where somebody asks for it; None: nothing does."""
    figures: Snapshots | None = None
    """What was published of the weeks; None: there is no overview."""
