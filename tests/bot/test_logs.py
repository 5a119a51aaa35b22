"""The log: JSON for machines, sentences for a terminal, and never a secret."""

import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest
import structlog

from bot import logs


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    logging.captureWarnings(False)
    structlog.reset_defaults()


def test_a_line_is_json_where_nobody_watches() -> None:
    out = io.StringIO()
    logs.configure("info", out)

    structlog.get_logger("bot.x").warning("web.not_saved", reason="disk full")
    logging.getLogger("sla.scheduler").error("The sweep failed: %s", "locked")

    ours, theirs = (json.loads(line) for line in out.getvalue().splitlines())
    assert (ours["event"], ours["reason"], ours["level"]) == (
        "web.not_saved",
        "disk full",
        "warning",
    )
    assert theirs["event"] == "The sweep failed: locked"


def test_a_warning_of_a_library_is_a_line_as_well() -> None:
    out = io.StringIO()
    logs.configure("info", out)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("a form with a token=abc\nand a second line", stacklevel=1)

    (line,) = out.getvalue().splitlines()
    assert "a second line" in json.loads(line)["event"]


def test_a_line_is_a_sentence_on_a_terminal() -> None:
    out = Terminal()
    logs.configure("info", out)

    structlog.get_logger().info("delivery.sent", to="web")

    assert "delivery.sent" in out.getvalue()
    assert not out.getvalue().startswith("{")


def test_what_is_below_the_level_is_left_out() -> None:
    out = io.StringIO()
    logs.configure("error", out)

    structlog.get_logger("bot.x").warning("not.said")

    assert out.getvalue() == ""


@pytest.mark.parametrize(
    "facts",
    [
        {"slack_bot_token": "swordfish"},
        {"headers": {"Authorization": "swordfish", "Cookie": "swordfish"}},
        {"url": "postgres://desk:swordfish@db/x"},
        {"said": ["xoxb-swordfish-1", "xapp-swordfish"]},
        {"header": "Bearer swordfish.a-b"},
        {"path": "/signin/swordfish_swordfish_swordfish"},
    ],
)
@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_a_secret_is_masked_by_its_name_or_its_look(
    facts: dict[str, object], stream: type[io.StringIO]
) -> None:
    out = stream()
    logs.configure("info", out)

    structlog.get_logger().info("it.happened", **facts)

    assert "swordfish" not in out.getvalue()
    assert logs.MASK in out.getvalue()


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_a_traceback_is_masked_too(stream: type[io.StringIO]) -> None:
    out = stream()
    logs.configure("info", out)

    try:
        raise ValueError("cannot reach postgres://desk:swordfish@db/x")
    except ValueError:
        structlog.get_logger().exception("it.failed")
        logging.getLogger("other").exception("it failed")

    assert out.getvalue().count("ValueError: cannot reach postgres://[hidden]@db/x") == 2
