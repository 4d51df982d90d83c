"""What docs/asvs.md says of every answer of the console."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from bot.console.app import console_app

WANTED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.mark.parametrize("path", ["/console/queue", "/console/sign-in", "/console/me", "/console/nowhere", "/"])
def test_every_answer_is_closed_to_other_sites(signed_in, path):
    answer = signed_in.get(path, headers={"origin": "https://evil.example"}, follow_redirects=False)
    assert {name: answer.headers[name] for name in WANTED} == WANTED
    policy = {part.split()[0]: part.split()[1:] for part in answer.headers["content-security-policy"].split(";")}
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == ["'self'"]
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert "server" not in answer.headers


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "PUT", "DELETE"])
def test_other_methods_are_refused(signed_in, method):
    answer = signed_in.request(method, "/console/queue")
    assert answer.status_code == 405
    assert "ucare_console" not in answer.text


def test_folders_are_not_listed(signed_in):
    for path in ("/console/static", "/console/static/", "/console/static/js/", "/console/static/%2e%2e/app.py"):
        assert signed_in.get(path).status_code == 404


def test_the_session_is_kept_to_tls_and_to_no_script(world, noor):
    with TestClient(console_app(world.parts()), base_url="https://desk.example") as client:
        cookie = client.get("/console/sign-in").headers["set-cookie"]
        assert cookie.startswith("__Secure-")
        assert {part.strip().lower() for part in cookie.split(";")} >= {
            "httponly", "secure", "samesite=strict", "path=/console",
        }  # fmt: skip


def test_a_form_from_elsewhere_does_nothing(signed_in):
    data = {"csrf": "guess"}
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {}):
        assert signed_in.post("/console/sign-out", data=data, headers=headers).status_code == 403
    assert signed_in.get("/console/queue", follow_redirects=False).status_code == 200
