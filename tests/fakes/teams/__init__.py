"""A Teams of the project's own: on this machine only, as strict as the real one, and unkind."""

from tests.fakes.teams.hands import Hand
from tests.fakes.teams.records import Dialog, Message, Place, User
from tests.fakes.teams.teams import Teams

__all__ = ["Dialog", "Hand", "Message", "Place", "Teams", "User"]
