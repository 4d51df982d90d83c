from __future__ import annotations

from tests.console.gallery import FOLDER, MAX_BYTES, PAGE, SHOTS, written


def test_gallery_shows_each_picture_and_each_is_small():
    assert PAGE.read_text() == written()
    assert {path.stem for path in FOLDER.glob("*.png")} == {shot.name for shot in SHOTS}
    assert all(path.stat().st_size <= MAX_BYTES for path in FOLDER.glob("*.png"))
