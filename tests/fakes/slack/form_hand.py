"""What people do with forms in the fake Slack, and what every press of theirs carries."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot.kinds import Several
from bot.slack.published import OPTIONS
from bot.slack.shapes import OPTION
from tests.fakes.slack import files, reading, views
from tests.fakes.slack.delivery import Answered
from tests.fakes.slack.records import Channel, Install, Json, StoredFile, User, View
from tests.fakes.slack.slack import APP, Slack


class FormHand:
    """Somebody before a form."""

    def __init__(self, slack: Slack, user: str) -> None:
        self.slack = slack
        self.user: User = slack.users[user]

    @property
    def form(self) -> View | None:
        """The modal on top."""
        return self.slack.view_of(self.user.id)

    def _nearest(self) -> Install:
        own = self.slack.of_team(self.user.team)
        found = own or next(iter(self.slack.installs.values()), None)
        assert found is not None, "the app is nowhere"
        return found

    def _action(self, element: Json) -> Json:
        kept = ("action_id", "block_id", "type", "value", "selected_option", "text")
        made = {name: element[name] for name in kept if name in element}
        return made | {"action_ts": self.slack.ts()}

    def _payload(self, kind: str, **more: Any) -> Json:
        slack = self.slack
        team = slack.teams[self.user.team]
        return {
            "type": kind,
            "user": {"id": self.user.id, "name": self.user.name, "team_id": team.id},
            "team": {"id": team.id, "domain": team.name.lower()},
            "enterprise": {"id": team.enterprise} if team.enterprise else None,
            "is_enterprise_install": False,
            "api_app_id": APP,
            "token": "verification",
            "trigger_id": slack.trigger(self.user.id, team.id),
            **more,
        }

    def _attach(self, name: str, content: bytes, place: Channel | None) -> str:
        key = f"F{self.slack.number():08}"
        stored = StoredFile(
            key, name, "text/plain", content, self.user.team, self.user.id, complete=True
        )
        if place is not None:
            stored.shared.add(place.id)
        self.slack.files[key] = stored
        return key

    # --- forms ------------------------------------------------------------------------------------

    def _open(self) -> View:
        assert self.form is not None, f"{self.user.name} has no form open"
        return self.form

    async def presses_in_form(self, label: str) -> Answered:
        """Press a button within the modal."""
        view = self._open()
        element = named(reading.buttons(view.blocks), label)
        self.slack.note(f"{self.user.name} presses in the form", f"[{label}]")
        payload = self._in_view("block_actions", view, actions=[self._action(element)])
        return await self.slack.delivery.payload(payload)

    async def presses_at_home(self, label: str) -> Answered:
        """Press a button of the Home tab."""
        body = self.slack.homes[self.user.id]
        element = named(reading.buttons(body["blocks"]), label)
        self.slack.note(f"{self.user.name} presses in the Home tab", f"[{label}]")
        key = f"VHOME{self.user.id}"
        payload = self._payload("block_actions", actions=[self._action(element)])
        payload["container"] = {"type": "view", "view_id": key}
        payload["view"] = {"id": key, "type": "home", "hash": "1.1", "state": {"values": {}}}
        payload["view"]["app_installed_team_id"] = self._nearest().team
        return await self.slack.delivery.payload(payload)

    def _in_view(self, kind: str, view: View, **more: Any) -> Json:
        payload = self._payload(kind, **more)
        payload["view"] = views.as_json(self.slack, view)
        payload["container"] = {"type": "view", "view_id": view.id}
        self.slack.triggers[payload["trigger_id"]].view = view.id
        return payload

    async def fills(self, label: str, value: str) -> None:
        """Type into a field of the open form, or choose from it; as far as it lets us."""
        await (await self.typing(label, value))()

    async def typing(self, label: str, value: str) -> Callable[[], Awaitable[None]]:
        """The same, but the app hears of it only when what is returned is called."""
        view = self._open()
        key, element, block = self._field(view, label)
        if element["type"] == "plain_text_input":
            given: Any = value
        else:
            options = element.get("options") or await self.searches(view, element, block, value)
            given = _option(options, value)
        view.typed[key] = given
        self.slack.note(f"{self.user.name} fills in", f"{block['label']['text']} {value[:200]}")
        chosen = {"selected_option": given} if isinstance(given, dict) else {"value": given}
        action = {**element, **chosen, "block_id": key[0]}
        payload = self._in_view("block_actions", view, actions=[self._action(action)])

        async def told() -> None:
            if block.get("dispatch_action") and not _too_long(element, given):
                answer = await self.slack.delivery.payload(payload)
                assert answer.status == 200, answer

        return told

    def _field(self, view: View, label: str) -> tuple[tuple[str, str], Json, Json]:
        for block in view.blocks:
            if block["type"] != "input":
                continue
            words = block["label"]["text"]
            if words.casefold().startswith(label.casefold()):
                element = block["element"]
                return (block["block_id"], element["action_id"]), element, block
        raise LookupError(f"no field {label!r} in: {reading.shown(view.blocks)}")

    async def searches(self, view: View, element: Json, block: Json, typed: str) -> list[Json]:
        """What the app offers for what is typed into a field with a search."""
        payload = self._in_view("block_suggestion", view)
        payload |= {"action_id": element["action_id"], "block_id": block["block_id"]}
        payload["value"] = typed
        # A search is no act: nothing can be opened by it.
        del payload["trigger_id"]
        answer = await self.slack.delivery.payload(payload)
        offered = list(answer.body.get("options", []))
        wrong = [*Several(OPTION, OPTIONS, least=0).faults(offered, "/options")]
        assert not wrong, f"Slack would show none of them: {wrong}"
        return offered

    def attaches(self, *given: tuple[str, bytes]) -> None:
        """Put files into the open form."""
        view = self._open()
        for block, action, element in views.inputs(view):
            if element["type"] == "file_input":
                keys = [self._attach(name, content, None) for name, content in given]
                stored = [files.as_json(self.slack, self.slack.files[key]) for key in keys]
                view.typed[block, action] = stored
                return
        raise LookupError("the form takes no files")

    def refused(self) -> dict[str, str]:
        """What Slack itself says beside fields of the form, which it does not send then."""
        view = self._open()
        values = views.state(view)["values"]
        said: dict[str, str] = {}
        for block in view.blocks:
            if block["type"] != "input":
                continue
            element, words = block["element"], block["label"]["text"]
            given = list(values.get(block["block_id"], {}).values())
            if not block.get("optional") and not any(_filled(one) for one in given):
                said[words] = "Please complete this required field."
            elif any(_too_long(element, one.get("value")) for one in given):
                said[words] = f"Please use at most {element['max_length']:,} characters."
        return said

    async def submits(self, delivered: int = 1) -> list[Answered]:
        """Send the form, and let it show what the app answers."""
        view = self._open()
        assert not self.refused(), f"Slack itself says: {self.refused()}"
        self.slack.note(f"{self.user.name} sends", f"[{view.body['submit']['text']}]")
        view.body.pop("errors", None)
        payload = self._in_view("view_submission", view, response_urls=[])
        answers = await asyncio.gather(
            *(self.slack.delivery.payload(dict(payload)) for _ in range(delivered))
        )
        for answer in answers:
            self._show(view, answer)
        return list(answers)

    def _show(self, view: View, answer: Answered) -> None:
        if answer.status != 200:
            return
        match answer.body.get("response_action"):
            case "errors":
                view.body["errors"] = answer.body["errors"]
                for words in answer.body["errors"].values():
                    self.slack.note(f"{self.user.name} is told in the form", words)
                known = {block["block_id"] for block in view.blocks if block["type"] == "input"}
                assert set(answer.body["errors"]) <= known, "an error beside no field"
                return
            case "update":
                views.replace(self.slack, view, answer.body["view"])
                views.note(self.slack, view)
                return
            case "clear":
                for one in self.slack.views.values():
                    one.closed = one.closed or one.user == view.user
                return
        view.closed = True

    async def closes(self, view: View | None = None, *, lost: bool = False) -> None:
        """Close the form, or the given one, unsent; one that is `lost` tells nobody."""
        view = view or self._open()
        view.closed = True
        self.slack.note(f"{self.user.name} closes", str(view.body["title"]["text"]))
        if view.body.get("notify_on_close") and not lost:
            payload = self._in_view("view_closed", view, is_cleared=False)
            # Slack does not say what was typed into a form that is closed.
            payload["view"]["state"] = {"values": {}}
            await self.slack.delivery.payload(payload)


def named(found: list[tuple[str, Json]], label: str) -> Json:
    for words, element in found:
        if words == label:
            return element
    raise LookupError(f"no button {label!r} among {[words for words, _ in found]}")


def _option(options: list[Json], value: str) -> Json:
    for option in options:
        # The promise stands behind the name.
        if option["text"]["text"].partition(" · ")[0].casefold() == value.casefold():
            return option
    words = [option["text"]["text"] for option in options]
    raise LookupError(f"no choice {value!r} among {words}")


def _too_long(element: Json, value: Any) -> bool:
    most = element.get("max_length", 3000)
    return isinstance(value, str) and element["type"] == "plain_text_input" and len(value) > most


def _filled(one: Json) -> bool:
    return bool(one.get("value") or one.get("selected_option") or one.get("files"))
