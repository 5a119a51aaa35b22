"""A form as a modal: inputs with their help and limits, what it costs, and what is wrong.

An input's block is called as its field. What follows a colon keeps apart what Slack would confuse:
the value that its options belong to ("severity:service"), or the next part of a text that is
longer than one input takes ("description:2"). `typed` reads both back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.fitting import clip
from bot.slack import published
from bot.slack.blocks import MARKS, Pen, bullets, note, rich_text, small, title
from bot.slack.elements import body, is_form
from bot.slack.literal import Json, cut, literal, text_object, units
from bot.slack.spans import Look, plain, rich_words
from handlers.views.vocabulary import Card, Field, Form, Option

CALLBACK = "form"
VALUE = "value"
SEARCH = "search:"

# A view takes far more than a message; this leaves room for the inputs.
_ROOM = 40_000
_BUTTONS = 5
_PARTS = 5
# Shorter than Slack allows: what is longer is no label and no help any more.
_LABEL = 200
_HINT = 500


def modal(card: Card, look: Look, *, metadata: str) -> Json:
    """The card as a view; `metadata` comes back with it, at most 3,000 characters."""
    pen = Pen(look, card)
    form = is_form(card)
    whole = " ".join(filter(None, (MARKS.get(card.mark), plain(card.title, look))))
    view: Json = {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": metadata,
        "title": text_object(short(whole), published.TITLE),
        "close": text_object("Cancel" if form else "Close", published.TITLE),
        "notify_on_close": form is not None,
    }
    above = [e for e in card.elements if not isinstance(e, Form)]
    blocks = [title(pen)] if units(whole) > published.TITLE else []
    blocks += body(above, pen, _ROOM)
    if form is not None:
        blocks = [*_fault(form), *blocks, *fields(form, pen)]
        if any(block["type"] == "input" for block in blocks):
            view["submit"] = text_object(short(form.submit), published.TITLE)
    view["blocks"] = blocks[: published.VIEW_BLOCKS] or [note(whole or "–")]
    return view


def short(words: str) -> str:
    """A title of at most 24 characters, broken between words."""
    if units(words) <= published.TITLE:
        return words
    start = cut(words, published.TITLE, "")
    kept = start.rsplit(" ", 1)[0] if " " in start.strip() else start
    return cut(f"{kept.rstrip(' ,.:;·–-')}…", published.TITLE)


def fields(form: Form, pen: Pen) -> list[Json]:
    """The form's inputs in one column, and before its button what sending costs."""
    drawn = [block for field in form.fields for block in _field(form, field)]
    return [*drawn, *(small(form.cost, pen) if form.cost else [])]


def errors(card: Card) -> dict[str, str]:
    """What is wrong, by the block of its input; a form's own error is drawn by `modal` alone."""
    form = is_form(card)
    if form is None:
        return {}
    wrong = [(_inputs(form, field), field.error) for field in form.fields if field.error]
    return {inputs[0]["block_id"]: error for inputs, error in wrong if inputs}


def options(field: Field, typed: str) -> list[Json]:
    """The options of a search that fit what was typed, those that begin with it first."""
    wanted = typed.strip().casefold()
    found = [o for o in field.options if wanted in o.label.casefold()]
    found.sort(key=lambda o: not o.label.casefold().startswith(wanted))
    return _options(found)[: published.OPTIONS]


def typed(values: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[str, str]:
    """What a view's inputs hold, by field; `values` is the `state.values` of a payload.

    Files are not texts: they are left to whoever fetches them.
    """
    parts: dict[str, list[tuple[int, str]]] = {}
    for block_id, actions in values.items():
        name, _, more = block_id.partition(":")
        for given in actions.values():
            if "files" in given:
                continue
            option = given.get("selected_option")
            chosen = option.get("value") if isinstance(option, Mapping) else None
            text = given.get("value") or chosen
            said = text if isinstance(text, str) else ""
            parts.setdefault(name, []).append((int(more) if more.isdecimal() else 1, said))
    return {
        name: "\n".join(text for _, text in sorted(held) if text) for name, held in parts.items()
    }


def _fault(form: Form) -> list[Json]:
    if not form.error:
        return []
    text = text_object(form.error, published.TEXT_OBJECT)
    return [{"type": "alert", "level": "error", "text": text}]


def _field(form: Form, field: Field) -> list[Json]:
    """A field's inputs, what each choice means where that is long, and what is wrong."""
    made = _inputs(form, field)
    if not made:
        above = next((f.label for f in form.fields if f.name == field.depends_on), "")
        missing = f"Answer “{above}” first." if above else "There is nothing to choose from."
        ends = "" if field.label.endswith("?") else ":"
        made = [note(f"{field.label}{ends} {missing}")]
    made += _meanings(_offered(form, field))
    return [*made, note(f"⚠️ {field.error}")] if field.error else made


def _inputs(form: Form, field: Field) -> list[Json]:
    if field.kind in {"text", "long"}:
        return _texts(form, field)
    element: Json | None
    if field.kind == "files":
        element = {"type": "file_input", "action_id": VALUE, "max_files": published.FILES}
    elif field.kind == "search":
        element = _search(field)
    else:
        element = _choice(field, _offered(form, field))
    if element is None:
        return []
    controls = any(f.depends_on == field.name for f in form.fields)
    group = _value_of(form, field.depends_on) if field.depends_on else ""
    block_id = f"{field.name}:{group}" if group else field.name
    return [_input(field, block_id, element, controls=controls)]


def _input(field: Field, block_id: str, element: Json, *, controls: bool = False) -> Json:
    made: Json = {
        "type": "input",
        "block_id": cut(block_id, published.ID, ""),
        "label": text_object(field.label, _LABEL),
        "element": element,
        "optional": not field.required,
    }
    if field.help:
        made["hint"] = text_object(field.help, _HINT)
    if controls:
        made["dispatch_action"] = True
    return made


def _texts(form: Form, field: Field) -> list[Json]:
    """One input, or as many as a text needs that is longer than one takes: nothing is lost."""
    most = min(field.max_length or published.INPUT, published.INPUT)
    parts = _parts(literal(field.value), most) if field.kind == "long" else []
    made = []
    for n, part in enumerate(parts or [cut(literal(field.value), most, "")], 1):
        element: Json = {"type": "plain_text_input", "action_id": VALUE, "max_length": most}
        if field.kind == "long":
            element["multiline"] = True
        if part:
            element["initial_value"] = part
        made.append(_input(field, f"{field.name}:{n}" if n > 1 else field.name, element))
    for block in made[1:]:
        block["label"] = text_object(f"{cut(field.label, _LABEL)} (continued)", published.LABEL)
        block["optional"] = True
        block.pop("hint", None)
    if field.max_length > most:
        files = any(f.kind == "files" for f in form.fields)
        more = f"Up to {most:,} characters fit here{'; attach more as a file' if files else ''}."
        hint = f"{cut(field.help, _HINT)} {more}".strip()
        made[0]["hint"] = text_object(hint, published.HINT)
    return made


def _parts(text: str, most: int) -> list[str]:
    """The text in parts of at most `most` characters, divided at lines or else between words."""
    parts: list[str] = []
    while units(text) > most and len(parts) < _PARTS:
        head = cut(text, most, "")
        at = max(head.rfind("\n"), 0) or max(head.rfind(" "), 0) or len(head)
        parts.append(text[:at].rstrip())
        text = text[at:].lstrip("\n ")
    return [*(p for p in parts if p), cut(text, most)] if parts else []


def _value_of(form: Form, name: str) -> str:
    """What another field holds: its value, where it is one of its options."""
    field = next((f for f in form.fields if f.name == name), None)
    return field.value if field and any(o.value == field.value for o in field.options) else ""


def _offered(form: Form, field: Field) -> Sequence[Option]:
    if not field.depends_on:
        return field.options
    group = _value_of(form, field.depends_on)
    return [o for o in field.options if not o.group or o.group == group]


def _choice(field: Field, offered: Sequence[Option]) -> Json | None:
    """Radio buttons where every option is to be seen, a list where there are many."""
    drawn = _options(offered, cutting=False)[: published.OPTIONS]
    if not drawn:
        return None
    few = published.CHOICES if field.kind in {"cards", "rating"} else _BUTTONS
    kind = "radio_buttons" if len(drawn) <= few else "static_select"
    element: Json = {"type": kind, "action_id": VALUE, "options": drawn}
    chosen = next((o for o in drawn if o["value"] == field.value), None)
    return element | {"initial_option": chosen} if chosen else element


def _search(field: Field) -> Json:
    element: Json = {
        "type": "external_select",
        "action_id": cut(f"{SEARCH}{field.name}", published.ID, ""),
        "min_query_length": 0,
        "placeholder": text_object("Type to search", published.PLACEHOLDER),
    }
    chosen = _options([o for o in field.options if o.value == field.value])
    return element | {"initial_option": chosen[0]} if chosen else element


def _options(offered: Sequence[Option], *, cutting: bool = True) -> list[Json]:
    """The options that Slack can carry; a value that is too long could not be told from others."""
    # One rule for all of them, so that the promise stands in the same place everywhere.
    long = any(units(o.help) > published.DESCRIPTION for o in offered)
    made = []
    for option in offered:
        if not 0 < units(option.value) <= published.OPTION_VALUE:
            continue
        label, help_ = _divided(option) if long else (option.label, option.help)
        drawn: Json = {"text": text_object(label, published.OPTION), "value": option.value}
        # What does not fit is not begun: it stands below, whole.
        if help_ and (cutting or units(help_) <= published.DESCRIPTION):
            drawn["description"] = text_object(help_, published.DESCRIPTION)
        made.append(drawn)
    return made


def _divided(option: Option) -> tuple[str, str]:
    """An option's two lines; the last sentence of its help, the promise, joins the label."""
    meaning, _, last = option.help.rstrip(". ").rpartition(". ")
    label = f"{option.label} · {last}"
    if meaning and units(label) <= published.OPTION:
        # A full stop is no reason to cut a sentence.
        return label, meaning if units(meaning) >= published.DESCRIPTION else f"{meaning}."
    return option.label, option.help


def _meanings(offered: Sequence[Option]) -> list[Json]:
    """What an option means, below all of them, where that is more than fits beside it."""
    items = []
    for option in offered[: published.OPTIONS]:
        help_ = _divided(option)[1]
        if units(help_) > published.DESCRIPTION:
            said, _ = clip((help_,), 1_000)
            head = rich_words(f"{cut(option.label, published.OPTION)}: ", bold=True)
            items.append([head, *(rich_words(str(part)) for part in said)])
    return [rich_text(bullets(items))] if items else []
