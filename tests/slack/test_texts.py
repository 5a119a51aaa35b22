"""What people type in Slack reaches the desk as they saw it, and not as Slack sends it."""

import pytest

from bot.slack.texts import emoji_in, plain
from tests.fakes.slack import reading
from tests.slack.acts import open_case
from tests.slack.world import World


def rich(*elements: object) -> list[object]:
    """The blocks of a message."""
    return [
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": list(elements)}],
        }
    ]


FIRE = {"type": "emoji", "name": "fire", "unicode": "1f525"}
WAVE = {"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fd", "skin_tone": 4}
PLAIN_WAVE = {"type": "emoji", "name": "wave", "unicode": "1f44b"}
FAMILY = {"type": "emoji", "name": "family", "unicode": "1f468-200d-1f469-200d-1f467"}


@pytest.mark.parametrize(
    ("text", "elements", "seen"),
    [
        ("it burns :fire:", [FIRE], "it burns 🔥"),
        (":wave::skin-tone-4: and :wave:", [PLAIN_WAVE, WAVE], "👋🏽 and 👋"),
        (":family:", [FAMILY], "👨‍👩‍👧"),
        # Of a workspace's own pictures there is no sign.
        (":our_logo:", [{"type": "emoji", "name": "our_logo"}], ":our_logo:"),
        # What nobody chose as an emoji is what was typed.
        ("10:fire:00", [], "10:fire:00"),
        (":odd:", [{"type": "emoji", "name": "odd", "unicode": "d83d"}], ""),
        (":odd:", [{"type": "emoji", "name": "odd", "unicode": "javascript"}], ":odd:"),
    ],
)
def test_emoji_are_signs_again(text: str, elements: list[object], seen: str) -> None:
    assert plain(text, emoji=emoji_in(rich(*elements))) == seen


@pytest.mark.parametrize("blocks", [None, "x", [None, 3], {"elements": {"type": 4}}, [[[]]]])
def test_blocks_of_any_shape_are_looked_through(blocks: object) -> None:
    assert emoji_in(blocks) == {}


async def test_the_other_side_sees_the_emoji(slack_world: World) -> None:
    case = await open_case(slack_world)
    nora = slack_world.hand("nora")

    said = await nora.types("Es brennt 🔥", case.outside.channel, case.outside.ts)
    await slack_world.rest()
    assert said.text == "Es brennt :fire:"
    copy = slack_world.slack.messages("CCLOUD", thread=case.inside.ts)[-1]
    assert "Es brennt 🔥" in reading.shown(copy.blocks)

    await nora.edits(said, "Es brennt nicht mehr :tada:")
    await slack_world.rest()
    assert "Es brennt nicht mehr 🎉" in reading.shown(copy.blocks)
