"""A small folder of flows and catalogs in which nothing is wrong, not even for a release."""

from __future__ import annotations

import datetime as dt
import io
import shutil
from pathlib import Path

from babel.messages.pofile import write_po

from bot.core.library import SYSTEM_FLOWS, texts_of
from bot.core.understood import RISKS
from bot.flowfiles.load import load
from bot.flowfiles.texts import phrase_context
from bot.i18n import catalogs

TODAY = dt.date(2026, 11, 24)
BAD = Path(__file__).parent / "bad"

SPECIAL = {
    "menu": """
    title: Menu
    topic: menu
    steps:
      - id: ask
        text: "What do you want?"
        choose:
          - {id: guardian, label: My guardian, flow: guardian.child}
          - {id: person, label: A person, flow: human.any}
""",
    "closing": """
    title: Anything else?
    steps:
      - id: more
        text: "Anything else?"
        choose:
          - {id: menu, label: Menu, flow: menu}
          - {id: person, label: A person, flow: human.any}
""",
    "t0": """
    title: Danger
    steps:
      - id: say
        say: {text: "Call {tel_emergency}.", source: none}
""",
}
PLAIN = """
    title: Words
    steps:
      - id: say
        say: {{text: "This is {name}.", source: none}}
"""
OTHERS = {
    "human.yml": """flows:
  human.any:
    title: A person
    topic: human
    steps:
      - id: call
        escalate: {level: T3, topic: human}
""",
    "child/guardian.yml": """flows:
  guardian.child:
    title: My guardian
    topic: guardian
    audience: child
    steps:
      - id: what
        say:
          - {text: "A guardian helps you.", source: T-1}
        overlay:
          BE: [{text: "The Guardianship Service finds one.", source: T-1}]
      - id: more
        text: "What do you want to know?"
        choose:
          - {id: again, label: Say it again, next: what}
          - {id: enough, label: That is all, next: then}
      - id: then
        text: "What now?"
        choose:
          - {id: again, label: Say it again, next: what}
          - {id: do, label: "What can I do?", next: do}
          - {id: enough, label: Stop, next: close}
      - id: do
        say: {text: "Ask for yours.", source: none}
      - id: close
        link: closing
""",
    "child/school.yml": """flows:
  school.child:
    title: School
    topic: school
    audience: child
    steps:
      - id: what
        say: {text: "You may go to school.", source: T-1}
      - id: more
        text: "What do you want to know?"
        choose:
          - {id: start, label: When I start, next: start}
      - id: start
        say: {text: "Soon.", source: T-1}
      - id: then
        text: "What now?"
        choose:
          - {id: do, label: "What can I do?", next: do}
          - {id: enough, label: Stop, next: close}
      - id: do
        say: {text: "Ask your guardian.", source: none}
      - id: close
        link: closing
""",
    "sources.yml": """sources:
  T-1: {title: A page, checked: 2026-11-01, review_by: 2027-05-01, status: confirmed, reviewed_by: Somebody}
""",
    "contacts.yml": """contacts:
  EU:
    emergency: {number: "112", title: Emergency, source: A page, status: official, called: 2026-11-01, allowed: true}
  GR:
    child: {number: "1056", title: Help, source: A page, status: official, called: 2026-11-01, allowed: true}
""",
    "phrases.yml": """phrases:
  greeting.hello: {text: "Hello! I am a person."}
""",
}
TOPICS = """rights:
  guardian: who helps
  school: learning
risk:
  danger: now
  abuse: hurt
  self_harm: not wanting to live
  exploitation: used
  missing: gone
service:
  human: a person
  menu: all
"""


def make(root: Path) -> Path:
    """Write the good folder below ``root`` and return it."""
    flows = root / "flows"
    files = {
        f"system/{name}.yml": f"flows:\n  {name}:{SPECIAL.get(name, PLAIN.format(name=name.replace('.', ' ')))}"
        for name in SYSTEM_FLOWS
    }
    for risk in RISKS:
        text = '{text: "Call {tel_emergency}.", source: none}'
        head = f"flows:\n  {risk}.any:\n    title: D {risk}\n    topic: {risk}\n"
        files[f"risk/{risk}.yml"] = f"{head}    steps:\n      - id: now\n        say: {text}\n"
    for name, text in {**files, **OTHERS}.items():
        path = flows / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "topics.yml").write_text(TOPICS, encoding="utf-8")
    translate(root, "nl")
    return root


def translate(root: Path, locale: str, *, review: str = "reviewed by Somebody") -> Path:
    """Write a whole catalog: each text with two letters before it."""
    catalog = catalogs.ReviewedCatalog(locale=locale, fuzzy=False)
    catalog.review = review
    for flow in load(root / "flows").flows.values():
        for context, msgid in texts_of(flow):
            catalog.add(msgid, f"n {msgid}", context=context)
    catalog.add("Hello! I am a person.", "n Hello! I am a person.", context=phrase_context("greeting.hello"))
    path = catalogs.path_of(root / "locales", locale, "bot")
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, catalog)
    path.write_bytes(buffer.getvalue())
    return path


def spoil(root: Path, code: str) -> list[tuple[str, int]]:
    """Lay the bad example of a fault over a good folder; return the places (file, line) that are marked ``# here``."""
    one = BAD / f"{code}.yml"
    if one.is_file():
        shutil.copy(one, root / "flows" / "bad.yml")
        return _marked({"flows/bad.yml": one})
    shutil.copytree(BAD / code, root, dirs_exist_ok=True)
    return _marked({p.relative_to(BAD / code).as_posix(): p for p in sorted((BAD / code).rglob("*.yml"))})


def _marked(files: dict[str, Path]) -> list[tuple[str, int]]:
    return [
        (name, number)
        for name, path in files.items()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if line.endswith("# here")
    ]
