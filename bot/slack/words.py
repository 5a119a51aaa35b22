"""What is said where the desk itself could not do it: in the shape that Slack waits for."""

from __future__ import annotations

from typing import Any

from bot.slack.read import Payload, list_at, map_at, text_at

Body = dict[str, Any]

NOT_SAVED = "Not saved, and nothing was changed. Try again in a moment."
FAILED = "The desk could not do this. The fault is ours, and has been written down."
NOT_INSTALLED = (
    "The desk is not installed in this workspace any more. Ask its operators for a link."
)


def to_command(_body: Payload, said: str) -> Body:
    """Beside the command, to the one who typed it."""
    return {"response_type": "ephemeral", "text": said}


def to_form(body: Payload, said: str) -> Body:
    """In the form, which stays open with everything that was typed."""
    for block in list_at(body, "view", "blocks"):
        if block.get("type") == "input":
            return {"response_action": "errors", "errors": {text_at(block, "block_id"): said}}
    return {"response_action": "update", "view": notice(said)}


def to_search(_body: Payload, _said: str) -> Body:
    """There is nothing to choose from for now."""
    return {"options": []}


def to_nobody(_body: Payload, _said: str) -> Body:
    """Whoever closed a form does not wait for an answer."""
    return {}


def notice(said: str) -> Body:
    """A modal that says one thing."""
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Partnerdesk"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [{"type": "section", "text": {"type": "plain_text", "text": said}}],
    }


def in_modal(body: Payload) -> bool:
    """Whether it happened in a modal, over which another may be laid."""
    return text_at(map_at(body, "view"), "type") == "modal"
