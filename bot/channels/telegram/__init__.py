"""Telegram, through python-telegram-bot's own ``Bot`` and types.

============== =======================================================================
module         what it does
============== =======================================================================
``channel``    the channel: start, stop, send, typing, delete, webhook
``client``     python-telegram-bot's ``Bot``, made discreet
``transport``  its HTTP requests, over aiohttp
``payloads``   an update → what the gateway takes (pure)
``receiving``  parse, hand to the gateway
``media``      what is sent beside text → where it lies (pure)
``fetching``   files, if a caseworker asks for one
``polling``    getUpdates, where there is no public address
``setup``      webhook, commands and menu button
``verify``     the secret token of webhooks
``splitting``  long texts → messages (pure)
``keyboard``   buttons → inline keyboard (pure)
``failures``   errors of the library → ``SendError``
============== =======================================================================
"""

from bot.channels.telegram.channel import TelegramChannel

__all__ = ["TelegramChannel"]
