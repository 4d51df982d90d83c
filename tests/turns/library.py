"""The project's own flows as a library, with made-up translations so that other locales can be tried as well."""

from __future__ import annotations

import functools
from pathlib import Path

from bot.core.effects import TextRef
from bot.core.flow import Ask, Choose, End, Flow, Statement
from bot.core.library import Library, texts_of
from bot.flowfiles import reference
from bot.flowfiles.load import load

FLOWS = Path(__file__).parents[2] / "flows"
MARK = {"ar": "ع", "nl": "nl", "el": "ε"}


@functools.cache
def library(*locales: str) -> Library:
    flows = dict(load(FLOWS).flows)
    wanted = {c.flow for f in flows.values() for s in f.steps.values() if isinstance(s, Choose) for c in s.choose}
    for name in wanted - flows.keys() - {""}:
        topic, _, audience = name.partition(".")
        flows[name] = Flow(name, name, {"end": End("end")}, topic=topic, audience=audience)
    question = Statement("How old are you?", "test.ask/age")
    flows["test.ask"] = Flow("test.ask", "Test", {"age": Ask("age", text=question, slot="age", type="number")})
    texts = {
        locale: {(context, text): f"{MARK[locale]} {text}" for f in flows.values() for context, text in texts_of(f)}
        for locale in locales
    }
    return Library(flows, texts, reference.numbers(FLOWS))


def ref(context: str, text: str) -> TextRef:
    return TextRef(context, text)
