"""What the rooms ask of each other. Adapters are built in ``bootstrap`` and nowhere else.

================ ==========================================================================
module           between
================ ==========================================================================
``basics``       everybody: the clock, sealing, understanding
``channels``     the services that carry messages, and the gateway they hand them to
``webhooks``     the public web app and the channels
``mailbox``      the chat page, its channel and the store
``partitions``   the turns (worker, sender) and the store
``desk``         the caseworkers' console and the store
``translation``  the console and a machine that translates
================ ==========================================================================
"""

from bot.ports.basics import Clock, RiskReader, Sealer, Understanding
from bot.ports.channels import Channel, DeliveryStatus, Gateway, Incoming, Outgoing, RenderedButton, Sent

__all__ = [
    "Channel",
    "Clock",
    "DeliveryStatus",
    "Gateway",
    "Incoming",
    "Outgoing",
    "RenderedButton",
    "RiskReader",
    "Sealer",
    "Sent",
    "Understanding",
]
