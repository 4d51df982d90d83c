from __future__ import annotations

from bot.channels.whatsapp.remembered import Remembered
from tests.channels.doubles.twilio import CONTACT


def test_the_oldest_are_forgotten_first():
    kept = Remembered(limit=2)
    for address in ("a", "b", "a", "c"):
        kept.put(address, address.upper())
    assert [kept.get(address) for address in ("a", "b", "c")] == ["A", None, "C"]
    assert (kept.pop("a"), kept.pop("a")) == ("A", None)


def test_no_address_is_kept():
    kept = Remembered()
    kept.put(CONTACT, 1)
    assert CONTACT not in repr(vars(kept))
    assert Remembered()._name(CONTACT) != kept._name(CONTACT)
