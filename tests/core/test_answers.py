"""What is taken for one of the choices that were offered."""

from __future__ import annotations

import pytest

from bot.core import answers
from bot.core.effects import Button, TextRef
from bot.core.library import Library
from bot.core.understood import Ranked, Understood


def buttons(*labels: str) -> tuple[Button, ...]:
    return tuple(Button(f"flow/step/{number}", TextRef("flow/step", label)) for number, label in enumerate(labels, 1))


OFFERED = buttons("Where I live", "School", "My guardian", "Élèves", "Yes, delete it", "Talk to a person")
LIBRARY = Library({}, {}, {})


def chosen(text, offered=OFFERED, topic=""):
    understood = Understood(ranking=(Ranked(topic, 0.9),)) if topic else None
    return answers.chosen(LIBRARY, "en", offered, text, understood)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2", 2), (" 2. ", 2), ("(3)", 3), ("٣", 3), ("۳", 3), ("२", 2), ("6", 6),
        ("school", 2), ("SCHOOL!!", 2), ("shcool", 2), ("scool", 2), ("my gaurdian", 3), ("eleves", 4),
        ("where i", 1), ("talk to", 6), ("Talk to a persn", 6),
    ],
)  # fmt: skip
def test_numbers_labels_slips_and_beginnings(text, number):
    assert chosen(text) == f"flow/step/{number}"


@pytest.mark.parametrize(
    "text", ["7", "0", "99", "dog", "", "   ", "sch", "I go to school every day and my teacher…", "x" * 500]
)
def test_anything_else_is_no_choice(text):
    assert chosen(text) is None


def test_two_that_are_equally_near_are_no_choice():
    assert chosen("mars", buttons("Marsa", "Marsb")) is None


def test_yes_in_any_words_presses_the_button_that_means_yes():
    offered = (
        Button("delete_data.any/sure/yes", TextRef("c", "Yes, delete it")),
        Button("delete_data.any/sure/no", TextRef("c", "No, keep it")),
    )
    assert chosen("na klar", offered, "affirm") == "delete_data.any/sure/yes"
    assert chosen("bloß nicht", offered, "deny") == "delete_data.any/sure/no"
    assert chosen("na klar", offered, "school") is None


AGES = buttons("18 or older", "17", "16", "15", "14", "13", "12 or younger", "I will not say")


@pytest.mark.parametrize(
    ("text", "number"),
    [("15", 4), ("I am 15", 4), ("١٦", 3), ("17!", 2), ("7", 7), ("I will not say", 8), ("18 or older", 1)],
)
def test_a_choice_that_is_a_figure_is_meant_before_its_place_in_the_list(text, number):
    assert chosen(text, AGES) == f"flow/step/{number}"


@pytest.mark.parametrize("text", ["I have 2 sisters, 15 and 16", "99", "I came in 2015"])
def test_other_figures_are_no_age(text):
    assert chosen(text, AGES) is None
