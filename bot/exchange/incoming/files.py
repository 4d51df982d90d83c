"""Drafts as files: one YAML file for each flow, and one catalog for each locale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml
from babel import Locale, UnknownLocaleError

from bot.exchange.incoming.draft import Draft, Option
from bot.exchange.words import Line, Words
from bot.i18n import catalogs

SCHEMA: Final = "# yaml-language-server: $schema=../schema.json\n"
Yaml = dict[str, Any]


class Head(msgspec.Struct, frozen=True):
    """What a flow is: its id and what stands above its steps."""

    id: str
    title: Words
    topic: str = ""
    audience: str = ""
    countries: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    """What it is or is not: ``safe_first``, ``form``."""


class Texts:
    """Collects translations: (context, English) → text, for each locale."""

    def __init__(self) -> None:
        """Begin with none."""
        self.by_locale: dict[str, dict[tuple[str, str], str]] = {}

    def add(self, context: str, words: Words) -> str:
        """Keep the translations of a text and return its English."""
        for locale, text in words.others.items():
            self.by_locale.setdefault(locale, {})[context, words.english] = text
        return words.english


def as_yaml(head: Head, drafts: Sequence[Draft], texts: Texts) -> Yaml:
    """Return a flow as it stands in a file; its translations are added to ``texts``."""
    flow: Yaml = {"title": texts.add(head.id, head.title)} if head.title.english else {}
    flow |= {"topic": head.topic} if head.topic else {}
    flow |= {"audience": head.audience} if head.audience else {}
    flow |= {"countries": list(head.countries)} if head.countries else {}
    flow |= dict.fromkeys(head.marks, True)
    ids = {draft.key: draft.id for draft in drafts}
    following = [*(draft.id for draft in drafts[1:]), ""]
    steps = [_step(head.id, draft, ids, after, texts) for draft, after in zip(drafts, following, strict=True)]
    return {"flows": {head.id: {**flow, "steps": steps}}}


def _step(flow: str, draft: Draft, ids: Mapping[str, str], following: str, texts: Texts) -> Yaml:
    context = f"{flow}/{draft.id}"
    made: Yaml = {"id": draft.id}
    match draft.kind:
        case "say":
            made["say"] = [_statement(context, one, texts) for one in draft.lines.get("", [])]
            overlay = {
                place: [_statement(f"{context}@{place}", one, texts) for one in lines]
                for place, lines in draft.lines.items()
                if place and lines
            }
            made |= {"overlay": overlay} if overlay else {}
        case "choose":
            made["text"] = texts.add(context, draft.question)
            made["choose"] = [_choice(context, one, ids, texts) for one in draft.options]
        case "ask":
            more = {key: _whole(value) for key, value in draft.more.items()}
            made["ask"] = {"text": texts.add(context, draft.question), **more}
            made["ask"] |= {"again": texts.add(context, draft.again)} if draft.again else {}
        case "branch":
            made["branch"] = [
                {**({"when": {k: v if len(v) != 1 else v[0] for k, v in arm.when.items()}} if arm.when else {}),
                 "next": ids.get(arm.next, "")}
                for arm in draft.arms
            ]  # fmt: skip
        case "set":
            made["set"] = dict(draft.values)
        case "escalate":
            made["escalate"] = {key: value for key, value in draft.more.items() if value}
        case "end":
            made["end"] = True
        case kind:
            made[kind] = draft.more[{"link": "flow", "act": "act"}[kind]]
    after = draft.onwards if draft.onwards is not None else ids.get(draft.next, "")
    if (
        draft.kind == "choose"
        and draft.onwards is None
        and all((one.next and not one.on) or one.flow for one in draft.options)
    ):
        return made  # each choice leads somewhere by itself
    return made if after == following else {**made, "next": after}


def _whole(value: Any) -> Any:  # noqa: ANN401 - a number or a text
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _statement(context: str, line: Line, texts: Texts) -> Yaml:
    made: Yaml = {"text": texts.add(context, line.words)}
    made |= {"closed": texts.add(context, line.closed)} if line.closed else {}
    if line.sources:
        made["source"] = line.sources[0] if len(line.sources) == 1 else list(line.sources)
    return made


def _choice(context: str, one: Option, ids: Mapping[str, str], texts: Texts) -> Yaml:
    made: Yaml = {"id": one.id, "label": texts.add(context, one.label)}
    if one.flow:
        made["flow"] = one.flow
    elif not one.on and one.next:
        made["next"] = ids.get(one.next, "")
    return {**made, "set": dict(one.set)} if one.set else made


class _Dumper(yaml.SafeDumper):
    """Statements, choices and arms on a line each, as authors write them."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)
_Dumper.ignore_aliases = lambda *_: True  # type: ignore[method-assign]


def write_flow(folder: Path, flow: Yaml) -> Path:
    """Write the file of a flow below a folder, and return it."""
    name = next(iter(flow["flows"]))
    path = folder / f"{name.replace('.', '_')}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.dump(flow, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000, default_flow_style=None)
    path.write_text(SCHEMA + text, encoding="utf-8")
    return path


def write_catalogs(folder: Path, texts: Texts) -> list[str]:
    """Write a catalog of drafts for each locale, and return the locales."""
    for locale, table in sorted(texts.by_locale.items()):
        catalog = catalogs.ReviewedCatalog(locale=_known(locale), domain=catalogs.BOT, project="ucare", version="1",
                                           charset="utf-8", fuzzy=False)  # fmt: skip
        for (context, english), text in table.items():
            catalog.add(english, text, context=context)
        catalogs.write(catalogs.path_of(folder, locale, catalogs.BOT), catalog)
    return sorted(texts.by_locale)


def _known(locale: str) -> Locale | None:
    try:
        return Locale.parse(locale)
    except (UnknownLocaleError, ValueError):
        return None
