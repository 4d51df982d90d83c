from __future__ import annotations

from bot.understanding.ask import ask, ask_all, explain

FIELDS = {"text", "locale", "detected_locale", "topic", "confidence", "ranking", "risk", "care"}


async def test_the_fields_of_the_contract(reader):
    answer = await ask(reader, "when does the school begin", locale="en", country="BE", audience="child")
    assert answer.keys() >= FIELDS
    assert (answer["topic"], answer["risk"], answer["care"], answer["country"]) == ("school", None, "none", "BE")
    assert answer["ranking"][0] == {"topic": "school", "confidence": 0.9}
    assert len(answer["ranking"]) == 46


async def test_an_alarm_is_the_topic(reader, double):
    double.risk, double.which = 0.95, "abuse"
    answer = await ask(reader, "my uncle hits me", locale="en")
    assert (answer["topic"], answer["risk"], answer["care"], answer["ranking"][0]["topic"]) == (
        "abuse",
        "abuse",
        "alarm",
        "abuse",
    )
    assert len({entry["topic"] for entry in answer["ranking"]}) == 46


async def test_without_the_server_there_is_no_topic(alone):
    answer = await ask(alone, "hello", locale="en")
    assert (answer["topic"], answer["confidence"], answer["ranking"], answer["nlu"]) == (None, 0.0, [], False)


async def test_a_batch_keeps_its_order(reader, double):
    double.delay_s = 0.01
    questions = [{"text": f"question {n}", "locale": "en", "country": "BE", "audience": "child"} for n in range(60)]
    answers = [answer async for answer in ask_all(reader, questions)]
    assert [answer["text"] for answer in answers] == [question["text"] for question in questions]


async def test_missing_fields_of_a_question_are_no_fault(reader):
    assert [answer["text"] async for answer in ask_all(reader, [{"text": "hello"}, {}])] == ["hello", ""]


async def test_explain_tells_words_and_rules(alone):
    told = (await explain(alone, "They HIT me!", locale="en"))["explanation"]
    assert "HIT" in told["concepts"]["hit"]
    assert told["rules"][0]["rule"] == "hit_by_somebody"
    assert "hit" in told["rules"][0]["words"]
    assert next(iter(told["languages"])) == "en"
