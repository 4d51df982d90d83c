"""The book of teams as YAML: read, written, and refused with file and line."""

from __future__ import annotations

import pytest

from bot.errors import SettingError
from bot.teams import files
from bot.teams.team import Shift
from tests.teams.test_opening import at

WHOLE = """\
teams:
  greece:
    name: Athens desk
    countries: [GR]
    topics: [abuse]
    locales: [el, fa_AF]
    timezone: Europe/Athens
    hours: Mo-Fr 09:00-17:00
    holidays: [GR]
    closed_on: [2026-12-24]
    open_on: [2026-12-26]
    shifts:
      - {who: noor, from: 2026-12-24 18:00, to: 2026-12-25 08:00}
    on_call:
      - {who: sam, hours: "17:00-09:00"}
    announce: {telegram: -1001234, emails: [team@example.org], webhook: "https://hook.example/x"}
  rest:
    name: Everything else
    timezone: Europe/Brussels
people:
  noor: {email: noor@example.org, telegram: 123}
everybody: {emails: [all@example.org]}
"""


def load(tmp_path, text, **known):
    path = tmp_path / "teams.yml"
    path.write_text(text, encoding="utf-8")
    return files.load(path, **known)


def test_what_is_written_is_read_and_written_again(tmp_path):
    book = load(tmp_path, WHOLE)
    team = book.team("greece")
    assert team.shifts == (Shift("noor", at(2026, 12, 24, 18), at(2026, 12, 25, 8)),)
    assert (team.announce.telegram, book.people["noor"].telegram) == ("-1001234", "123")
    assert book.everybody.emails == ("all@example.org",)
    assert load(tmp_path, files.dump(book)) == book


def test_a_secret_is_never_written(tmp_path):
    import msgspec

    from bot.teams.book import Book
    from bot.teams.team import Announce, Team

    book = Book((Team("a", "A", announce=Announce(webhook="https://x.example", secret="whsec_1")),))
    assert "whsec" in msgspec.json.encode(book).decode()
    assert "whsec" not in files.dump(book)


@pytest.mark.parametrize(("old", "new", "line", "said"), [
    ("Mo-Fr 09:00-17:00", "Mo-Fr 9-17", 2, "hours"),
    ("Europe/Athens", "Europe/Atlantis", 2, "time zone"),
    ("holidays: [GR]", "holidays: [QQ]", 2, "public holidays"),
    ("2026-12-24]", "2026-13-24]", 2, "closed_on"),
    ("from: 2026-12-24 18:00", "from: tonight", 2, "2026-12-24 18:00"),
    ("to: 2026-12-25 08:00", "to: 2026-12-24 08:00", 2, "ends before it begins"),
    ("  greece:", "  Greece!:", 2, "no id of a team"),
    ("team@example.org", "team at example", 2, "no e-mail address"),
    ("https://hook.example/x", "http://hook.example/x", 2, "https"),
    ("https://hook.example/x", "https://me:pass@hook.example/x", 2, "without a password"),
    ("-1001234", "my group", 2, "chat id"),
    ("    name: Athens desk\n", "", 2, "name"),
    ("topics: [abuse]", "topic: [abuse]", 2, "topic"),
    ("topics: [abuse]", "topics: [weather]", 2, "no topic"),
    ("locales: [el", "locales: [tlh", 2, "no locale"),
    ("who: sam", "who: nobody", 2, "no account"),
    ("  noor: {", "  nora: {", 21, "no account"),
    ("everybody:", "everyone:", 22, "teams, people and everybody"),
    ("timezone: Europe/Brussels", "timezone: Europe/Brussels\n    name: Twice", 20, "twice"),
    ("  rest:", "  rest: [", 18, "YAML"),
])  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(tmp_path, old, new, line, said):
    assert WHOLE.count(old) == 1
    known = {"topics": ["abuse"], "locales": ["el", "fa_AF"], "names": ["noor", "sam"]}
    load(tmp_path, WHOLE, **known)
    with pytest.raises(SettingError) as caught:
        load(tmp_path, WHOLE.replace(old, new), **known)
    place, _, words = str(caught.value).partition(": ")
    assert said in words
    if said != "YAML":
        assert place == f"teams.yml:{line}"


def test_an_empty_file_is_refused_and_empty_teams_are_not(tmp_path):
    with pytest.raises(SettingError):
        load(tmp_path, "")
    assert load(tmp_path, "teams: {}\n").teams == ()
