from __future__ import annotations

from tests.console.gallery import FOLDER, MAX_BYTES, PAGE, SHEETS, SHOTS, written
from tests.console.test_look import PAGES


def test_gallery_shows_each_picture_and_each_is_small():
    assert PAGE.read_text() == written()
    assert {path.stem for path in FOLDER.glob("*.png")} == {shot.name for shot in SHOTS}
    assert {path.stem for path in SHEETS.glob("*.png")} == set(PAGES)
    assert all(path.stat().st_size <= MAX_BYTES for path in FOLDER.rglob("*.png"))
