"""A form as a dialog: inputs with their help and limits, what it costs, and what is wrong.

An input is called as its field. Where one choice decides which others there are (the kind of case
and its severities), both are one list, and a line of it answers both questions: Teams can neither
change a dialog while somebody types, nor send a half-filled form back to be drawn again, because
it sends none in which something is missing. `bot.teams.forms` takes the answers apart again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.fitting import clip
from bot.forms import bare, form_in
from bot.literal import cut, literal
from bot.teams import published
from bot.teams.blocks import SUBTLE, note, paragraph, rich, title
from bot.teams.buttons import CARRY, INTENT, execute, held, words_of
from bot.teams.elements import body
from bot.teams.literal import Json, harmless, unworked, weight
from bot.teams.spans import Look, Pen, plain, run
from handlers.intents import Intent
from handlers.views.vocabulary import Card, Confirm, Field, Form, Option

# What keeps apart the two answers of one line, and tells which field the first belongs to.
FOLDS = "folds"
BETWEEN = ":"
# What the button says that leaves everything as it is.
KEEP = "keep"

_ROOM = 3_000
_LABEL = 200
_HELP = 300
_CHOICE = 300
_ERROR = 300
_COST = 500
# How much of a dialog a text may be, as it is sent: more than any field of the desk takes.
_TYPED = 22_000
_OPEN = 10
_LARGE = 3
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Dialog:
    """A dialog: its title of at most 64 characters, its size in Teams' words, and its card."""

    title: str
    height: str
    width: str
    card: Json


def dialog(card: Card, look: Look, carry: Mapping[str, object] | None = None) -> tuple[Pen, Dialog]:
    """The card with its form; `carry` comes back with it. A card without a form is to be read."""
    pen = Pen(look, card)
    form = form_in(card)
    above = [e for e in card.elements if e is not form]
    blocks = body(above, pen, _ROOM)
    said = plain(card.title, look)
    named = cut(" ".join(unworked(said).split()), published.DIALOG_TITLE) or "Partnerdesk"
    # The dialog's own title says it, unless it does not fit.
    if card.mark or named.endswith("…"):
        blocks = [*title(pen), *blocks]
    made: Json = {"body": _sending(blocks)}
    size = "medium"
    if form is not None:
        made["body"] = [*_fault(form.error), *made["body"], *fields(form, pen)]
        made["actions"] = [submit(form, carry)]
        size = "large" if len(form.fields) > _LARGE else "medium"
    made["body"] = made["body"] or [note("Nothing is here.")]
    return pen, Dialog(named, size, "medium", made)


def _sending(blocks: Sequence[Json]) -> list[Json]:
    """The same with buttons that work in a dialog: they send, and none is lost in a menu."""
    made = []
    for block in blocks:
        if block["type"] != "ActionSet":
            made.append({key: _inside(value) for key, value in block.items()})
            continue
        sent = [_sent(action) for action in block["actions"]]
        for at in range(0, len(sent), _SHOWN):
            made.append({"type": "ActionSet", "actions": sent[at : at + _SHOWN]})
    return made


def _inside(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    if value and all(isinstance(one, dict) and "type" in one for one in value):
        return _sending(value)
    return [
        {key: _inside(inside) for key, inside in one.items()} if isinstance(one, dict) else one
        for one in value
    ]


def _sent(action: Json) -> Json:
    made = {k: v for k, v in action.items() if k not in {"verb", "fallback", "mode"}}
    data = {key: value for key, value in action["data"].items() if key != "msteams"}
    return {**made, "type": "Action.Submit", "data": data}


def question(intent: Intent, ask: Confirm, carry: Mapping[str, object] | None = None) -> Dialog:
    """What is asked before something is done that cannot be undone."""
    data: Json = {INTENT: held(intent), **({CARRY: dict(carry)} if carry else {})}
    yes: Json = {
        "type": "Action.Submit",
        "title": words_of(ask.yes),
        "style": "destructive",
        "data": data,
    }
    no: Json = {"type": "Action.Submit", "title": words_of(ask.no), "data": {KEEP: True}}
    asked = [rich([run(cut(literal(ask.question), _ERROR))])]
    return Dialog(words_of(ask.yes), "small", "small", {"body": asked, "actions": [yes, no]})


def inline(form: Form, pen: Pen, carry: Mapping[str, object] | None = None) -> list[Json]:
    """A form that stands in the conversation itself, where its writer is alone with the desk."""
    sent = submit(form, carry)
    made = {key: sent[key] for key in ("title", "style")}
    action = execute(form.intent, made, sent["data"])
    return [
        *_fault(form.error),
        *fields(form, pen),
        {"type": "ActionSet", "actions": [action]},
    ]


def submit(form: Form, carry: Mapping[str, object] | None = None) -> Json:
    """The button that sends it: it says what it does, and holds what the form completes."""
    data: Json = {INTENT: held(bare(form.intent))}
    folded = {f.name: f.depends_on for f in form.fields if _folds(form, f)}
    if folded:
        data[FOLDS] = folded
    if carry:
        data[CARRY] = dict(carry)
    return {
        "type": "Action.Submit",
        "title": words_of(form.submit),
        "style": "positive",
        "data": data,
    }


def fields(form: Form, pen: Pen) -> list[Json]:
    """The form's inputs in one column, and before its button what sending costs."""
    folded = {f.depends_on for f in form.fields if _folds(form, f)}
    drawn = [b for f in form.fields if f.name not in folded for b in _field(form, f)]
    cost = paragraph(clip(form.cost, _COST)[0], pen, SUBTLE) if form.cost else []
    return [*drawn, *cost]


def _fault(error: str) -> list[Json]:
    if not error:
        return []
    said = rich([run(f"⚠️ {cut(literal(error), _ERROR)}", color="Attention", weight="Bolder")])
    return [said]


def _field(form: Form, field: Field) -> list[Json]:
    """A field's input, its help, and what is wrong with what stands in it."""
    error = field.error
    if field.kind == "files":
        return _no_files(field)
    above = _controlling(form, field) if _folds(form, field) else None
    if above is not None:
        error = " ".join(e for e in (above.error, error) if e)
    drawn = [_input(field, above), *_help(field)]
    if drawn[0].get("choices") == []:
        label = cut(literal(field.label), _LABEL)
        drawn[0] = rich([run(label, weight="Bolder")])
        drawn.insert(1, note("There is nothing to choose from.", spacing="Small"))
    if error:
        said = cut(literal(error), _ERROR)
        drawn.append(rich([run(f"⚠️ {said}", color="Attention")], spacing="Small"))
    return drawn


def _help(field: Field) -> list[Json]:
    return [note(cut(field.help, _HELP), spacing="Small")] if field.help else []


def _input(field: Field, above: Field | None) -> Json:
    made: Json = {"id": field.name, "label": cut(unworked(field.label), _LABEL) or "–"}
    text = field.kind in {"text", "long"}
    if field.required:
        made["isRequired"] = True
        made["errorMessage"] = "Fill this in." if text else "Choose one."
    return _text(field, made) if text else _choice(field, above, made)


def _text(field: Field, made: Json) -> Json:
    most = field.max_length or published.INPUT
    # A text that is too long for the field is shown all the same, beside what is wrong with it.
    value = literal(field.value)[: 2 * most]
    while weight(value) > _TYPED:
        value = value[: len(value) * 3 // 4]
    made = {"type": "Input.Text", **made, "maxLength": most}
    if field.kind == "long":
        made["isMultiline"] = True
    return made | ({"value": value} if value else {})


def _choice(field: Field, above: Field | None, made: Json) -> Json:
    """Choices to be seen all at once, or a list to search in where they are many."""
    choices, value = _choices(field, above)
    # What lies open is Markdown to some clients, a list is not.
    plain_ = all(harmless(choice["title"]) for choice in choices)
    style = "expanded" if plain_ and len(choices) <= _OPEN else "compact"
    if field.kind == "search":
        style = "filtered"
    made = {"type": "Input.ChoiceSet", **made, "style": style, "choices": choices, "wrap": True}
    if style != "expanded":
        made["placeholder"] = "Type to search" if style == "filtered" else "Choose one"
    return made | ({"value": value} if value else {})


def _choices(field: Field, above: Field | None) -> tuple[list[Json], str]:
    """The choices, and which of them is chosen; folded, each answers two questions."""
    if above is None:
        made = [_titled(option, option.value) for option in field.options if _fits(option)]
        return made[: published.CHOICES], field.value if field.value in _values(made) else ""
    made = []
    for group in above.options:
        before = f"{group.label} · " if len(above.options) > 1 else ""
        for option in field.options:
            if option.group == group.value and _fits(option):
                made.append(_titled(option, f"{group.value}{BETWEEN}{option.value}", before))
    chosen = f"{above.value}{BETWEEN}{field.value}"
    return made[: published.CHOICES], chosen if chosen in _values(made) else ""


def _values(made: Sequence[Json]) -> set[str]:
    return {choice["value"] for choice in made}


def _fits(option: Option) -> bool:
    return 0 < len(option.group) + len(option.value) < published.VALUE


def _titled(option: Option, value: str, before: str = "") -> Json:
    help_ = f": {option.help}" if option.help else ""
    said = cut(unworked(f"{before}{option.label}{help_}"), _CHOICE)
    return {"title": said if said.strip() else "–", "value": value}


def _controlling(form: Form, field: Field) -> Field | None:
    return next((f for f in form.fields if f.name == field.depends_on), None)


def _folds(form: Form, field: Field) -> bool:
    """Whether a field's options say which option of the field above they belong to, all of them."""
    above = _controlling(form, field) if field.depends_on else None
    if above is None or not field.options:
        return False
    groups = {option.group for option in field.options}
    return groups == {option.value for option in above.options} and not any(
        BETWEEN in group for group in groups
    )


def _no_files(field: Field) -> list[Json]:
    """A dialog takes no files, so it says where they go."""
    # Of files in a channel the desk is not told at all.
    where = (
        "Teams takes no files in a form. Answer the case's card with them in your own chat with "
        "the desk, or use the web chat."
    )
    label = rich([run(cut(literal(field.label), _LABEL), weight="Bolder")])
    return [label, note(f"{where} {cut(field.help, _HELP)}".strip(), spacing="Small")]
