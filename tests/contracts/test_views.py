"""Every view's example, drawn for every platform, is something that the platform takes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View as SlackView

from bot.slack import render as slack
from bot.teams import render as teams
from bot.web import render as web
from bot.web.pages import MessageItem
from handlers.views.cards import to_card
from handlers.views.example_cases import NOW
from handlers.views.examples import examples
from handlers.views.vocabulary import Card, Form
from tests.browser.examples import PARTNER_VIEW
from tests.services import node
from tests.slack.drawing import LOOK, PLAIN, said
from tests.teams.drawing import LOOK as TEAMS_LOOK
from tests.teams.drawing import OWN as TEAMS_OWN
from tests.teams.drawing import said as teams_said

CARDS = {name: to_card(view) for name, view in examples.items()}
PARSER = Path(__file__).parents[1] / "teams" / "parser.cjs"
EVERY = pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)


@EVERY
@pytest.mark.parametrize("look", [LOOK, PLAIN], ids=["linked", "plain"])
def test_slack_takes_every_view_as_a_message(card: Card, look: slack.Look) -> None:
    drawn = slack.message(card, look)

    assert slack.check(drawn.blocks, "message") == []
    assert 0 < len(drawn.text) <= 4_000


@EVERY
def test_slack_takes_every_view_as_a_modal_and_at_home(card: Card) -> None:
    assert slack.check(slack.modal(card, LOOK, metadata="{}"), "modal") == []
    assert slack.check(slack.home([card, card], LOOK), "home") == []


@EVERY
def test_slack_s_own_models_read_back_what_was_drawn(
    card: Card, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "slack_sdk")
    modal = slack.modal(card, LOOK, metadata="{}")

    assert [_read_back(block) for block in slack.message(card, LOOK).blocks] == (
        slack.message(card, LOOK).blocks
    )
    assert SlackView(**modal).to_dict() == modal
    said = [one.getMessage() for one in caplog.records if one.name.startswith("slack_sdk")]
    assert said == []


@EVERY
def test_slack_says_what_the_card_is_about(card: Card) -> None:
    drawn = said(slack.message(card, LOOK).blocks)

    for span in card.title:
        text = span if isinstance(span, str) else getattr(span, "text", "")
        assert text.strip()[:100] in drawn


@EVERY
def test_a_form_becomes_a_modal_with_an_input_a_field(card: Card) -> None:
    form = next((e for e in card.elements if isinstance(e, Form)), None)
    modal = slack.modal(card, LOOK, metadata="{}")
    held = {b["block_id"].partition(":")[0] for b in modal["blocks"] if b["type"] == "input"}

    if form is None:
        assert held == set()
        assert "submit" not in modal
    else:
        # A choice that depends on another is drawn when that one is made.
        assert held == {f.name for f in form.fields if not f.depends_on}
        assert modal["submit"]["text"] == form.submit


@EVERY
@pytest.mark.parametrize("look", [TEAMS_LOOK, TEAMS_OWN], ids=["channel", "own"])
def test_teams_takes_every_view_as_a_message_and_as_a_dialog(card: Card, look: teams.Look) -> None:
    drawn = teams.message(card, look)

    assert teams.check(drawn.card, "message") == []
    assert 0 < len(drawn.summary) <= 2_000
    assert teams.check(teams.form(card, look).card, "form") == []
    assert teams.check(teams.dialog(card, look, {"at": "19:x"}).card, "dialog") == []


@EVERY
def test_teams_says_what_the_card_is_about(card: Card) -> None:
    drawn = teams_said(teams.message(card, TEAMS_OWN).card)

    for span in card.title:
        text = span if isinstance(span, str) else getattr(span, "text", "")
        assert text.strip()[:100] in drawn


def test_microsoft_s_own_parser_reads_every_view(npm_packages: Path) -> None:
    cards: dict[str, object] = {}
    for name, card in CARDS.items():
        cards[name] = teams.message(card, TEAMS_LOOK).card
        cards[f"{name}, filled in"] = teams.form(card, TEAMS_OWN).card
        cards[f"{name}, dialog"] = teams.dialog(card, TEAMS_OWN).card

    # All of them at once: to start it takes longer than to read.
    found = node.run(PARSER, cards, npm_packages)

    assert isinstance(found, dict)
    assert len(found) == len(cards) > 500
    assert {name: complaints for name, complaints in found.items() if complaints} == {}


@EVERY
def test_the_web_chat_draws_every_view(card: Card) -> None:
    item = MessageItem("1", "Partnerdesk", NOW, card=card)

    drawn = web.message(PARTNER_VIEW, item, NOW)

    assert drawn
    if web.has_form(card):
        assert web.form(PARTNER_VIEW, card, NOW)


def _read_back(block: Mapping[str, Any]) -> dict[str, Any] | None:
    parsed = Block.parse(dict(block))
    return None if parsed is None else parsed.to_dict()
