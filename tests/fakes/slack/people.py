"""users.*, auth.*: who is who, and whose token it is."""

from __future__ import annotations

from tests.fakes.slack.faults import ApiError, needed
from tests.fakes.slack.records import Install, Json, User
from tests.fakes.slack.slack import Slack


async def test(slack: Slack, install: Install, _args: Json) -> Json:
    """auth.test."""
    team = slack.teams[install.team]
    return {
        "url": "https://fake.slack.example/",
        "team": team.name,
        "team_id": team.id,
        "enterprise_id": team.enterprise or None,
        "user": "partnerdesk",
        "user_id": install.bot_user,
        "bot_id": install.bot_id,
        "is_enterprise_install": install.whole,
    }


async def info(slack: Slack, install: Install, args: Json) -> Json:
    """users.info."""
    needed(args, "user")
    found = slack.users.get(str(args["user"]))
    if found is None:
        raise ApiError("user_not_found")
    if found.team != install.team and not slack.share(found.id, install):
        raise ApiError("user_not_visible")
    return {"user": _as_json(slack, found, install)}


async def by_email(slack: Slack, install: Install, args: Json) -> Json:
    """users.lookupByEmail."""
    needed(args, "email")
    for one in slack.users.values():
        if one.email == args["email"] and one.team == install.team:
            return {"user": _as_json(slack, one, install)}
    raise ApiError("users_not_found")


async def suggest(slack: Slack, _install: Install, args: Json) -> Json:
    """assistant.threads.setSuggestedPrompts, in the manner of the agent's messages tab."""
    needed(args, "channel_id", "prompts")
    if not 1 <= len(args["prompts"]) <= 4:
        raise ApiError("invalid_arguments")
    slack.prompts[str(args["channel_id"])] = list(args["prompts"])
    return {}


def _as_json(slack: Slack, user: User, install: Install) -> Json:
    own = install.team in {user.team, slack.teams[user.team].enterprise}
    profile = {"real_name": user.name, "image_72": user.picture}
    # Also for guests, whose own administrators decide what stands there.
    if user.email and "users:read.email" in install.scopes:
        profile["email"] = user.email
    told: Json = {
        "id": user.id,
        "team_id": user.team,
        "name": user.name.lower().replace(" ", "."),
        "deleted": user.deleted,
        "is_bot": user.is_bot,
        "profile": profile,
    }
    if not own:
        told["is_stranger"] = False
    enterprise = slack.teams[user.team].enterprise
    if enterprise:
        told["enterprise_user"] = {"enterprise_id": enterprise}
    return told


METHODS = {
    "auth.test": test,
    "users.info": info,
    "users.lookupByEmail": by_email,
    "assistant.threads.setSuggestedPrompts": suggest,
}
