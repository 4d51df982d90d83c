from __future__ import annotations

import pytest

from tests.channels.doubles.twilio import TwilioDouble
from tests.chaos.people import World
from tests.e2e.installation import PUBLIC, Installation


@pytest.fixture
async def twilio():
    async with TwilioDouble() as double:
        yield double


@pytest.fixture
def installed(twilio, tmp_path):
    """An installation whose WhatsApp is the double; understanding is the rules alone unless told otherwise."""

    def make(**more):
        settings = {
            "TWILIO_ACCOUNT_SID": twilio.account_sid,
            "TWILIO_AUTH_TOKEN": twilio.auth_token,
            "TWILIO_WHATSAPP_FROM": twilio.sender,
            "TWILIO_API_URL": twilio.url,
            "PUBLIC_URL": PUBLIC,
        }
        nlu = more.pop("nlu", None)
        return Installation(tmp_path / "ucare", nlu=nlu, **{**settings, **more})

    return make


@pytest.fixture
async def world(installed, twilio):
    async with installed() as installation:
        yield World(installation, twilio)
