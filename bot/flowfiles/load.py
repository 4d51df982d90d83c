"""From YAML to flows. Faults that leave no flow to speak of raise here; the rest is found by ``checks``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from bot.core import flow as core
from bot.errors import FlowError
from bot.flowfiles.marked import Map, Seq, read

KINDS: Final = ("say", "ask", "choose", "branch", "set", "escalate", "link", "act", "remind", "record", "end")
NOT_FLOWS: Final = frozenset(
    f"{name}.yml"
    for name in ("contacts", "sources", "phrases", "phrase_groups", "never", "hard_words", "names", "signposts")
)
FLOW_KEYS: Final = frozenset({"title", "topic", "audience", "countries", "safe_first", "form", "steps"})
STEP_KEYS: Final = frozenset({"id", "next", "text", "overlay", *KINDS})


class Loaded(msgspec.Struct, frozen=True):
    """The flows of a folder, and where each flow and step stands."""

    flows: dict[str, core.Flow]
    places: dict[str, tuple[str, int]]
    """``flow``, ``flow/step``, ``flow/step/choice`` or ``place_of`` a text → (file, line)."""
    faults: tuple[FlowError, ...] = ()
    """Files that could not be read, where ``load_all`` was asked."""


def place_of(context: str, text: str) -> str:
    """Return the key of a text in ``Loaded.places`` (gettext joins context and msgid by the same sign)."""
    return f"{context}\x04{text}"


class _Reader:
    """Reads one file; keeps its name for the errors."""

    def __init__(self, file: str, places: dict[str, tuple[str, int]]) -> None:
        self.file = file
        self.places = places

    def fail(self, message: str, line: int) -> FlowError:
        return FlowError(message, file=self.file, line=line)

    def mapping(self, value: object, what: str, line: int) -> Map:
        if not isinstance(value, Map):
            msg = f"{what} must be a mapping"
            raise self.fail(msg, line)
        return value

    def known(self, found: Map, allowed: frozenset[str], what: str) -> None:
        for key in found:
            if key not in allowed:
                msg = f"{what} has no {key!r}; it may have {', '.join(sorted(allowed))}"
                raise self.fail(msg, found.lines[key])

    def text(self, found: Map, key: str, what: str) -> str:
        value = found.get(key)
        if not isinstance(value, str) or not value.strip():
            msg = f"{what} needs a {key!r}"
            raise self.fail(msg, found.line)
        return " ".join(value.split()) if "\n" not in value.strip() else value.strip()

    def flow(self, name: str, found: Map) -> core.Flow:
        self.known(found, FLOW_KEYS, f"the flow {name!r}")
        if title := str(found.get("title", "")):
            self.places[place_of(name, title)] = (self.file, found.lines["title"])
        raw = found.get("steps")
        if not isinstance(raw, Seq) or not raw:
            msg = f"the flow {name!r} needs a list of steps"
            raise self.fail(msg, found.line)
        maps = [self.mapping(step, "a step", raw.line) for step in raw]
        ids = [self.text(step, "id", "a step") for step in maps]
        steps: dict[str, core.AnyStep] = {}
        for index, (step_id, step) in enumerate(zip(ids, maps, strict=True)):
            if step_id in steps:
                msg = f"the flow {name!r} has two steps {step_id!r}"
                raise self.fail(msg, step.line)
            following = ids[index + 1] if index + 1 < len(ids) else ""
            self.places[f"{name}/{step_id}"] = (self.file, step.line)
            steps[step_id] = self.step(name, step_id, step, following)
        countries = found.get("countries", ())
        return core.Flow(
            id=name,
            title=title,
            steps=steps,
            topic=str(found.get("topic", "")),
            audience=str(found.get("audience", "any")),
            countries=tuple(map(str, countries)) if isinstance(countries, list | tuple) else (str(countries),),
            file=self.file,
            safe_first=self.yes_no(found, "safe_first"),
            form=self.yes_no(found, "form"),
        )

    def yes_no(self, found: Map, key: str) -> bool:
        value = str(found.get(key, "false"))
        if value not in {"true", "false"}:
            msg = f"{key} must be true or false"
            raise self.fail(msg, found.lines[key])
        return value == "true"

    def step(self, flow: str, step_id: str, found: Map, following: str) -> core.AnyStep:
        self.known(found, STEP_KEYS, f"the step {step_id!r}")
        kinds = [key for key in KINDS if key in found]
        if len(kinds) != 1:
            msg = f"the step {step_id!r} needs just one of {', '.join(KINDS)}"
            raise self.fail(msg, found.line)
        kind = kinds[0]
        given = found.get("next")
        after = str(given) if given is not None else following
        return BUILD[kind](self, f"{flow}/{step_id}", found, {"id": step_id, "next": after})

    def statements(self, value: object, context: str, line: int) -> tuple[core.Statement, ...]:
        items = value if isinstance(value, Seq) else [value] if value is not None else []
        return tuple(self.statement(self.mapping(item, "a statement", line), context) for item in items)

    def statement(self, found: Map, context: str) -> core.Statement:
        self.known(found, frozenset({"text", "source", "closed"}), "a statement")
        source = found.get("source", ())
        sources = tuple(map(str, source)) if isinstance(source, Seq) else (str(source),) if source else ()
        closed = self.noted(found, context, "closed") if "closed" in found else ""
        return core.Statement(self.noted(found, context), context, sources, closed)

    def noted(self, found: Map, context: str, key: str = "text", what: str = "a statement") -> str:
        """Return a text and note where it stands."""
        text = self.text(found, key, what)
        self.places[place_of(context, text)] = (self.file, found.lines[key])
        return text

    def number(self, found: Map, key: str) -> float | None:
        value = found.get(key)
        try:
            return None if value is None else float(value)
        except (TypeError, ValueError):
            msg = f"{key} must be a number"
            raise self.fail(msg, found.lines[key]) from None


Build = Callable[[_Reader, str, Map, Mapping[str, str]], core.AnyStep]


def _say(reader: _Reader, context: str, found: Map, common: Mapping[str, str]) -> core.AnyStep:
    line = found.line
    overlay = reader.mapping(found.get("overlay", Map()), "an overlay", line)
    return core.Say(
        **common,
        say=reader.statements(found["say"], context, line),
        overlay={key: reader.statements(value, f"{context}@{key}", line) for key, value in overlay.items()},
    )


def _ask(reader: _Reader, context: str, found: Map, common: Mapping[str, str]) -> core.AnyStep:
    ask = reader.mapping(found["ask"], "ask", found.line)
    reader.known(ask, frozenset({"text", "type", "slot", "min", "max", "again"}), "ask")
    again = reader.noted(ask, context, "again", "ask") if "again" in ask else ""
    return core.Ask(
        **common,
        text=core.Statement(reader.noted(ask, context, what="ask"), context),
        again=core.Statement(again, context),
        slot=reader.text(ask, "slot", "ask"),
        type=str(ask.get("type", "text")),
        min=reader.number(ask, "min"),
        max=reader.number(ask, "max"),
    )


def _choose(reader: _Reader, context: str, found: Map, common: Mapping[str, str]) -> core.AnyStep:
    raw = found["choose"]
    if not isinstance(raw, Seq) or not raw:
        msg = "choose needs a list of choices"
        raise reader.fail(msg, found.line)
    choices = []
    for item in raw:
        choice = reader.mapping(item, "a choice", raw.line)
        reader.known(choice, frozenset({"id", "label", "next", "flow", "set"}), "a choice")
        choice_id = reader.text(choice, "id", "a choice")
        reader.places[f"{context}/{choice_id}"] = (reader.file, choice.line)
        choices.append(
            core.Choice(
                id=choice_id,
                label=reader.noted(choice, context, "label", "a choice"),
                next=str(choice.get("next", "")),
                flow=str(choice.get("flow", "")),
                set={
                    key: str(value)
                    for key, value in reader.mapping(choice.get("set", Map()), "set", choice.line).items()
                },
            )
        )
    return core.Choose(
        **common, text=core.Statement(reader.noted(found, context, what="choose"), context), choose=tuple(choices)
    )


def _branch(reader: _Reader, _context: str, found: Map, common: Mapping[str, str]) -> core.AnyStep:
    arms = []
    for item in found["branch"] if isinstance(found["branch"], Seq) else []:
        arm = reader.mapping(item, "an arm of a branch", found.line)
        reader.known(arm, frozenset({"when", "next"}), "an arm of a branch")
        when = reader.mapping(arm.get("when", Map()), "when", arm.line)
        arms.append(
            core.When(
                reader.text(arm, "next", "an arm of a branch"),
                {key: tuple(map(str, v)) if isinstance(v, Seq) else (str(v),) for key, v in when.items()},
            )
        )
    if not arms:
        msg = "branch needs a list of arms, each with a next"
        raise reader.fail(msg, found.line)
    return core.Branch(**common, branch=tuple(arms))


def _set(reader: _Reader, _context: str, found: Map, common: Mapping[str, str]) -> core.AnyStep:
    values = reader.mapping(found["set"], "set", found.line)
    return core.Set(**common, set={key: str(value) for key, value in values.items()})


def _escalate(reader: _Reader, _context: str, found: Map, common: Mapping[str, str]) -> core.AnyStep:
    values = reader.mapping(found["escalate"], "escalate", found.line)
    level = str(values.get("level", "T3"))
    if level not in {"T0", "T1", "T2", "T3"}:
        msg = f"the level {level!r} is none of T0, T1, T2, T3"
        raise reader.fail(msg, values.line)
    return core.Escalate(**common, level=level, topic=str(values.get("topic", "")))  # type: ignore[arg-type]


def _remind(reader: _Reader, _context: str, found: Map, common: Mapping[str, str]) -> core.AnyStep:
    given = reader.mapping(found["remind"], "remind", found.line)
    reader.known(given, frozenset({"flow", "days", "day"}), "remind")
    days = reader.number(given, "days") or 0
    return core.Remind(
        **common, flow=reader.text(given, "flow", "remind"), days=int(days), day=str(given.get("day", ""))
    )


def _record(reader: _Reader, _context: str, found: Map, common: Mapping[str, str]) -> core.AnyStep:
    given = reader.mapping(found["record"], "record", found.line)
    reader.known(given, frozenset({"kind", "slots", "days"}), "record")
    slots = given.get("slots", ())
    days = int(reader.number(given, "days") or 0)
    if slots and days < 1:
        msg = "a record needs `days`: for how long it is kept"
        raise reader.fail(msg, given.line)
    kept = tuple(map(str, slots)) if isinstance(slots, Seq) else ()
    return core.Record(**common, record=reader.text(given, "kind", "record"), slots=kept, days=days)


BUILD: Final[dict[str, Build]] = {
    "say": _say,
    "ask": _ask,
    "choose": _choose,
    "branch": _branch,
    "set": _set,
    "escalate": _escalate,
    "link": lambda _r, _c, found, common: core.Link(**common, flow=str(found["link"])),
    "act": lambda _r, _c, found, common: core.Act(**common, act=str(found["act"])),
    "remind": _remind,
    "record": _record,
    "end": lambda _r, _c, _f, common: core.End(**common),
}
"""Kind of step → what builds it."""


def load_file(path: Path, name: str, places: dict[str, tuple[str, int]]) -> dict[str, core.Flow]:
    """Return the flows of one file, by id; notes in ``places`` where each stands.

    Raises:
        FlowError: With file and line, and what is expected there.
    """
    found = read(path, name)
    reader = _Reader(name, places)
    reader.known(found, frozenset({"flows"}), "a flow file")
    raw = reader.mapping(found.get("flows"), "flows", 1)
    flows: dict[str, core.Flow] = {}
    for flow_id, value in raw.items():
        places[flow_id] = (name, raw.lines[flow_id])
        flows[flow_id] = reader.flow(flow_id, reader.mapping(value, f"the flow {flow_id!r}", raw.lines[flow_id]))
    return flows


class Files(dict[Path, tuple[tuple[int, int, int], dict[str, core.Flow], dict[str, tuple[str, int]]]]):
    """What was read of each file, and in which state it was: a file that is the same is not read again."""

    def read(self, path: Path, name: str) -> tuple[dict[str, core.Flow], dict[str, tuple[str, int]]]:
        """Return the flows of a file, and where they stand.

        Raises:
            FlowError: With file and line.
        """
        try:
            about = path.stat()
        except OSError:
            state = (0, 0, 0)
        else:
            state = (about.st_mtime_ns, about.st_size, about.st_ino)
        if path not in self or self[path][0] != state:
            places: dict[str, tuple[str, int]] = {}
            self[path] = (state, load_file(path, name, places), places)
        return self[path][1:]


def load_all(folder: Path, files: Files | None = None) -> Loaded:
    """Return all flows of a folder and its subfolders; a file that is wrong is a fault, and the others are read.

    Args:
        folder: Where the flows are.
        files: What was read before, kept from one time to the next.
    """
    files = Files() if files is None else files
    flows: dict[str, core.Flow] = {}
    places: dict[str, tuple[str, int]] = {}
    faults: list[FlowError] = []
    for path in sorted(folder.rglob("*.yml")):
        if path.name in NOT_FLOWS:
            continue
        name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        try:
            found, own = files.read(path, name)
        except FlowError as error:
            faults.append(error)
            continue
        for flow_id, flow in found.items():
            if flow_id in flows:
                msg = f"the flow {flow_id!r} stands in {flows[flow_id].file} as well"
                faults.append(FlowError(msg, file=name, line=own[flow_id][1]))
            else:
                flows[flow_id] = flow
        places = {**own, **places}
    return Loaded(flows, places, tuple(faults))


def load(folder: Path, files: Files | None = None) -> Loaded:
    """Return all flows of a folder and its subfolders; ``files`` as in ``load_all``.

    Raises:
        FlowError: A file is wrong, or two files hold the same flow.
    """
    loaded = load_all(folder, files)
    if loaded.faults:
        raise loaded.faults[0]
    return loaded
