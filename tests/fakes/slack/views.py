"""views.*: modals with their stack, hash and trigger, and the Home tab."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack.faults import ApiError, checked, needed
from tests.fakes.slack.records import Install, Json, Trigger, View
from tests.fakes.slack.slack import APP, Slack

TRIGGER_LASTS = 3.0
DEEPEST = 3


async def open_(slack: Slack, install: Install, args: Json) -> Json:
    """views.open."""
    trigger = _trigger(slack, args)
    if any(not one.closed for one in slack.views.values() if one.user == trigger.user):
        # Another modal of the app is open: the new one lies over it.
        return await push(slack, install, args | {"_trigger": trigger})
    view = _show(slack, install, trigger, args["view"])
    return {"view": as_json(slack, view)}


async def push(slack: Slack, install: Install, args: Json) -> Json:
    """views.push."""
    trigger = args.get("_trigger") or _trigger(slack, args)
    stack = [one for one in slack.views.values() if one.user == trigger.user and not one.closed]
    if not stack:
        raise ApiError("not_found")
    if len(stack) >= DEEPEST:
        raise ApiError("push_limit_reached")
    view = _show(slack, install, trigger, args["view"], previous=stack[-1])
    return {"view": as_json(slack, view)}


async def update(slack: Slack, _install: Install, args: Json) -> Json:
    """views.update, unless somebody else was first."""
    needed(args, "view_id", "view")
    view = slack.views.get(str(args["view_id"]))
    if view is None or view.closed:
        raise ApiError("not_found")
    if args.get("hash") and args["hash"] != view.hash:
        raise ApiError("hash_conflict")
    replace(slack, view, args["view"])
    note(slack, view)
    return {"view": as_json(slack, view)}


async def publish(slack: Slack, _install: Install, args: Json) -> Json:
    """views.publish."""
    needed(args, "user_id", "view")
    checked(args["view"], "home", "invalid_arguments")
    slack.homes[str(args["user_id"])] = dict(args["view"])
    shown = slack.reader.shown(args["view"]["blocks"])
    slack.note(f"{slack.name_of(str(args['user_id']))}'s Home tab", shown)
    return {"view": {"id": f"VHOME{args['user_id']}", "hash": f"1.{slack.number()}"}}


def replace(slack: Slack, view: View, body: Json) -> None:
    """Show something else in a view; what was typed stays in fields that stay."""
    checked(body, "modal", "invalid_arguments")
    view.body = dict(body)
    view.hash = f"{int(slack.seconds())}.{slack.number():08x}"
    kept = {(block, action) for block, action, _ in inputs(view)}
    view.typed = {key: value for key, value in view.typed.items() if key in kept}


def _trigger(slack: Slack, args: Json) -> Trigger:
    needed(args, "trigger_id", "view")
    trigger = slack.triggers.get(str(args["trigger_id"]))
    if trigger is None:
        raise ApiError("invalid_trigger_id")
    if trigger.used:
        raise ApiError("exchanged_trigger_id")
    if slack.seconds() - trigger.at > TRIGGER_LASTS:
        raise ApiError("expired_trigger_id")
    checked(args["view"], "modal", "invalid_arguments")
    trigger.used = True
    return trigger


def _show(
    slack: Slack, install: Install, trigger: Trigger, body: Json, previous: View | None = None
) -> View:
    key = f"V{slack.number():08}"
    view = View(
        id=key, user=trigger.user, team=trigger.team, install=install, body=dict(body),
        hash=f"{int(slack.seconds())}.{slack.number():08x}",
        root=previous.root if previous else key, previous=previous.id if previous else "",
    )  # fmt: skip
    slack.views[key] = view
    note(slack, view)
    return view


def note(slack: Slack, view: View) -> None:
    """Write down what somebody has before them now."""
    shown = f"{view.body['title']['text']}\n{slack.reader.shown(view.blocks)}"
    slack.note(f"{slack.name_of(view.user)} sees a form", shown)


def inputs(view: View) -> list[tuple[str, str, Json]]:
    """Every input of a view: its block's id, its action's id, its element."""
    found = []
    for number, block in enumerate(view.blocks):
        key = block.get("block_id") or f"b{number}"
        if block["type"] == "input":
            found.append((key, block["element"]["action_id"], block["element"]))
    return found


def state(view: View) -> Json:
    """What stands in the inputs, in Slack's own shape."""
    values: dict[str, dict[str, Any]] = {}
    for block, action, element in inputs(view):
        given = view.typed.get((block, action), _initial(element))
        made: Json = {"type": element["type"]}
        if element["type"] == "file_input":
            made["files"] = given or []
        elif element["type"] in {"plain_text_input", "email_text_input", "number_input"}:
            made["value"] = given
        else:
            made["selected_option"] = given
        values.setdefault(block, {})[action] = made
    return {"values": values}


def _initial(element: Json) -> Any:
    return element.get("initial_value") or element.get("initial_option")


def as_json(slack: Slack, view: View, *, with_state: bool = True) -> Json:
    """A view as payloads and answers have it."""
    return {
        "id": view.id,
        "team_id": view.install.team,
        "app_id": APP,
        "app_installed_team_id": view.install.team,
        "bot_id": view.install.bot_id,
        "type": "modal",
        "blocks": view.blocks,
        "private_metadata": view.body.get("private_metadata", ""),
        "callback_id": view.body.get("callback_id", ""),
        "title": view.body["title"],
        "state": state(view) if with_state else {"values": {}},
        "hash": view.hash,
        "root_view_id": view.root,
        "previous_view_id": view.previous or None,
    }


METHODS = {
    "views.open": open_,
    "views.push": push,
    "views.update": update,
    "views.publish": publish,
}
