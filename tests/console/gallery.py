"""Pictures of the console for ``docs/gallery.md``: ``.venv/bin/python -m tests.console.gallery [NAME …]``.

It starts the console over a real store with made-up cases (``scenes``), takes each picture and writes the page.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browsing import launched
from tests.console.realstage import RealStage
from tests.console.stage import COOKIE, ROOT
from tests.console.test_look import PAGES, Look
from tests.web.serving import Served

FOLDER = ROOT / "docs" / "pictures" / "console"
PAGE = ROOT / "docs" / "gallery.md"
SHEETS = FOLDER / "sheets"
MAX_BYTES = 80_000
HEIGHT, GAP = 300, 12
"""Of the pictures on a sheet, and between them."""
SIZES = {"desk": (1280, 800), "tablet": (820, 1060), "phone": (390, 800)}


@dataclass(frozen=True)
class Shot:
    """One picture."""

    name: str
    title: str
    address: str
    by: str = "noor"
    size: str = "desk"
    theme: str = "light"
    locale: str = "en-GB"
    do: str = ""
    """A script that is run before; empty: none."""
    offline: bool = False


def click(selector: str) -> str:
    """Return a script that clicks something."""
    return f"document.querySelector('{selector}').click()"


SHOTS = (
    Shot("queue", "The queue: by level, then by what is due", "/console/queue?all=1"),
    Shot("queue-dark", "The queue at night, on a dark ground", "/console/queue?all=1", theme="dark"),
    Shot("queue-ar", "From right to left", "/console/queue?all=1", locale="ar"),
    Shot("queue-tablet", "On a tablet", "/console/queue?all=1", size="tablet"),
    Shot("queue-phone", "On a phone", "/console/queue?all=1", size="phone"),
    Shot("queue-phone-dark", "At night, in Arabic", "/console/queue?all=1", size="phone", theme="dark", locale="ar"),
    Shot("queue-filtered", "A filter that hides somebody in danger says so", "/console/queue?country=BE&level=T2"),
    Shot("queue-empty", "Nobody is waiting", "/console/queue?topic=school&owner=me"),
    Shot("queue-offline", "No connection: what is seen may be old, and says so", "/console/queue?all=1", offline=True),
    Shot("keys", "Everything by keyboard", "/console/queue?all=1", do=click(".help")),
    Shot("menu", "Colours, language, alerts", "/console/queue?all=1", do=click(".me")),
    Shot("menu-phone", "The menu on a phone", "/console/queue?all=1", size="phone", do=click(".me")),
    Shot("case", "A case", "/console/cases/{c4}"),
    Shot("case-dark", "A case at night, on a dark ground", "/console/cases/{c4}", theme="dark"),
    Shot("case-ar", "The same from right to left", "/console/cases/{c1}", locale="ar"),
    Shot("case-tablet", "On a tablet", "/console/cases/{c4}", size="tablet"),
    Shot("case-phone", "On a phone", "/console/cases/{c1}", size="phone", theme="dark"),
    Shot("phrases", "Phrases, in both languages", "/console/cases/{c4}", do=click("[data-open=phrases]")),
    Shot("overview", "The overview", "/console/overview", by="carla"),
    Shot("overview-dark", "The overview at night, on a dark ground", "/console/overview", by="carla", theme="dark"),
    Shot("audit", "Who read and did what", "/console/audit", by="otto"),
    Shot("people", "Who works here", "/console/people", by="ada"),
    Shot("me", "One's own account", "/console/me"),
    Shot("sign-in", "Signing in", "/console/sign-in", by=""),
    Shot("offline", "When there is no connection at all", "/console/offline", by=""),
)  # fmt: skip


VIEWS = (
    *((size, theme, "en-GB") for theme in ("light", "dark") for size in SIZES),
    ("desk", "light", "ar"),
)
"""Of every page: three widths, both themes, and once from right to left."""


def looked(name: str, look: Look) -> list[Shot]:
    """Return the pictures of one page's sheet."""
    do = ";".join(f"document.querySelector('{one}')?.click()" for one in look.click)
    address = look.address or look.route
    return [Shot(name, name, address, look.by, size, theme, locale, do) for size, theme, locale in VIEWS]


def sheet(pictures: list[bytes]) -> bytes:
    """Return pictures of one page side by side, small."""
    images = [Image.open(BytesIO(one)).convert("RGB") for one in pictures]
    images = [one.resize((one.width * HEIGHT // one.height, HEIGHT), Image.Resampling.LANCZOS) for one in images]
    rows = [images[:3], images[3:6], images[6:]]
    width = max(sum(one.width + GAP for one in row) for row in rows) + GAP
    whole = Image.new("RGB", (width, len(rows) * (HEIGHT + GAP) + GAP), "#c9ced6")
    for number, row in enumerate(rows):
        at = GAP
        for one in row:
            whole.paste(one, (at, GAP + number * (HEIGHT + GAP)))
            at += one.width + GAP
    kept = BytesIO()
    whole.save(kept, "PNG")
    return small(kept.getvalue())


def small(picture: bytes) -> bytes:
    """Return a picture in few colours, within ``MAX_BYTES``."""
    image = Image.open(BytesIO(picture)).convert("RGB")
    for colours in (256, 128, 64, 32, 16):
        kept = BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
        if kept.tell() <= MAX_BYTES:
            break
    return kept.getvalue()


def taken(page: Page, shot: Shot, address: str) -> bytes:
    """Return a picture of a page."""
    page.goto(address)
    page.wait_for_timeout(600)
    page.evaluate("document.querySelectorAll('.toast').forEach(toast => toast.remove())")
    if shot.do:
        page.evaluate(shot.do)
        page.wait_for_timeout(600)
    if shot.offline:
        page.context.set_offline(True)
        page.wait_for_timeout(300)
    return page.screenshot()


def seen(browser: Browser, served: Served, stage: RealStage, shot: Shot) -> bytes:
    """Return a picture, taken in a browser of its own."""
    width, height = SIZES[shot.size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=shot.theme, locale=shot.locale,
        timezone_id="Europe/Brussels", service_workers="block", reduced_motion="reduce",
    )  # fmt: skip
    if shot.by:
        token = served.call(stage.token(shot.by))
        context.add_cookies([{"name": COOKIE, "value": token, "url": served.url + "/console"}])
    try:
        return taken(context.new_page(), shot, served.url + shot.address.format(**stage.ids))
    finally:
        context.close()


def take(wanted: set[str]) -> None:
    """Take the pictures that are wanted; all, where none is named."""
    SHEETS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        stage = RealStage(Path(folder))
        with Served(stage) as served:
            served.call(stage.open(), 60)
            try:
                for shot in SHOTS:
                    if not wanted or shot.name in wanted:
                        (FOLDER / f"{shot.name}.png").write_bytes(small(seen(browser, served, stage, shot)))
                for name, look in PAGES.items():
                    if not wanted or f"sheets/{name}" in wanted:
                        pictures = [seen(browser, served, stage, shot) for shot in looked(name, look)]
                        (SHEETS / f"{name}.png").write_bytes(sheet(pictures))
            finally:
                served.call(stage.close(), 30)


def written() -> str:
    """Return the page that shows them."""
    head = "Made-up cases; none of these people exists. Made anew by `.venv/bin/python -m tests.console.gallery`."
    parts = [f"# The console in pictures\n\n{head}\n"]
    parts += [
        f"## {shot.title}\n\n![A picture of the console: {shot.title}](pictures/console/{shot.name}.png)\n"
        for shot in SHOTS
    ]
    parts.append("## Every page\n\nOn a desk, a tablet and a phone, by day and by night, and from right to left.\n")
    parts += [
        f"![{name}, in three widths, two themes and Arabic](pictures/console/sheets/{name}.png)\n" for name in PAGES
    ]
    return "\n".join(parts)


if __name__ == "__main__":
    take(set(sys.argv[1:]))
    PAGE.write_text(written())
