"""The page of a case over HTTP: what each role is shown, what is kept back, what is refused kindly."""

from __future__ import annotations

import re

import httpx
import msgspec
import pytest

from bot.console.times import ZONE_COOKIE
from bot.core.acts import claim, close, speak
from bot.core.understood import RiskFinding
from bot.ports.partitions import Line
from tests.console.casework import MINUTE, PEOPLE, Casework
from tests.console.memory import now

JSON = {"accept": "application/json"}


class Person:
    """One signed-in person's browser without a script."""

    def __init__(self, work: Casework, name: str, csrf: str) -> None:
        transport = httpx.ASGITransport(app=work.app)
        self.client = httpx.AsyncClient(transport=transport, cookies=work.cookies(name), base_url="http://console")
        self.csrf = csrf

    def get(self, path="", **more):
        return self.client.get(f"/console/cases/a{path}", **more)

    def post(self, verb, headers=JSON, case="a", **fields):
        return self.client.post(f"/console/cases/{case}/{verb}", data={"csrf": self.csrf, **fields}, headers=headers)


@pytest.fixture
async def work():
    work = Casework()
    await work.enter()
    await work.case()
    return work


@pytest.fixture
async def people(work):
    return {name: Person(work, name, await work.csrf(name)) for name in PEOPLE}


async def do(work, name, act, case="a"):
    await work.desk.act(await work.accounts.viewer(name), case, act)


async def test_the_page_shows_both_languages_and_escapes(people):
    page = (await people["noor"].get()).text
    assert "أحدهم يتبعني &lt;b&gt;" in page
    assert "Are you well?" in page
    assert "checked text" in page
    assert re.search(r'<p class="said" dir="rtl" lang="ar">هل أنت بخير؟', page)
    assert '<p class="said" dir="auto">أحدهم' in page


async def test_who_may_not_read_sees_no_word(people):
    page = await people["cor"].get()
    assert page.status_code == 200
    assert "أحدهم" not in page.text
    assert "Are you well?" not in page.text
    assert "Assign" in page.text
    assert (await people["cor"].post("assign", headers={}, to="noor")).status_code == 303
    for path in ("/phrases", "/flows", "/export"):
        assert (await people["cor"].get(path)).status_code == 404 or "أحدهم" not in (await people["cor"].get(path)).text
    assert (await people["aud"].get()).status_code == 404
    assert (await people["cor"].post("reply", text="hello")).status_code == 409


async def test_reading_is_written_down_once(work, people):
    await people["noor"].get()
    await people["noor"].get("?part=1")
    await people["cor"].get()
    assert [note for note in work.audit.noted if note[1] == "read"] == [("noor", "read", "a", "")]


async def test_free_text_in_a_language_not_listed_is_kept_back_once(work, people):
    await do(work, "noor", claim.Claim())
    answer = await people["noor"].post("reply", text="Hello", key="k")
    assert answer.status_code == 409
    assert answer.json()["warn"] == "language"
    assert "Arabic" in answer.json()["error"]
    assert len(work.store.logs["a"]) == 2
    page = await people["noor"].post("reply", headers={}, text="Hello", key="k")
    assert ">Hello</textarea>" in page.text
    assert 'name="sure" value="1"' in page.text
    assert (await people["noor"].post("reply", text="Hello", key="k", sure="1")).json()["once"]
    assert work.store.logs["a"][-1].text == "Hello"


async def test_who_speaks_the_language_is_not_warned(work, people):
    await do(work, "ben", claim.Claim())
    assert (await people["ben"].post("reply", text="مرحبا", key="k")).status_code == 200
    assert (await people["ben"].post("reply", text="مرحبا", key="k")).status_code == 200
    assert [line.text for line in work.store.logs["a"]].count("مرحبا") == 1


async def test_a_phrase_is_sent_as_the_book_has_it(work, people):
    await do(work, "noor", claim.Claim())
    answer = await people["noor"].post("reply", key="k", phrase="safe.now", text="something else")
    assert answer.status_code == 200
    line = work.store.logs["a"][-1]
    assert line.phrase == "safe.now"
    assert line.text != "something else"
    assert line.original == "Are you safe right now?"
    page = (await people["noor"].get()).text
    assert re.search(r"checked text</span> Are you safe right now\?", page)
    assert "translated by machine</span>" not in page
    assert (await people["noor"].post("reply", key="l", phrase="no.such", text="x")).status_code == 409


async def test_phrases_are_found_in_the_caseworkers_language(people):
    found = (await people["noor"].get("/phrases?q=safe", headers=JSON)).json()["found"]
    assert "safe.now" in {one["id"] for one in found}
    one = next(one for one in found if one["id"] == "safe.now")
    assert one["shown"] == "Are you safe right now?"
    assert one["sent"] != one["shown"]
    plain = await people["noor"].get("/phrases?q=safe")
    assert 'name="phrase" value="safe.now"' in plain.text
    assert "asylum.child" in (await people["noor"].get("/flows", headers=JSON)).text
    assert (await people["noor"].get("/flows?q=guard", headers=JSON)).json()["found"][0]["id"] == "guardian.child"


async def test_a_phrase_with_gaps_is_shown_filled_in_both_languages(work, people):
    noor = people["noor"]
    await work.case("e", locale="en")
    rows = (await noor.client.get("/console/cases/e/phrases", headers=JSON)).json()["found"]
    row = next(one for one in rows if one["fields"])
    values = {"text": "Anna", "date": "2026-12-24", "time": "14:30", "number": "3"}
    given = {f"value.{field['name']}": values[field["kind"]] for field in row["fields"]}
    before = (await noor.post("phrases", case="e", phrase=row["id"], **given)).json()
    assert "{" not in before["shown"] + before["sent"]
    assert len(work.store.logs["e"]) == 2
    await do(work, "noor", claim.Claim(), "e")
    assert (await noor.post("reply", case="e", key="k", phrase=row["id"], **given)).status_code == 200
    assert work.store.logs["e"][-1].text == before["sent"]
    assert (await noor.post("phrases", case="e", phrase=row["id"])).status_code == 409
    assert (await noor.post("reply", case="e", key="l", phrase=row["id"])).status_code == 409


async def test_a_note_is_never_a_reply(work, people):
    await do(work, "noor", claim.Claim())
    assert (await people["noor"].post("note", text="For @ben alone", key="k")).status_code == 200
    assert (await people["noor"].post("reply", text="For @ben alone", key="l", sure="1")).status_code == 409
    assert len(work.store.logs["a"]) == 2
    page = (await people["ben"].get()).text
    assert re.search(r'entry note.*only colleagues see this.*<mark class="me">@ben</mark>', page, re.DOTALL)


async def test_who_is_second_is_told_who_was_faster(work, people):
    assert (await people["noor"].post("claim")).status_code == 200
    answer = await people["ben"].post("claim")
    assert answer.status_code == 409
    assert answer.json()["error"].startswith("noor was faster")
    assert work.store.cases["a"].assignee == "noor"
    assert "noor was faster" in (await people["ben"].post("claim", headers={})).text


async def test_a_serious_case_is_handed_over_with_a_summary(work, people):
    await work.teams()
    await do(work, "noor", claim.Claim())
    assert "Athens team" in (await people["noor"].get()).text
    refused = await people["noor"].post("transfer", to="ben", summary=" ")
    assert refused.status_code == 409
    assert "summary" in refused.json()["error"]
    assert (await people["noor"].post("transfer", to="ben", summary="Fed, tired.")).json()["to"] == "/console/queue"
    assert work.store.notes["a"][-1].kind == "summary"
    assert (await people["ben"].post("release")).status_code == 409
    assert (await people["ben"].post("transfer", to="team:ghent", summary="For Ghent.")).status_code == 200
    assert (work.store.cases["a"].team, work.store.cases["a"].state) == ("ghent", "waiting")


async def test_closing_a_serious_case_asks_and_is_confirmed_by_another(work, people):
    await do(work, "noor", claim.Claim())
    answer = await people["noor"].post("resolve", outcome="referred", reason="Police.")
    assert answer.json()["to"] == ""
    page = (await people["noor"].get()).text
    assert "It waits for a second person." in page
    page = (await people["ben"].get()).text
    assert "noor asks for a second person." in page
    assert 'data-verb="confirm"' in page
    assert (await people["noor"].post("confirm", what="resolve")).status_code == 409
    assert (await people["ben"].post("confirm", what="resolve")).status_code == 200
    assert "This case is closed." in (await people["ben"].get()).text


async def test_the_address_is_shown_once_at_t0_and_stays_out_of_the_address_bar(work, people):
    await work.case("t0", "T0", "Red Fox 7")
    await do(work, "noor", claim.Claim(), "t0")
    assert "telegram:42" not in (await people["noor"].client.get("/console/cases/t0")).text
    assert (await people["noor"].post("reveal", case="t0", headers={}, reason="")).status_code == 409
    page = await people["noor"].post("reveal", case="t0", headers={}, reason="An ambulance must go there.")
    assert "telegram:42" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert work.store.cases["t0"].unseen[-1].act == "reveal"
    assert "did this alone" in (await people["ben"].client.get("/console/cases/t0")).text
    await do(work, "ben", claim.Claim())
    refused = await people["ben"].post("reveal", headers={}, reason="why")
    assert refused.status_code == 409
    assert "telegram:42" not in refused.text
    assert (await people["noor"].client.get("/console/cases/t0/reveal")).status_code in {404, 405}


async def test_a_file_is_fetched_only_when_it_was_confirmed(work, people):
    assert (await people["noor"].get("/export")).status_code == 409
    assert (await people["noor"].post("export", reason="For the court.")).status_code == 200
    assert (await people["noor"].get("/export")).status_code == 409
    assert (await people["ben"].post("confirm", what="export")).status_code == 200
    found = await people["noor"].get("/export")
    assert found.headers["content-disposition"].startswith("attachment")
    assert "أحدهم" in found.text
    assert (await people["ben"].get("/export")).status_code == 409


async def test_labels_steps_links_and_reminders(work, people):
    noor = people["noor"]
    await work.case("b", "T3", "Blue Owl 3", ref="r")
    assert (await noor.post("label", label="School")).status_code == 200
    assert (await noor.post("check", step="lead_told")).status_code == 200
    assert (await noor.post("link", other="b")).status_code == 200
    await do(work, "noor", claim.Claim())
    noor.client.cookies[ZONE_COOKIE] = "Europe/Athens"
    assert (
        await noor.post("follow_up", when="2027-01-02T09:00" if now() < 1_798_000_000_000 else "")
    ).status_code == 200
    page = (await noor.get()).text
    assert "Take off the label school" in page
    assert re.search(r'value="lead_told".{0,200}aria-checked="true"', page, re.DOTALL)
    assert "Unlink" in page
    assert (await noor.post("follow_up", when="tomorrow")).json()["error"] == "Choose a day and an hour."
    assert (await noor.post("label", label="school", on="0")).status_code == 200
    assert work.store.cases["a"].labels == ()


async def test_why_it_was_opened_and_what_to_ask_first(work, people):
    case = work.store.cases["a"]
    finding = RiskFinding("abuse", "T1", "alarm", "followed-home", ("FOLLOW", "ME"))
    work.store.cases["a"] = msgspec.structs.replace(case, findings=(finding,), age_band="12-15", region="GR-ISL")
    page = (await people["noor"].get()).text
    assert "followed home" in page
    assert "follow + me" in page
    assert "12–15 years" in page
    assert "An island" in page
    assert "Ask first:" in page
    await do(work, "noor", claim.Claim())
    await do(work, "noor", speak.Reply("hello"))
    assert "Ask first:" not in (await people["noor"].get()).text


async def test_a_picture_is_not_loaded_by_the_page(work, people):
    work.store.logs["a"].append(Line(now() - MINUTE, "contact", "look", kind="picture"))
    entries = (await work.desk.case(await work.accounts.viewer("noor"), "a")).entries
    if entries[-1].medium < 0:
        pytest.skip("lines carry no media here")
    assert "<img" not in (await people["noor"].get()).text


async def test_store_away_is_said_and_nothing_is_lost(work, people):
    await do(work, "ben", claim.Claim())
    work.store.away = True
    answer = await people["ben"].post("reply", text="Keep me", key="k")
    assert answer.status_code == 503
    work.store.away = False
    assert (await people["ben"].post("reply", text="Keep me", key="k")).status_code == 200


async def test_a_form_of_another_session_is_refused(people):
    people["noor"].csrf = people["ben"].csrf
    assert (await people["noor"].post("claim")).status_code == 403
    assert (await people["noor"].post("reveal", reason="x")).status_code == 403


async def test_an_ended_session_is_told_so(work, people):
    await work.accounts.end(work.tokens["noor"])
    assert (await people["noor"].post("reply", text="x")).status_code == 401
    assert (await people["noor"].get("", headers=JSON)).status_code == 401


async def test_lowered_and_raised_with_a_reason(work, people):
    await do(work, "noor", claim.Claim())
    assert (await people["noor"].post("raise_level", level="T0", reason="A knife.")).status_code == 200
    assert (await people["noor"].post("lower_level", level="T2", reason="")).status_code == 409
    assert (await people["noor"].post("lower_level", level="T2", reason="A song.")).status_code == 200
    assert work.store.cases["a"].level == "T0"
    assert (await people["lea"].post("decline", what="lower_level", reason="Not yet.")).status_code == 200
    assert work.store.cases["a"].asked == ()
    await do(work, "noor", close.Exclude("ben", "He is named."))
    assert (await people["ben"].get()).status_code == 404


WRONG = (
    ("reply", {"text": " "}), ("reply", {"text": "x" * 4001, "sure": "1"}), ("resolve", {}),
    ("resolve", {"outcome": "answered"}), ("resolve", {"outcome": "answered", "reason": "y" * 501}),
    ("resolve", {"outcome": "x", "reason": "y"}), ("hand_back", {"hours": "9999"}), ("hand_back", {"hours": "-1"}),
    ("transfer", {"summary": "s"}), ("transfer", {"to": "ghost", "summary": "s"}), ("lower_level", {"level": "T9"}),
    ("label", {"label": "<b>"}), ("check", {"step": "nothing"}), ("link", {"other": "none"}),
    ("send_flow", {"flow": "no.flow"}), ("confirm", {"what": "resolve"}), ("decline", {"what": "x"}),
    ("follow_up", {"when": "1"}), ("follow_up", {"when": "9" * 30}), ("export", {"reason": ""}),
)  # fmt: skip


async def test_wrong_fields_are_answered_clearly_and_change_nothing(work, people):
    await do(work, "noor", claim.Claim())
    before = work.store.cases["a"]
    for verb, fields in WRONG:
        answer = await people["noor"].post(verb, headers={}, **fields)
        assert answer.status_code == 409, (verb, fields)
        assert 'role="alert"' in answer.text
        assert work.store.cases["a"] == before, (verb, fields)


async def test_a_refused_reply_keeps_the_draft(people):
    answer = await people["ben"].post("reply", headers={}, text="Do not lose me", key="k1")
    assert answer.status_code == 409
    assert ">Do not lose me</textarea>" in answer.text


async def test_what_does_not_exist_is_not_found(people):
    noor = people["noor"]
    assert (await noor.client.get("/console/cases/none")).status_code == 404
    assert (await noor.post("delete")).status_code == 404
    assert (await noor.post("claim", case="none", headers={})).status_code == 404
    for path in ("phrases", "flows"):
        assert (await noor.client.get(f"/console/cases/none/{path}")).status_code == 404
    assert (await noor.client.get("/console/events?case=none")).status_code == 404


async def test_the_accused_reaches_the_case_by_no_way(work, people):
    await work.case("x", excluded=("noor",))
    noor = people["noor"]
    assert "Maple" not in (await noor.client.get("/console/cases/x")).text
    assert (await noor.client.get("/console/events?case=x")).status_code == 404
    for verb in ("claim", "note", "reveal", "export", "phrases"):
        answer = await noor.post(verb, case="x", headers={}, text="x", reason="x")
        assert answer.status_code in {404, 409}
        assert "Maple" not in answer.text
    assert work.store.cases["x"].state == "waiting"


async def test_the_case_of_a_colleague_who_left_can_be_taken_over(work, people):
    await do(work, "ben", claim.Claim())
    assert (await people["noor"].post("take_over", former="ben")).status_code == 409
    await work.accounts.disable("ben")
    assert "ben cannot work on this case any more." in (await people["noor"].get()).text
    assert (await people["noor"].post("take_over", former="ben")).status_code == 200
    assert work.store.cases["a"].assignee == "noor"


async def test_a_huge_text_is_refused(people):
    assert (await people["noor"].post("reply", text="x" * 200_000)).status_code == 403


async def test_a_flow_is_sent_and_named(work, people):
    await do(work, "noor", claim.Claim())
    assert (await people["noor"].post("send_flow", flow="guardian.child", key="k")).status_code == 200
    assert "<b>My guardian</b>" in (await people["noor"].get()).text
    work.store.logs["a"].append(Line(now(), "caseworker", "gone.flow", "flow_not_sent", by="noor", flow="gone.flow"))
    assert "Flow, not sent" in (await people["noor"].get()).text
