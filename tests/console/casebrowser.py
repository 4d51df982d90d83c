"""The page of a case in a real browser: how it is opened, and what is looked at in it."""

from __future__ import annotations

import pytest

from tests.console.casework import Casework
from tests.web.serving import Served

WRITERS = {"noor", "ben", "lea"}
DESK = {"width": 1440, "height": 900}
TABLET = {"width": 820, "height": 1180}
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def work():
    return Casework()


@pytest.fixture
def served(work):
    with Served(work.app) as served:
        served.call(work.enter())
        served.call(work.case())
        yield served


@pytest.fixture
def opened(chromium, served, work):
    """Opens the case as somebody; fails where a script failed or the policy of the page was broken."""
    contexts, errors = [], []

    def enter(name="noor", path="cases/a", size=DESK, **more):
        context = chromium.new_context(viewport=size, **{"locale": "en-GB", "timezone_id": "Europe/Brussels", **more})
        contexts.append(context)
        context.add_cookies(
            [{"name": key, "value": value, "url": served.url} for key, value in work.cookies(name).items()]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: "Content Security" in line.text and errors.append(line.text))
        page.goto(f"{served.url}/console/{path}")
        if path.startswith("cases") and more.get("java_script_enabled", True) and name in WRITERS:
            page.wait_for_selector("#composer[data-mode]")  # the script runs
        return page

    yield enter
    for context in contexts:
        context.close()
    assert errors == []


def act(served, work, name, what, case="a"):
    viewer = served.call(work.accounts.viewer(name))
    return served.call(work.desk.act(viewer, case, what))


def barriers(page):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]


def said(work, case="a"):
    return [line.text for line in work.store.logs[case] if line.who == "caseworker"]


def noted(work, case="a"):
    return [line.text for line in work.store.notes[case]]
