"""The organisation's own sign-in: who comes in, and what of a token must hold."""

from __future__ import annotations

import time

import pytest
from joserfc.jwk import RSAKey

from bot.errors import NotAllowedError, SettingError
from bot.people.oidc import Organisation
from bot.people.provider import Client, Provider
from tests.people.provider import ID, SECRET, Double

pytestmark = pytest.mark.redis
BACK = "http://localhost/console/organisation/back"


@pytest.fixture(scope="module")
def served():
    with Double() as double:
        yield double


@pytest.fixture
def double(served):
    served.reset()
    return served


def organisation(house, double, **given):
    client = Client(double.url, ID, SECRET, **given)
    return Organisation(house.store.vault, house.accounts, Provider(client))


def answer(back):
    return dict(part.split("=") for part in back.partition("?")[2].replace("%3A", ":").replace("%2F", "/").split("&"))


async def joined(house, double, name="noor", **given):
    """Return the organisation, in which a person has come in before."""
    await house.person(name)
    org = organisation(house, double, **given)
    assert await go(org, double, joins=name) == name
    return org


async def go(organisation, double, **given):
    state, address = await organisation.begin(BACK, "/console/queue", **given)
    await organisation.land(state, answer(double.visit(address)))
    return (await organisation.landed(state)).landed


async def test_an_invited_person_comes_in_without_a_password(house, double):
    link = await house.accounts.invite("noor")
    org = organisation(house, double)
    with pytest.raises(NotAllowedError, match="Open your invitation"):  # a name there proves nothing here
        await go(org, double)
    assert await go(org, double, joins="noor") == "noor"
    account = await house.accounts.book.get("noor")
    assert (account.state, account.password, account.roles) == ("active", "", ("caseworker",))
    assert await house.accounts.invited(link) == ""
    assert not await house.accounts.verify("noor", "")
    asked = double.asked[0]
    assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
    assert "prompt" not in asked
    assert double.asked[1]["prompt"] == "login"  # joining asks who sits there, not who sat there before
    assert await go(org, double) == "noor"


async def test_who_was_shut_out_does_not_come_back_under_another_name(house, double):
    org = await joined(house, double, roles_claim="groups")
    await house.accounts.disable("noor")
    double.claims |= {"preferred_username": "noor.b", "groups": ["caseworker"]}
    with pytest.raises(NotAllowedError, match="no account here"):
        await go(org, double)
    assert await house.accounts.book.get("noor.b") is None


async def test_who_loses_the_roles_there_loses_every_way_in(house, double):
    org = organisation(house, double, roles_claim="groups")
    double.claims["groups"] = ["lead"]
    assert await go(org, double) == "noor"
    session = await house.accounts.begin("noor")
    double.claims["groups"] = []
    with pytest.raises(NotAllowedError, match="no account here"):
        await go(org, double)
    assert await house.accounts.session(session) is None
    account = await house.accounts.book.get("noor")
    assert (account.roles, account.passkeys, account.password) == ((), (), "")
    double.claims["groups"] = ["caseworker"]
    assert await go(org, double) == "noor"


async def test_a_name_alone_opens_no_account(house, double):
    org = organisation(house, double, roles_claim="groups")
    await house.person("noor", "administrator")
    double.claims["groups"] = ["caseworker"]
    with pytest.raises(NotAllowedError, match="belongs to an account"):
        await go(org, double)
    assert (await house.accounts.book.get("noor")).subject == ""


async def test_what_was_changed_meanwhile_is_not_joined(house, double):
    await house.accounts.invite("noor")
    org = organisation(house, double)
    state, address = await org.begin(BACK, "", joins="noor")
    await house.accounts.invite("noor")  # another link: the one that was opened is void
    with pytest.raises(NotAllowedError, match="joined"):
        await org.land(state, answer(double.visit(address)))


async def test_strangers_and_who_was_shut_out_do_not(house, double):
    org = organisation(house, double)
    with pytest.raises(NotAllowedError, match="no account here"):
        await go(org, double)
    await house.person("noor")
    assert await go(org, double, joins="noor") == "noor"
    await house.accounts.disable("noor")
    with pytest.raises(NotAllowedError):
        await go(org, double)
    with pytest.raises(NotAllowedError):
        await go(org, double, joins="noor")
    double.claims["preferred_username"] = "../x"
    with pytest.raises(NotAllowedError, match="no account here"):
        await go(org, double)


async def test_an_account_belongs_to_one_subject(house, double):
    org = organisation(house, double)
    await house.person("noor")
    await house.person("sam")
    assert await go(org, double, joins="noor") == "noor"
    with pytest.raises(NotAllowedError, match="joined with another"):
        await go(org, double, joins="sam")
    double.claims["preferred_username"] = "sam"  # renamed there; still the same person here
    assert await go(org, double) == "noor"
    double.claims = {"sub": "0815", "preferred_username": "noor"}
    with pytest.raises(NotAllowedError, match="joined with another"):
        await go(org, double, joins="noor")


async def test_roles_given_there_make_an_account_and_end_with_them(house, double):
    org = organisation(house, double, roles_claim="groups")
    double.claims["groups"] = ["staff", "lead", "caseworker"]
    assert await go(org, double) == "noor"
    assert (await house.accounts.viewer("noor")).roles == {"caseworker", "lead"}
    double.claims["groups"] = "coordinator"
    await go(org, double)
    assert (await house.accounts.viewer("noor")).roles == {"coordinator"}
    double.claims["groups"] = ["staff"]
    with pytest.raises(NotAllowedError):
        await go(org, double)
    await house.person("sam")  # invited here: keeps the roles from here
    double.claims = {"sub": "2", "preferred_username": "sam"}
    assert await go(org, double, joins="sam") == "sam"
    assert (await house.accounts.viewer("sam")).roles == {"caseworker"}


@pytest.mark.parametrize(
    "lies",
    [
        {"iss": "https://evil.example"},
        {"aud": "somebody-else"},
        {"aud": [ID, "other"]},
        {"exp": int(time.time()) - 3600},
        {"nonce": "other"},
        {"nonce": None},
        {"sub": None},
        {"iat": int(time.time()) + 3600},
        {"azp": "somebody-else"},
    ],
    ids=str,
)
async def test_a_token_that_does_not_hold_is_refused(house, double, lies):
    org = await joined(house, double)
    double.lies = lies
    with pytest.raises(NotAllowedError):
        await go(org, double)


async def test_only_keys_and_algorithms_of_the_provider_count(house, double):
    org = await joined(house, double)
    double.algorithm = "HS256"
    with pytest.raises(NotAllowedError):
        await go(org, double)
    double.algorithm = "RS256"
    double.key = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)  # not published
    with pytest.raises(NotAllowedError):
        await go(organisation(house, double), double)
    double.published.append(double.key)  # keys were changed there: they are read anew
    org._provider._keys_at -= 120
    assert await go(org, double) == "noor"


async def test_a_state_is_good_once_and_for_the_browser_that_has_it(house, double):
    org = await joined(house, double)
    state, address = await org.begin(BACK, "")
    back = answer(double.visit(address))
    with pytest.raises(NotAllowedError):
        await org.land("another browser", back)
    with pytest.raises(NotAllowedError):
        await org.land(state, {**back, "state": "x"})
    with pytest.raises(NotAllowedError):  # used up by the attempt before
        await org.land(state, back)
    for change in ({"iss": "https://evil.example"}, {"code": ""}, {"code": "guess"}):
        state, address = await org.begin(BACK, "")
        with pytest.raises(NotAllowedError):
            await org.land(state, {**answer(double.visit(address)), **change})
    state, address = await org.begin(BACK, "")
    await org.land(state, answer(double.visit(address)))
    assert (await org.landed(state)).landed == "noor"
    assert await org.landed(state) is None


async def test_proving_anew_asks_for_a_fresh_sign_in_of_the_same_person(house, double):
    org = await joined(house, double)
    assert await go(org, double, proof_of="noor") == "noor"
    assert (double.asked[-1]["prompt"], double.asked[-1]["max_age"]) == ("login", "0")
    double.auth_ago = 3600
    with pytest.raises(NotAllowedError):
        await go(org, double, proof_of="noor")
    double.auth_ago, double.lies = 5, {"auth_time": None}
    with pytest.raises(NotAllowedError):
        await go(org, double, proof_of="noor")
    double.lies = {}
    await house.person("sam")
    with pytest.raises(NotAllowedError):
        await go(org, double, proof_of="sam")


async def test_a_provider_that_is_away_or_another_one(house, double):
    double.says = {"issuer": "https://evil.example"}
    with pytest.raises(NotAllowedError):
        await organisation(house, double).begin(BACK, "")
    double.says = {"token_endpoint": "http://evil.example/token"}
    with pytest.raises(NotAllowedError):
        await organisation(house, double).begin(BACK, "")
    client = Client("http://127.0.0.1:9", ID, SECRET)
    with pytest.raises(NotAllowedError, match="cannot be reached"):
        await Organisation(house.store.vault, house.accounts, Provider(client)).begin(BACK, "")
    with pytest.raises(SettingError):
        Provider(Client("http://login.example.org", ID, SECRET))
