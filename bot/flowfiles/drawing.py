"""Pictures of flows as SVG: one flow with all its texts, or the map of all flows. No other program is needed."""

from __future__ import annotations

import itertools
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import msgspec

from bot.core.flow import Act, AnyStep, Ask, Branch, Choose, End, Escalate, Flow, Link, Record, Remind, Say, Set
from bot.flowfiles import layout
from bot.flowfiles.layout import HEAD, LINE, PAD, WIDTH, Box, Row

LETTERS: Final = 36
"""Characters that fit on a line of a box."""
MARGIN: Final = 24
HUB: Final = 6
"""From so many ways in on, a flow of the map is named in the rows and its arrows are left out."""
STYLE: Final = """
text{font:13px 'Noto Sans',system-ui,sans-serif;fill:#1b2733}
.head{font-weight:600}.small{font-size:12px;fill:#4a5a68}
rect{rx:7;fill:#fff;stroke:#8fa1b3}.bar{stroke:none;fill:#e4edf5}
.choose .bar,.ask .bar{fill:#fdeec2}.escalate .bar,.risk .bar{fill:#fbd5d0}.link .bar,.act .bar{fill:#dcefdc}
.row{stroke:#dde4ea}
.here rect{stroke:#c2410c;stroke-width:3}.here .bar{stroke:none}
.arrow{fill:none;stroke:#5b7083;stroke-width:1.4}
@media(prefers-color-scheme:dark){svg{background:#fff}}
"""


def wrap(text: str) -> tuple[str, ...]:
    """Return a text in lines that fit into a box."""
    return tuple(line for part in text.splitlines() for line in textwrap.wrap(part, LETTERS)) or ("",)


def _body(step: AnyStep) -> list[str]:  # noqa: PLR0911 - one for each kind of step
    match step:
        case Say():
            told = [line for one in step.say for line in wrap(one.text)]
            for place, added in step.overlay.items():
                told += [line for one in added for line in wrap(f"[{place}] {one.text}")]
            return told
        case Ask() | Choose():
            return list(wrap(step.text.text))
        case Set():
            return [line for name, value in step.set.items() for line in wrap(f"{name} = {value}")]
        case Escalate():
            return [f"{step.level} {step.topic}"]
        case Link():
            return [f"→ {step.flow}"]
        case Act():
            return [step.act]
        case Remind():
            return [f"{step.days} days after {step.day or 'now'} → {step.flow}"]
        case Record():
            return [f"{step.record}: {', '.join(step.slots) or 'delete'}"]
        case _:
            return []


def _rows(flow: Flow, step: AnyStep) -> list[tuple[str, str]]:
    """Return (what is written, step it leads to) for every way out of a step; no step: the flow ends or is left."""
    if isinstance(step, Choose):
        return [(f"{c.label} → {c.flow}", "") if c.flow else (c.label, c.next or step.next) for c in step.choose]
    if isinstance(step, Branch):
        arms = [
            (" and ".join(f"{k}: {' / '.join(v)}" for k, v in a.when.items()) or "else", a.next) for a in step.branch
        ]
        return arms if any(not arm.when for arm in step.branch) else [*arms, ("else", step.next)]
    if isinstance(step, End) or (isinstance(step, Act) and not step.next):
        return []
    return [("next", step.next)] if step.next in flow.steps else [("ends", "")]


def _boxes(flow: Flow) -> dict[str, Box]:
    plain = {
        name: Box(
            name,
            f"{name} · {type(step).__struct_config__.tag}",
            tuple(_body(step)),
            tuple(Row(wrap(label), target) for label, target in _rows(flow, step)),
            str(type(step).__struct_config__.tag),
        )
        for name, step in flow.steps.items()
    }
    return _said_back(plain, layout.forward(plain, [flow.first]))


def _said_back(boxes: dict[str, Box], drawn: set[tuple[str, int]]) -> dict[str, Box]:
    """Return the boxes with those ways in words that are not drawn as arrows."""
    done = {}
    for name, box in boxes.items():
        rows = tuple(
            row
            if (name, index) in drawn or not row.target
            else Row(wrap(f"{' '.join(row.lines)} ↩ {row.target}".strip()), "")
            for index, row in enumerate(box.rows)
        )
        done[name] = Box(box.id, box.head, box.lines, rows, box.style)
    return done


def draw(flow: Flow, here: str = "") -> str:
    """Return the picture of one flow as SVG; the step ``here`` stands out, and has the id ``here``."""
    boxes = _boxes(flow)
    if here in boxes:
        boxes[here] = msgspec.structs.replace(boxes[here], style=f"{boxes[here].style} here")
    return _svg(flow.title or flow.id, boxes, [flow.first])


def draw_map(flows: Mapping[str, Flow]) -> str:
    """Return the map of all flows as SVG; flows that nearly all others enter are named, and have no arrows."""
    ways = {name: list(dict.fromkeys(_enters(flow))) for name, flow in flows.items()}
    counted = Counter(target for targets in ways.values() for target in targets)
    hubs = {name for name, count in counted.items() if count >= HUB}
    boxes = {}
    for name, flow in flows.items():
        rows = [Row(wrap(target), target) for target in ways[name] if target not in hubs and target in flows]
        named = [target for target in ways[name] if target in hubs]
        if named:
            rows.append(Row(wrap("→ " + ", ".join(named))))
        about = " · ".join(filter(None, [flow.topic, flow.audience, " ".join(flow.countries)]))
        risk = "risk" if any(isinstance(s, Escalate) for s in flow.steps.values()) else ""
        boxes[name] = Box(
            name, name, (*wrap(flow.title), *wrap(f"{about} · {len(flow.steps)} steps")), tuple(rows), risk
        )
    roots = [name for name in ("welcome", "menu") if name in boxes]
    return _svg("All flows", _said_back(boxes, layout.forward(boxes, roots)), roots)


def _enters(flow: Flow) -> Sequence[str]:
    found = []
    for step in flow.steps.values():
        if isinstance(step, Link):
            found.append(step.flow)
        elif isinstance(step, Choose):
            found += [choice.flow for choice in step.choose if choice.flow]
    return found


def _text(x: float, y: float, text: str, style: str = "") -> str:
    kind = f' class="{style}"' if style else ""
    return f'<text x="{x:.0f}" y="{y:.0f}"{kind}>{escape(text)}</text>'


def _box(box: Box, x: float, y: float) -> str:
    mark = ' id="here"' if box.style.endswith(" here") else ""
    parts = [
        f"<g class={quoteattr(box.style)}{mark}>",
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{WIDTH}" height="{box.height}"/>',
        f'<rect class="bar" x="{x + 1:.0f}" y="{y + 1:.0f}" width="{WIDTH - 2}" height="{HEAD - 2}"/>',
        _text(x + PAD, y + 17, box.head, "head"),
    ]
    at = y + HEAD + LINE - 2
    for line in box.lines:
        parts.append(_text(x + PAD, at, line))
        at += LINE
    for index, row in enumerate(box.rows):
        middle = y + box.row_y(index)
        upper = middle - (len(row.lines) * LINE + 6) / 2
        parts.append(f'<path class="row" d="M{x:.0f} {upper:.0f}h{WIDTH}"/>')
        parts += [_text(x + PAD, upper + LINE + n * LINE, line, "small") for n, line in enumerate(row.lines)]
    return "\n".join([*parts, "</g>"])


def _arrow(points: list[tuple[float, float]]) -> str:
    path = f"M{points[0][0]:.0f} {points[0][1]:.0f}"
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        half = (x0 + x1) / 2
        path += f"C{half:.0f} {y0:.0f} {half:.0f} {y1:.0f} {x1:.0f} {y1:.0f}"
    return f'<path class="arrow" marker-end="url(#tip)" d="{path}"/>'


def _svg(title: str, boxes: Mapping[str, Box], roots: Sequence[str]) -> str:
    placed = layout.place(boxes, roots)
    width, height = placed.width + 2 * MARGIN, placed.height + 2 * MARGIN + 30
    tip = '<marker id="tip" markerWidth="9" markerHeight="9" refX="8" refY="4.5" orient="auto">'
    size = f'width="{width:.0f}" height="{height:.0f}"'
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" {size} role="img">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        f'<defs>{tip}<path d="M0 0 9 4.5 0 9z" fill="#5b7083"/></marker></defs>',
        f'<g transform="translate({MARGIN} {MARGIN})">{_text(0, 10, title, "head")}<g transform="translate(0 30)">',
        *(_arrow(points) for points in placed.arrows),
        *(_box(box, *placed.at[name]) for name, box in boxes.items()),
        "</g></g></svg>",
        "",
    ])  # fmt: skip
