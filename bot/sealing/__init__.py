"""Sealing at rest: a keyring whose keys rotate, and the keyed hash under which contacts stand."""

from bot.sealing.keyring import Keyring
from bot.sealing.sealer import KeyringSealer

__all__ = ["Keyring", "KeyringSealer"]
