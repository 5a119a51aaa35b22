"""What people do with cards and dialogs in the fake Teams, as the app hears of it."""

from __future__ import annotations

import asyncio
from html import escape
from typing import Any

from tests.fakes.teams import cards, reading
from tests.fakes.teams.delivery import Answered
from tests.fakes.teams.records import CARD, CONSENT, Dialog, Json, Message, Place, StoredFile, User
from tests.fakes.teams.teams import Teams

_CARD_ANSWER = "application/vnd.microsoft.card.adaptive"
_TEXT_ANSWER = "application/vnd.microsoft.activity.message"


class CardHand:
    """Somebody before a card."""

    def __init__(self, teams: Teams, key: str) -> None:
        self.teams = teams
        self.key = key
        self.user: User = teams.users[key]
        self.toasts: list[str] = []
        self.opened: list[str] = []

    @property
    def dialog(self) -> Dialog | None:
        """What is open before them."""
        return self.teams.dialogs.get(self.key)

    # --- cards ------------------------------------------------------------------------------------

    def card(self, message: Message) -> Json:
        """The card of a message as this person sees it."""
        return message.views.get(self.user.id, message.card)

    def reads(self, message: Message) -> str:
        """A message as this person reads it."""
        return reading.shown(self.card(message)) or message.text

    async def presses(
        self, message: Message, label: str, delivered: int = 1, **typed: str
    ) -> Answered:
        """Press a button of a card; `typed` is what stands in its fields, by their ids."""
        action = named(reading.buttons(self.card(message)), label)
        return (await self.press(message, action, typed, delivered))[0]

    async def press(
        self, message: Message, action: Json, typed: Json | None = None, delivered: int = 1
    ) -> list[Answered]:
        """Press what somebody has had before their eyes, however old it is."""
        self.teams.note(f"{self.user.name} presses", str(action.get("title", "")))
        data = {**_data(action), **reading.state(self.card(message), typed or {})}
        match action["type"]:
            case "Action.OpenUrl":
                self.opened.append(action["url"])
                return []
            case "Action.Execute":
                return await self._execute(message, {**action, "data": data}, "manual", delivered)
            case _:
                return await self._submit(message, data, delivered)

    async def looks(self, message: Message) -> Answered | None:
        """Look at a card, which asks for a newer one where it is to be refreshed for them."""
        refresh = self.card(message).get("refresh") or {}
        if self.user.id not in refresh.get("userIds", []):
            return None
        return (await self._execute(message, refresh["action"], "automatic", 1))[0]

    async def _execute(
        self, message: Message, action: Json, trigger: str, delivered: int
    ) -> list[Answered]:
        kept = {name: action[name] for name in ("type", "id", "verb", "data") if name in action}
        activity = self._invoke(
            "adaptiveCard/action", self._place(message), {"action": kept, "trigger": trigger},
            replyToId=message.id, thread=message.thread or message.id,
        )  # fmt: skip
        answers = await asyncio.gather(
            *(self.teams.delivery.activity(activity) for _ in range(delivered))
        )
        for answer in answers:
            self._take(message, answer)
        return list(answers)

    def _take(self, message: Message, answer: Answered) -> None:
        """Show what the app answered to a press."""
        body = answer.body
        if answer.status != 200 or not body:
            self._toast("Something went wrong. Please try again.")
            return
        assert isinstance(body["statusCode"], int), body
        if body["type"] == _CARD_ANSWER:
            cards.check_card(body["value"])
            message.views[self.user.id] = body["value"]
        elif body["type"] == _TEXT_ANSWER:
            self._toast(str(body["value"]))
        else:
            self._toast(str(body["value"]["message"]))

    def _toast(self, text: str) -> None:
        self.toasts.append(text)
        self.teams.note(f"{self.user.name} is told", text)

    async def _submit(self, message: Message, data: Json, delivered: int) -> list[Answered]:
        place = self._place(message)
        if (data.get("msteams") or {}).get("type") == "task/fetch":
            value = {"data": data, "context": {"theme": "default"}}
            activity = self._invoke(
                "task/fetch", place, value, replyToId=message.id,
                thread=message.thread or message.id,
            )  # fmt: skip
        else:
            activity = self._shaped(
                "message", place, thread=message.thread or message.id, value=data,
                replyToId=message.id,
            )  # fmt: skip
        answers = await asyncio.gather(
            *(self.teams.delivery.activity(activity) for _ in range(delivered))
        )
        if activity["type"] == "invoke":
            for answer in answers:
                self._show(answer, Dialog())
        return list(answers)

    # --- dialogs ----------------------------------------------------------------------------------

    def fills(self, label: str, value: str) -> None:
        """Type into a field of the dialog, or choose from it; as far as it lets us."""
        dialog = self._open()
        element = reading.field_of(dialog.card, label)
        if element["type"] == "Input.ChoiceSet":
            value = reading.chosen(element, value)
        longest = element.get("maxLength")
        assert longest is None or len(value) <= longest, "the field takes no more"
        dialog.typed[element["id"]] = value

    async def submits(self, label: str = "", delivered: int = 1) -> list[Answered]:
        """Press a button of the dialog, the first one without a `label`, and show the answer."""
        dialog = self._open()
        found = reading.buttons(dialog.card)
        action = named(found, label) if label else found[0][1]
        if action.get("associatedInputs") != "none":
            missing = reading.missing(dialog.card, dialog.typed)
            assert not missing, f"Teams itself asks for: {missing}"
        data = {**_data(action), **reading.state(dialog.card, dialog.typed)}
        value: Json = {**dialog.about, "data": data, "context": {"theme": "default"}}
        name = "composeExtension/submitAction" if dialog.command else "task/submit"
        activity = self._invoke(name, self.teams.places[self.key], value)
        answers = await asyncio.gather(
            *(self.teams.delivery.activity(activity) for _ in range(delivered))
        )
        for answer in answers:
            self._show(answer, dialog)
        return list(answers)

    def closes(self) -> None:
        """Close the dialog; nobody is told."""
        self._open()
        del self.teams.dialogs[self.key]

    def _open(self) -> Dialog:
        assert self.dialog is not None, f"{self.user.name} has no dialog open"
        return self.dialog

    def _show(self, answer: Answered, before: Dialog) -> None:
        """Show what the app answered to a dialog: another one, a line of text, or nothing."""
        if answer.status != 200:
            self._toast("Something went wrong. Please try again.")
            return
        self.teams.dialogs.pop(self.key, None)
        task = answer.body.get("task") or {}
        if not task:
            return
        made = Dialog(command=before.command, about=before.about)
        if task["type"] == "message":
            made.text = str(task["value"])
            self.teams.note(f"{self.user.name} reads", made.text)
        else:
            value = task["value"]
            assert value["card"]["contentType"] == CARD, value
            cards.check_card(value["card"]["content"], "dialog")
            made.title, made.card = str(value["title"]), value["card"]["content"]
            # What was typed stays in fields that stay.
            kept = {one["id"] for one in reading.inputs(made.card)}
            made.typed = {key: said for key, said in before.typed.items() if key in kept}
            self.teams.note(f"{self.user.name} sees a dialog", made.title)
        self.teams.dialogs[self.key] = made

    # --- the message extension --------------------------------------------------------------------

    async def acts_on(self, message: Message, command: str) -> Answered:
        """Use an action of the app on a message, wherever that is."""
        payload = {
            "id": message.id,
            "replyToId": message.thread or None,
            "createdDateTime": self.teams.now().isoformat(),
            "subject": None,
            "body": {"contentType": "html", "content": f"<div>{escape(message.text)}</div>"},
            "from": {"user": _person(self.teams, message.author), "application": None},
            "linkToMessage": f"https://teams.microsoft.com/l/message/{message.place}/{message.id}",
            "attachments": message.attachments,
        }
        about = {"commandId": command, "commandContext": "message", "messagePayload": payload}
        return await self._fetch(about, self._place(message))

    async def composes(self, command: str, place: str = "") -> Answered:
        """Use an action of the app from where one writes."""
        about = {"commandId": command, "commandContext": "compose"}
        return await self._fetch(about, self.teams.places[place or self.key])

    async def _fetch(self, about: Json, place: Place) -> Answered:
        value = {**about, "context": {"theme": "default"}}
        activity = self._invoke("composeExtension/fetchTask", place, value)
        answer = await self.teams.delivery.activity(activity)
        self._show(answer, Dialog(command=about["commandId"], about=about))
        return answer

    async def searches(self, command: str, text: str, place: str = "") -> Answered:
        """Search with the app from where one writes."""
        value = {
            "commandId": command,
            "parameters": [{"name": "text", "value": text}],
            "queryOptions": {"skip": 0, "count": 25},
        }
        where = self.teams.places[place or self.key]
        return await self.teams.delivery.activity(
            self._invoke("composeExtension/query", where, value)
        )

    # --- files ------------------------------------------------------------------------------------

    async def accepts(self, message: Message, *, agrees: bool = True) -> Answered:
        """Agree to have the file that the app offers, or not."""
        offer = next(one for one in message.attachments if one["contentType"] == CONSENT)
        key, name = f"upload{self.teams.number()}", offer["name"]
        value: Json = {
            "type": "fileUpload",
            "action": "accept" if agrees else "decline",
            "context": offer["content"]["acceptContext" if agrees else "declineContext"],
        }
        if agrees:
            self.teams.files[key] = StoredFile(name, b"", ready=False)
            url = f"{self.teams.url}/files/{key}"
            value["uploadInfo"] = {
                "contentUrl": url, "name": name, "uploadUrl": url, "uniqueId": key,
                "fileType": name.rpartition(".")[2],
            }  # fmt: skip
        activity = self._invoke(
            "fileConsent/invoke", self._place(message), value, replyToId=message.id
        )
        return await self.teams.delivery.activity(activity)

    # --- how --------------------------------------------------------------------------------------

    def _place(self, message: Message) -> Place:
        found = self.teams.place_of(message.place)
        assert found is not None
        return found

    def _shaped(self, kind: str, place: Place, thread: str = "", **more: Any) -> Json:
        inside = thread if place.kind == "channel" else ""
        return self.teams.delivery.shaped(kind, place, self.user, inside, **more)

    def _invoke(self, name: str, place: Place, value: Json, thread: str = "", **more: Any) -> Json:
        return self._shaped("invoke", place, thread, name=name, value=value, **more)


def named(found: list[tuple[str, Json]], label: str) -> Json:
    """What is called so."""
    for words, element in found:
        if words == label:
            return element
    raise LookupError(f"no button {label!r} among {[words for words, _ in found]}")


def _data(action: Json) -> Json:
    data = action.get("data")
    return dict(data) if isinstance(data, dict) else {}


def _person(teams: Teams, user_id: str) -> Json | None:
    user = teams.user_of(user_id)
    if user is None:
        return None
    return {"userIdentityType": "aadUser", "id": user.aad, "displayName": user.name}
