"""How many risks the classifier finds at a fixed rate of false alarms: the only way in which recall can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.nlu_service.measure import HARMLESS, Row

RATES: Final = (0.01, 0.02, 0.05, 0.10)
"""Shares of harmless messages that are flagged."""
STEPS: Final = 60


def recall(found: Sequence[Row], rate: float, *, alarming: bool = False) -> float | None:
    """Return the share of risk messages above the threshold at which this share of harmless ones is above it, too.

    Args:
        found: What was understood.
        rate: Between 0 and 1.
        alarming: Measure the false alarms on harmless messages with alarming words instead of plain ones.

    Returns:
        None where there are no messages to compare.
    """
    risks = [row.chance for row in found if row.item.risk]
    harmless = sorted(
        (row.chance for row in found if not row.item.risk and (row.item.kind == HARMLESS) is alarming), reverse=True
    )
    if not risks or not harmless:
        return None
    threshold = harmless[min(int(rate * len(harmless)), len(harmless) - 1)]
    return sum(chance > threshold for chance in risks) / len(risks)


def text_table(groups: dict[str, Sequence[Row]]) -> str:
    """Return recall at each rate for each group, as lines for the terminal."""
    lines = []
    for alarming, name in ((False, "plain"), (True, "alarming")):
        for rate in RATES:
            cells = "".join(
                f"{'-' if (value := recall(rows, rate, alarming=alarming)) is None else f'{value:.2f}':>7} "
                for rows in groups.values()
            )
            lines.append(f"{f'recall@{rate:.2f} {name}':<22}{cells}")
    return "\n".join([f"{'':<22}" + "".join(f"{name:>7} " for name in groups), *lines])


def picture(groups: dict[str, Sequence[Row]]) -> str:
    """Return the curves as SVG: across, harmless messages flagged (0 to .3); up, risks found (0 to 1)."""
    size, edge, widest = 320, 34, 0.3
    colours = ("#2471a3", "#c0392b", "#1e8449", "#b9770e", "#6c3483", "#117864", "#a04000", "#424949", "#000")
    parts = [f'<rect x="{edge}" y="{edge}" width="{size}" height="{size}" fill="none" stroke="var(--line)"/>']
    for number, (name, rows) in enumerate(groups.items()):
        points = [
            (rate, value)
            for step in range(STEPS + 1)
            if (value := recall(rows, rate := widest * step / STEPS)) is not None
        ]
        line = " ".join(f"{edge + x / widest * size:.1f},{edge + (1 - y) * size:.1f}" for x, y in points)
        colour, wide = colours[number % len(colours)], 3 if name == "all" else 1.2
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="{wide}"/>')
        at = edge + 14 * number + 120
        parts.append(f'<text x="{edge + size - 60}" y="{at}" style="fill:{colour}">{name}</text>')
    parts.append(f'<text x="{edge}" y="{edge + size + 20}">harmless messages flagged, 0 … {widest}</text>')
    parts.append(f'<text x="{edge}" y="{edge - 8}">risks found 0 … 1</text>')
    whole = size + 2 * edge
    return f'<svg width="{whole}" height="{whole}" role="img" aria-label="Risk curves">{"".join(parts)}</svg>'
