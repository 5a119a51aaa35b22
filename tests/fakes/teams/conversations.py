"""The Connector's methods: messages, conversations, who is in them."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.teams import cards
from tests.fakes.teams.faults import ApiError, needed
from tests.fakes.teams.records import CARD, Json, Message, Place, User
from tests.fakes.teams.teams import Teams

_PAGE = 2


async def create(teams: Teams, _where: Json, body: Json) -> Json:
    """POST /v3/conversations: the conversation with one person, or a thread in a channel."""
    needed(body, "bot", "id")
    if body.get("isGroup"):
        return _thread(teams, body)
    tenant = needed(body, "channelData", "tenant", "id")
    user = teams.user_of(needed(body, "members")[0]["id"])
    if user is None or user.tenant != tenant:
        raise ApiError(400, "BadArgument", "Failed to decrypt pairwise id")
    place = _personal(teams, user)
    if not place.installed:
        raise ApiError(403, "ForbiddenOperationException", "Bot isn't installed")
    return {"id": place.id}


def _thread(teams: Teams, body: Json) -> Json:
    place = _place(teams, needed(body, "channelData", "channel", "id"))
    if place.kind != "channel":
        raise ApiError(400, "BadArgument", "no channel")
    message = _made(teams, place, needed(body, "activity"))
    return {"id": f"{place.id};messageid={message.id}", "activityId": message.id}


def _personal(teams: Teams, user: User) -> Place:
    found = (one for one in teams.places.values() if one.kind == "personal")
    return next(one for one in found if user.id in one.members)


async def post(teams: Teams, where: Json, body: Json) -> Json:
    """POST …/activities."""
    place, thread = _place(teams, where["conversation"]), _root(where["conversation"])
    if body.get("type") == "typing":
        teams.note(f"Partnerdesk in {place.name or 'chat'}", "…")
        return {}
    return {"id": _made(teams, place, body, thread).id}


async def reply(teams: Teams, where: Json, body: Json) -> Json:
    """POST …/activities/{message}: in a channel it goes into that message's thread."""
    place, thread = _place(teams, where["conversation"]), _root(where["conversation"])
    if body.get("type") == "typing":
        return {}
    root = place.find(where["message"])
    if place.kind == "channel" and not thread:
        thread = (root.thread or root.id) if root else where["message"]
    return {"id": _made(teams, place, body, thread).id}


async def update(teams: Teams, where: Json, body: Json) -> Json:
    """PUT …/activities/{message}: everybody sees the new one, whatever they saw before."""
    place, message = _own(teams, where)
    cards.checked(body)
    message.text = str(body.get("text") or "")
    message.attachments = list(body.get("attachments") or [])
    message.views.clear()
    teams.note_message(place, message, "changed")
    return {"id": message.id}


async def delete(teams: Teams, where: Json, _body: Json) -> Json:
    """DELETE …/activities/{message}."""
    place, message = _own(teams, where)
    message.deleted = True
    teams.note_message(place, message, "deleted")
    return {}


async def members(teams: Teams, where: Json, _body: Json) -> Json:
    """GET …/pagedmembers, a few at a time."""
    place = _place(teams, where["conversation"])
    first = int(where.get("continuationToken") or 0)
    found = place.members[first : first + _PAGE]
    said: Json = {"members": [_as_json(teams, one) for one in found]}
    if first + _PAGE < len(place.members):
        said["continuationToken"] = str(first + _PAGE)
    return said


async def member(teams: Teams, where: Json, _body: Json) -> Json:
    """GET …/members/{user}."""
    place, user = _place(teams, where["conversation"]), teams.user_of(where["user"])
    if user is None or user.id not in place.members:
        raise ApiError(404, "MemberNotFoundInConversation", "Member not found in conversation")
    return _as_json(teams, user.id)


async def channels(teams: Teams, where: Json, _body: Json) -> Json:
    """GET /v3/teams/{team}/conversations."""
    found = [one for one in teams.places.values() if one.team == where["team"]]
    if not found or not found[0].installed:
        raise ApiError(403, "BotNotInConversationRoster")
    # The first channel of a team is called General, and nobody says so.
    listed = [{"id": one.id, "name": None if one.id == one.team else one.name} for one in found]
    return {"conversations": listed}


def counted(where: Json, body: Json) -> str:
    """The conversation that a call counts for."""
    channel = (body.get("channelData") or {}).get("channel") or {}
    people = body.get("members") or [{}]
    return str(where.get("conversation") or channel.get("id") or people[0].get("id") or "")


def _as_json(teams: Teams, user_id: str) -> Json:
    user = teams.user_of(user_id)
    assert user is not None
    given, _, family = user.name.partition(" ")
    return {
        "id": user.id,
        "name": user.name,
        "givenName": given,
        "surname": family,
        "email": user.email,
        "userPrincipalName": user.email,
        "tenantId": user.tenant,
        "aadObjectId": user.aad,
        "userRole": "user",
    }


def _place(teams: Teams, conversation: str) -> Place:
    place = teams.place_of(conversation)
    if place is None or place.gone:
        raise ApiError(404, "ConversationNotFound", "Conversation not found.")
    if place.blocked:
        raise ApiError(403, "MessageWritesBlocked")
    if not place.installed:
        raise ApiError(403, "BotNotInConversationRoster")
    return place


def _root(conversation: str) -> str:
    return conversation.partition(";messageid=")[2]


def _own(teams: Teams, where: Json) -> tuple[Place, Message]:
    place = _place(teams, where["conversation"])
    message = place.find(where["message"])
    if message is None:
        raise ApiError(404, "ActivityNotFoundInConversation", "Conversation not found.")
    if not message.by_app:
        raise ApiError(403, "NotEnoughPermissions", "Cannot edit the message of another user")
    return place, message


def _made(teams: Teams, place: Place, body: Json, thread: str = "") -> Message:
    if body.get("type") != "message":
        raise ApiError(400, "BadArgument", f"Unknown activity type {body.get('type')}")
    if thread and place.find(thread) is None:
        raise ApiError(404, "ConversationNotFound", "The root of the thread is gone.")
    cards.checked(body)
    _check_mentions(teams, body)
    message = Message(
        teams.message_id(), place.id, teams.bot, str(body.get("text") or ""), thread,
        list(body.get("attachments") or []), list(body.get("entities") or []),
        dict(body.get("channelData") or {}), by_app=True,
    )  # fmt: skip
    place.messages.append(message)
    teams.note_message(place, message)
    return message


def _check_mentions(teams: Teams, body: Json) -> None:
    """A mention that nobody could be found for breaks the whole message."""
    words = json.dumps([body.get("text"), body.get("attachments")], ensure_ascii=False)
    for one in mentions(body):
        mentioned: Any = one.get("mentioned") or {}
        if mentioned.get("type") not in {"tag", "channel"} and not teams.user_of(
            str(mentioned.get("id"))
        ):
            raise ApiError(400, "BadArgument", "nobody has the id of a mention")
        if json.dumps(str(one.get("text")), ensure_ascii=False)[1:-1] not in words:
            raise ApiError(400, "BadArgument", "the text of a mention is nowhere in the message")


def mentions(body: Json) -> list[Json]:
    """Whom a message mentions: in its text, and within its cards."""
    found = [one for one in body.get("entities") or [] if one.get("type") == "mention"]
    for one in body.get("attachments") or []:
        if one.get("contentType") == CARD:
            inside = (one["content"].get("msteams") or {}).get("entities") or []
            found += [entity for entity in inside if entity.get("type") == "mention"]
    return found
