from __future__ import annotations

import hashlib
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from bot.channels.whatsapp.verify import Verifier
from bot.errors import PayloadError, SignatureError
from bot.ports.webhooks import WebhookRequest

TOKEN = "a-token"
URL = "https://chat.example.org/webhooks/whatsapp"
FORM = {"MessageSid": "SM" + "a" * 32, "Body": "سلام & more=1", "From": "whatsapp:+32470000001", "Empty": ""}


def signed(form, url=URL, token=TOKEN):
    return RequestValidator(token).compute_signature(url, form)


def call(body=None, *, url=URL, signature=None, **headers):
    body = urlencode(FORM).encode() if body is None else body
    headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"} | {
        k.replace("_", "-"): v for k, v in headers.items()
    }
    if signature is not None:
        headers["x-twilio-signature"] = signature
    return WebhookRequest(url=url, headers=headers, body=body)


def json_call(body, *, url=URL, hashed=None, signature=None):
    url = f"{url}?bodySHA256={hashed or hashlib.sha256(body).hexdigest()}"
    return call(body, url=url, signature=signature or signed({}, url), content_type="application/json")


def test_the_documented_example_is_right():
    form = {
        "CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234",
        "From": "+14158675309", "To": "+18005551212",
    }  # fmt: skip
    request = call(
        urlencode(form).encode(),
        url="https://mycompany.com/myapp.php?foo=1&bar=2",
        signature="RSOYDt4T1cUTdK1PDd93/VVr8B8=",
    )
    assert Verifier("12345").fields(request).first("Digits") == "1234"


def test_a_right_signature_gives_the_fields():
    fields = Verifier(TOKEN).fields(call(signature=signed(FORM)))
    assert {k: v[0] for k, v in fields.items()} == FORM


def test_a_name_may_come_twice():
    body = urlencode([("Tag", "b"), ("Tag", "a"), ("Body", "x")]).encode()
    signature = signed({"Body": "x", "Tag": ""}, URL)
    with pytest.raises(SignatureError):
        Verifier(TOKEN).fields(call(body, signature=signature))

    class Many(dict):
        def getlist(self, name):
            return self[name]

    signature = signed(Many({"Tag": ["b", "a"], "Body": ["x"]}))
    assert Verifier(TOKEN).fields(call(body, signature=signature)).getlist("Tag") == ["b", "a"]


@pytest.mark.parametrize(
    "request_",
    [
        call(),
        call(signature=""),
        call(signature="nonsense"),
        call(signature="é" * 28),
        call(signature=signed(FORM, token="another")),
        call(signature=signed(FORM, url="http://127.0.0.1:8080/webhooks/whatsapp")),
        call(signature=signed(FORM) + " "),
        call(urlencode(FORM | {"Body": "other"}).encode(), signature=signed(FORM)),
        call(b"", signature=signed(FORM)),
        call(b"\xff\x00%ff", signature=signed(FORM)),
        call(b"a=1&" * 2000, signature=signed(FORM)),
        call(url="http://evil:99999999/webhooks/whatsapp", signature=signed(FORM)),
        call(url="http://[::1/webhooks/whatsapp", signature=signed(FORM)),
        call(b"{}", signature=signed({}), content_type="application/json"),
        call(b"{}", content_type="application/json"),
        json_call(b'{"Body":"x"}', hashed="0" * 64),
        json_call(b"\xff\xfe"),
        json_call(b"{}", signature=signed({}, token="another")),
    ],
)
def test_what_is_not_signed_by_twilio_is_refused(request_):
    with pytest.raises(SignatureError) as caught:
        Verifier(TOKEN).fields(request_)
    assert TOKEN not in str(caught.value)


def test_a_json_body_is_read():
    fields = Verifier(TOKEN).fields(json_call(b'{"Body":"hi","NumMedia":0,"deep":{"a":1},"none":null}'))
    assert dict(fields) == {"Body": ["hi"], "NumMedia": ["0"]}


@pytest.mark.parametrize("body", [b"[]", b"not json", b"", b'"text"', b"[" * 100_000])
def test_a_signed_json_body_that_is_no_object_is_a_bad_payload(body):
    with pytest.raises(PayloadError):
        Verifier(TOKEN).fields(json_call(body))


@given(st.binary(max_size=300), st.text(max_size=60), st.text(max_size=40), st.booleans())
def test_whatever_comes_is_refused_and_never_crashes(body, url, signature, as_json):
    kind = "application/json" if as_json else "text/plain"
    with pytest.raises(SignatureError):
        Verifier(TOKEN).fields(call(body, url=url + "?bodySHA256=1", signature=signature, content_type=kind))


@given(st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=50), max_size=8))
def test_every_signed_form_is_taken(form):
    form = {k.encode("utf-8", "replace").decode(): v.encode("utf-8", "replace").decode() for k, v in form.items()}
    request = call(urlencode(form).encode(), signature=signed(form))
    assert {k: v[0] for k, v in Verifier(TOKEN).fields(request).items()} == form
