"""``ucare flows new``: a flow to begin with. It is whole, so that only its sentences have to be written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from bot.errors import FlowError
from bot.flowfiles.load import load

AUDIENCES: Final = ("child", "carer", "any")
FOLDERS: Final = {"any": "shared"}
"""Where flows of an audience stand; else in the folder of its own name."""
SKELETON: Final = """\
# yaml-language-server: $schema=../schema.json
# What this flow is about, in one line.
flows:
  {topic}.{audience}:
    title: {title}
    topic: {topic}
    audience: {audience}
    steps:
      - id: what
        say:
          - {{text: "Say what it is, in one short sentence.", source: none}}
        overlay:  # what differs by country; give each fact its id from sources.yml
          BE:
            - {{text: "Say how it is in Belgium.", source: none}}
          DE:
            - {{text: "Say how it is in Germany.", source: none}}
          GR:
            - {{text: "Say how it is in Greece.", source: none}}
      - id: more
        text: "What do you want to know?"
        choose:
          - {{id: how, label: How it goes, next: how}}
          - {{id: do, label: "What can I do?", next: do}}
          - {{id: person, label: Talk to a person, flow: human.any}}
          - {{id: done, label: That is all, next: close}}
      - id: how
        say:
          - {{text: "Say how it goes, one thing at a time.", source: none}}
        next: then
      - id: then
        text: "What would you like now?"
        choose:
          - {{id: do, label: "What can I do?", next: do}}
          - {{id: other, label: Another question, next: more}}
          - {{id: person, label: Talk to a person, flow: human.any}}
          - {{id: done, label: That is all, next: close}}
      - id: do
        say:
          - {{text: "Say what a child can do today.", source: none}}
      - id: close
        link: closing
"""


def begin(folder: Path, topic: str, audience: str) -> Path:
    """Write a flow file for a topic and audience, and return it.

    Raises:
        FlowError: The topic cannot be an id, the audience does not exist, or the flow is there already.
    """
    name = f"{topic}.{audience}"
    path = folder / FOLDERS.get(audience, audience) / f"{topic}.yml"
    told = f"{folder.name}/{path.relative_to(folder).as_posix()}"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", topic):
        msg = f"{topic!r} cannot be a topic: small letters, digits and _ only (see nlu/topics.yml)"
        raise FlowError(msg, file=told, line=1)
    if audience not in AUDIENCES:
        msg = f"there is no audience {audience!r}; write {', '.join(AUDIENCES)}"
        raise FlowError(msg, file=told, line=1)
    known = load(folder).flows
    if name in known or path.exists():
        there = known[name].file if name in known else told
        msg = f"{name} is there already, in {there}; nothing was written"
        raise FlowError(msg, file=told, line=1)
    title = topic.replace("_", " ").capitalize()[:20]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SKELETON.format(topic=topic, audience=audience, title=title), encoding="utf-8")
    return path
