"""A page about how well messages are understood: goals, confusions, worth of the confidence, the worst messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import Final

from bot.nlu_service import curves
from bot.nlu_service.measure import HARMLESS, Figures, Row, by_locale, misses, tables

NAMES: Final = {
    "top1": "topic: first answer right",
    "top3": "topic: among the first three",
    "noticed": "risk noticed (alarm or check)",
    "noticed_direct": "… said directly",
    "noticed_indirect": "… said indirectly",
    "right_alarm": "risk: alarm for the right one",
    "false_alarm": "harmless: alarm",
    "false_check": "harmless: gentle check",
    "alarming_alarm": "alarming words, harmless: alarm",
    "alarming_check": "alarming words, harmless: check",
    "language": "language told rightly",
}
WORST: Final = 40
BINS: Final = 10
STYLE: Final = """
:root{color-scheme:light dark;--line:#8884;--bad:#c0392b;--good:#1e8449;--mark:#2471a3}
body{font:16px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.5rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:right;vertical-align:top}
th:first-child,td.text{text-align:start}td.text{unicode-bidi:plaintext}
.bad{color:var(--bad);font-weight:600}.scroll{overflow-x:auto}
.matrix td,.matrix th{padding:.1rem .2rem;font-size:.7rem;text-align:center;border:1px solid var(--line)}
.matrix th.up{writing-mode:vertical-rl;text-align:start}.matrix th:first-child{text-align:end;white-space:nowrap}
svg text{font-size:11px;fill:currentColor}
"""


def page(found: Sequence[Row], split: str) -> str:
    """Return the whole page as HTML; it needs nothing from anywhere else."""
    parts = [
        f"<h1>How well messages are understood ({escape(split)} set, {len(found)} messages)</h1>",
        "<p>Figures are shares. Red ones miss the goal. The messages were written apart from what was learnt.</p>",
        _goals(tables(found)),
        "<h2>Is the confidence worth believing?</h2>",
        "<p>Each dot: messages whose first topic had about this confidence, and how many of them were right.</p>",
        "<p>On the line it is honest; below it, too sure of itself.</p>",
        reliability(found),
        "<h2>Risk by kind</h2>",
        _risks(found),
        "<h2>Risks found at a fixed rate of false alarms</h2>",
        "<p>The classifier alone, without rules and thresholds.</p>",
        curves.picture(by_locale(found)),
        f"<pre>{escape(curves.text_table(by_locale(found)))}</pre>",
        "<h2>Which topics are taken for which</h2>",
        "<p>Rows are the right topic, columns what was understood; plain messages only.</p>",
        _matrix(found),
        "<h2>The worst messages</h2>",
        _worst(found),
    ]
    meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    head = f"{meta}<title>Understanding</title><style>{STYLE}</style>"
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(parts)}</body></html>'


def _goals(found: dict[str, Figures]) -> str:
    head = "".join(f"<th>{escape(locale)}</th>" for locale in found)
    body = []
    for name, label in NAMES.items():
        cells = []
        for locale, values in found.items():
            value = getattr(values, name)
            shown = "-" if value is None else f"{value:.2f}"
            cells.append(f"<td{' class=bad' if misses(name, locale, value) else ''}>{shown}</td>")
        body.append(f"<tr><th>{label}</th>{''.join(cells)}</tr>")
    return f"<div class=scroll><table><tr><th></th>{head}</tr>{''.join(body)}</table></div>"


def bins(found: Sequence[Row]) -> list[tuple[float, float, int]]:
    """Return confidence, share of right ones and number of messages, for each tenth of confidence that occurs."""
    plain = [row for row in found if row.item.kind == "plain" and row.topics]
    grouped: dict[int, list[Row]] = {}
    for row in plain:
        grouped.setdefault(min(BINS - 1, int(row.confidence * BINS)), []).append(row)
    return [
        (
            sum(row.confidence for row in rows) / len(rows),
            sum(row.topics[0] == row.item.topic for row in rows) / len(rows),
            len(rows),
        )
        for _, rows in sorted(grouped.items())
    ]


def reliability(found: Sequence[Row]) -> str:
    """Return the reliability diagram as SVG."""
    size, edge = 260, 30
    dots = "".join(
        f'<circle cx="{edge + x * size:.0f}" cy="{edge + (1 - y) * size:.0f}" r="{3 + min(9, n**0.5 / 2):.1f}" '
        f'fill="var(--mark)" fill-opacity=".7"><title>{n} messages: said {x:.2f}, right {y:.2f}</title></circle>'
        for x, y, n in bins(found)
    )
    frame = f'<rect x="{edge}" y="{edge}" width="{size}" height="{size}" fill="none" stroke="var(--line)"/>'
    line = f'<line x1="{edge}" y1="{edge + size}" x2="{edge + size}" y2="{edge}" stroke="var(--line)"/>'
    below = f'<text x="{edge}" y="{edge + size + 20}">confidence 0 … 1</text>'
    above = f'<text x="{edge}" y="{edge - 8}">right 0 … 1</text>'
    whole = size + 2 * edge
    opening = f'<svg width="{whole}" height="{whole}" role="img" aria-label="Reliability">'
    return f"{opening}{frame}{line}{dots}{below}{above}</svg>"


def _risks(found: Sequence[Row]) -> str:
    body = []
    for risk in sorted({row.item.risk for row in found if row.item.risk}):
        for kind in ("direct", "indirect"):
            rows = [row for row in found if row.item.risk == risk and row.item.kind == kind]
            if rows:
                alarm = sum(row.care == "alarm" and row.risk == risk for row in rows)
                other = sum(row.care == "alarm" and row.risk != risk for row in rows)
                check = sum(row.care == "check" for row in rows)
                cells = "".join(f"<td>{n / len(rows):.2f}</td>" for n in (alarm, other, check))
                missed = (len(rows) - alarm - other - check) / len(rows)
                body.append(f"<tr><th>{risk}, {kind}</th>{cells}<td>{missed:.2f}</td><td>{len(rows)}</td></tr>")
    head = "<tr><th></th><th>right alarm</th><th>other alarm</th><th>check</th><th>missed</th><th>messages</th></tr>"
    return f"<table>{head}{''.join(body)}</table>"


def _matrix(found: Sequence[Row]) -> str:
    counts = Counter((row.item.topic, row.topics[0]) for row in found if row.item.kind == "plain" and row.topics)
    topics = sorted({topic for pair in counts for topic in pair})
    head = "".join(f"<th class=up>{topic}</th>" for topic in topics)
    body = []
    for right in topics:
        whole = sum(counts[right, other] for other in topics) or 1
        cells = []
        for other in topics:
            number = counts[right, other]
            colour = "var(--good)" if right == other else "var(--bad)"
            shade = (
                f' style="background:color-mix(in srgb,{colour} {round(100 * number / whole)}%,transparent)"'
                if number
                else ""
            )
            cells.append(f"<td{shade}>{number or ''}</td>")
        body.append(f"<tr><th>{right}</th>{''.join(cells)}</tr>")
    return f"<div class=scroll><table class=matrix><tr><th></th>{head}</tr>{''.join(body)}</table></div>"


def _worst(found: Sequence[Row]) -> str:
    missed = [row for row in found if row.item.risk and row.care == "none"]
    alarms = [row for row in found if not row.item.risk and row.care == "alarm"]
    wrong = [row for row in found if row.item.kind == "plain" and row.topics[:1] != (row.item.topic,)]
    wrong.sort(key=lambda row: -row.confidence)
    return "".join(
        f"<h3>{title} ({len(rows)})</h3>{_list(rows[:WORST])}"
        for title, rows in (
            ("Risks that were missed", missed),
            ("False alarms", sorted(alarms, key=lambda row: row.item.kind == HARMLESS)),
            ("Topics taken wrongly, the surest first", wrong),
        )
    )


def _list(rows: Sequence[Row]) -> str:
    body = "".join(
        f"<tr><th>{row.item.locale}</th><td class=text>{escape(row.item.text)}</td><td>{row.item.topic}</td>"
        f"<td>{row.topics[0] if row.topics else '-'}</td><td>{row.confidence:.2f}</td><td>{row.care}</td></tr>"
        for row in rows
    )
    head = "<tr><th></th><th>message</th><th>right</th><th>understood</th><th>confidence</th><th>care</th></tr>"
    return f"<table>{head}{body}</table>"
