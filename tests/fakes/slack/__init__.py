"""A Slack of the project's own: on this machine only, as strict as the real one, and unkind."""

from tests.fakes.slack.hands import Hand
from tests.fakes.slack.records import Channel, Message, Team, User, View
from tests.fakes.slack.slack import Slack, at_once

__all__ = ["Channel", "Hand", "Message", "Slack", "Team", "User", "View", "at_once"]
