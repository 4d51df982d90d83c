from __future__ import annotations

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.understood import RiskFinding, Understood


async def understood(reader, text, *recent, locale="en", audience="child"):
    return await reader.understand(text, locale=locale, audience=audience, recent=recent)


async def test_topic_language_and_no_risk(reader):
    found = await understood(reader, "when does the school begin")
    assert (found.ranking[0].topic, len(found.ranking), found.nlu) == ("school", 46, True)
    assert (found.locale, found.risk) == ("en", None)
    assert found.locale_confidence > 0.9


async def test_without_a_server_the_rules_work_and_nothing_is_made_up(alone):
    found = await understood(alone, "my foster father hits me")
    assert (found.risk.risk, found.risk.care, found.nlu, found.ranking) == ("abuse", "alarm", False, ())
    assert (await understood(alone, "when does the school begin")).ranking == ()


@pytest.mark.parametrize("fault", ["slow", "broken", "refusing"])
async def test_with_a_faulty_server_the_rules_work(reader, double, fault):
    double.delay_s = 5 if fault == "slow" else 0
    double.body = b"{" if fault == "broken" else None
    double.status = 503 if fault == "refusing" else 200
    found = await understood(reader, "i want to die")
    assert (found.risk.risk, found.risk.care, found.risk.level, found.nlu) == ("self_harm", "alarm", "T0", False)


async def test_the_classifier_sees_what_no_rule_sees(reader, double):
    double.risk, double.which = 0.99, "exploitation"
    found = await understood(reader, "the lady has a plan with me")
    assert (found.risk.risk, found.risk.care, found.risk.rule) == ("exploitation", "alarm", "classifier")


async def test_a_sign_that_two_messages_make_together(alone):
    assert alone.read("a knife", locale="en") is None or alone.read("a knife", locale="en").care == "check"
    found = alone.read("a knife", locale="en", recent=["he is in my room he has"])
    assert (found.risk, found.care) == ("danger", "alarm")


async def test_what_the_earlier_messages_told_alone_is_not_found_again(alone):
    assert alone.read("ok thanks", locale="en", recent=["my uncle hits me"]) is None


async def test_the_classifier_judges_messages_together_too(reader, double):
    double.which = "missing"
    double.risk_of = {"he took his bag and his shoes are gone": 0.95}
    found = await understood(reader, "his shoes are gone", "he took his bag and")
    assert (found.risk.risk, found.risk.care) == ("missing", "alarm")
    double.risk_of["he took his bag and"] = 0.95
    assert (await understood(reader, "his shoes are gone", "he took his bag and")).risk is None


async def test_mixed_languages(alone):
    assert (await understood(alone, "please help, mijn baas slaat mij", locale="nl")).risk.care == "alarm"


async def test_a_language_that_we_lack_is_named(alone):
    found = await understood(alone, "Nereden geldiğimi bilmiyorum ama burada kalmak istiyorum lütfen", locale="nl")
    assert found.locale == "tr"


@pytest.mark.parametrize("text", ["", " ", "👍", "\u200b", "12:30", "\ud800"])
async def test_texts_without_words(alone, text):
    found = await understood(alone, text, locale="nl")
    assert (found.locale, found.risk) == ("nl", None)
    assert found.locale_confidence < 0.9


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200), st.lists(st.text(max_size=40), max_size=3), st.sampled_from([None, "nl", "xx"]))
async def test_no_text_raises(alone, text, recent, locale):
    assert isinstance(await understood(alone, text, *recent, locale=locale), Understood)
    assert isinstance(alone.read(text, locale=locale, recent=recent), RiskFinding | None)


async def test_where_the_rules_themselves_fail_a_person_is_called(alone, monkeypatch):
    def fail(reading):
        raise RuntimeError(reading.folded)

    monkeypatch.setattr(alone.rules, "judge", fail)
    with structlog.testing.capture_logs() as logged:
        found = await understood(alone, "my secret words")
    assert (found.risk.care, found.risk.level, found.risk.rule) == ("alarm", "T0", "unreadable")
    assert "secret" not in repr(logged)


async def test_where_the_language_cannot_be_told_the_rest_goes_on(alone, monkeypatch):
    monkeypatch.setattr(alone.locales, "detect", lambda *_: 1 / 0)
    found = await understood(alone, "my uncle hits me", locale="en")
    assert (found.locale, found.locale_confidence, found.risk.care) == ("en", 0.0, "alarm")
