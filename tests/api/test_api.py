"""The API by hand: tokens, scope, acts, and what is refused and how."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.api.tokens import ALL
from bot.errors import NotAllowedError
from bot.ports.partitions import Line
from tests.api.conftest import World

CASES = "/api/v1/cases"


def test_without_a_token_nothing_is_said(client):
    for headers in (
        {},
        {"authorization": "Bearer guess"},
        {"authorization": "Bearer uca_guess"},
        {"authorization": "Basic x"},
    ):
        for path in (CASES, f"{CASES}/gr-1", "/api/v1/webhooks"):
            answer = client.get(path, headers=headers)
            assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
            assert "Red Fox" not in answer.text


async def test_a_list_holds_no_text_and_is_ranked_and_filtered(client, world):
    token = await world.token("list")
    answer = client.get(CASES, headers=token)
    assert [one["id"] for one in answer.json()["cases"]] == ["gr-1", "be-1"]
    assert "help" not in answer.text
    assert [one["id"] for one in client.get(f"{CASES}?country=BE", headers=token).json()["cases"]] == ["be-1"]
    assert [one["id"] for one in client.get(f"{CASES}?limit=1&offset=1", headers=token).json()["cases"]] == ["be-1"]
    assert client.get(f"{CASES}?state=closed", headers=token).json() == {"cases": [], "total": 0}
    assert client.get(f"{CASES}?limit=0", headers=token).status_code == 422
    assert client.get(f"{CASES}/gr-1", headers=token).status_code == 403


async def test_scope_holds_and_reading_is_written_down(client, world):
    token = await world.token(countries=("BE",))
    assert [one["id"] for one in client.get(CASES, headers=token).json()["cases"]] == ["be-1"]
    assert client.get(f"{CASES}/gr-1", headers=token).status_code == 404
    assert client.post(f"{CASES}/gr-1/notes", headers=token, json={"text": "x"}).status_code == 404
    token = await world.token()
    whole = client.get(f"{CASES}/gr-1", headers=token).json()
    assert [(one["who"], one["text"]) for one in whole["entries"]] == [("contact", "help")]
    assert ("api:files", "read", "gr-1", "") in world.audit.noted


async def test_what_a_machine_translated_is_told_with_its_original_and_a_phrase_is_none(client, world):
    world.store.logs["gr-1"] += [
        Line(2, "caseworker", "مرحبا", original="Hello", reply="r1"),
        Line(3, "caseworker", "أهلا", original="Hi", phrase="hello", reply="r2"),
    ]
    whole = client.get(f"{CASES}/gr-1", headers=await world.token()).json()
    assert [(one["text"], one["original"]) for one in whole["entries"][1:]] == [("مرحبا", "Hello"), ("أهلا", "")]


async def test_notes_are_written_once_and_never_sent(client, world):
    token = await world.token()
    for _ in range(2):
        answer = client.post(f"{CASES}/gr-1/notes", headers=token, json={"text": "File 12 is open.", "key": "k"})
        assert answer.status_code == 200
    assert [line.text for line in world.store.notes["gr-1"]] == ["File 12 is open."]
    assert [line.who for line in world.store.logs["gr-1"]] == ["contact"]


async def test_a_serious_case_waits_for_a_person(client, world):
    token = await world.token()
    said = client.post(f"{CASES}/gr-1/resolve", headers=token, json={"outcome": "referred", "reason": "Police."}).json()
    assert (said["state"], said["waits_for_second_person"]) == ("waiting", True)
    said = client.post(f"{CASES}/be-1/resolve", headers=token, json={"outcome": "answered", "reason": "Done."}).json()
    assert (said["state"], said["waits_for_second_person"]) == ("resolved", False)
    again = client.post(f"{CASES}/be-1/resolve", headers=token, json={"outcome": "answered", "reason": "Done."})
    assert again.status_code == 409
    wrong = client.post(f"{CASES}/gr-1/resolve", headers=token, json={"outcome": "happy", "reason": " "})
    assert wrong.status_code == 422
    assert "outcome" in wrong.json()["detail"]


async def test_tokens_end_are_revoked_and_kept_as_hashes(client, world):
    token = await world.token()
    secret = token["authorization"].split()[1]
    assert secret.encode() not in b"".join(world.vault.kept.values())
    renewed = await world.token()
    assert client.get(CASES, headers=token).status_code == 401
    assert client.get(CASES, headers=renewed).status_code == 200
    await world.tokens.revoke("files", by="admin")
    assert client.get(CASES, headers=renewed).status_code == 401
    with pytest.raises(NotAllowedError):
        await world.tokens.revoke("files", by="admin")
    for name, may, days in (("A b", ALL, 1), ("ok", (), 1), ("ok", ("all",), 1), ("ok", ALL, 731), ("ok", ALL, 0)):
        with pytest.raises(NotAllowedError):
            await world.tokens.make(name, may, by="admin", days=days)


async def test_a_token_that_calls_too_often_waits(client, world):
    token = await world.token()
    codes = [client.get(CASES, headers=token).status_code for _ in range(60)]
    assert codes[0] == 200
    assert 429 in codes


async def test_a_body_is_bounded(client, world):
    token = await world.token()
    for body in ({"text": "x" * 70_000}, {"text": "x" * 5_000}):
        answer = client.post(f"{CASES}/gr-1/notes", headers=token, json=body)
        assert answer.status_code == (413 if len(body["text"]) > 64_000 else 422)
    chunked = client.post(f"{CASES}/gr-1/notes", headers=token, content=(b"x" * 1000 for _ in range(100)))
    assert chunked.status_code == 413
    assert client.post(f"{CASES}/gr-1/notes", headers=token, content=b"\xff\xfe").status_code == 422
    assert world.store.notes["gr-1"] == []


async def test_the_store_away_is_said(client, world):
    token = await world.token()
    world.store.away = True
    answer = client.get(CASES, headers=token)
    assert (answer.status_code, answer.json()["title"]) == (503, "Not done")


def test_the_description_in_docs_is_the_one_that_is_served(client):
    served = client.get("/api/v1/openapi.json").json()
    kept = Path(__file__).parents[2] / "docs" / "openapi.json"
    assert json.loads(kept.read_text("utf-8")) == served, "run: python -m tests.api.test_api > docs/openapi.json"


if __name__ == "__main__":
    print(json.dumps(World().app.openapi(), indent=1, ensure_ascii=False))  # noqa: T201 - a file is made of it
