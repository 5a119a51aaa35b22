"""The default drawing of every view: domain in, one card out. Pure."""

from __future__ import annotations

from typing import assert_never

from handlers.views import alerts, case_card, explain, lists, words
from handlers.views.kinds import (
    AlertView,
    CasesView,
    CaseView,
    DigestView,
    DoneView,
    FormView,
    HelpView,
    NewsView,
    OpenedView,
    PartnersView,
    PingView,
    QuotaView,
    RefusalView,
    SaidView,
    SignInView,
    TamView,
    TimelineView,
    TroubleView,
    View,
    WhyView,
)
from handlers.views.vocabulary import (
    Actions,
    Card,
    CaseRef,
    Element,
    Files,
    Link,
    Moment,
    Strong,
    Text,
    Tone,
    Words,
)

# How much is repeated of what nobody understood.
_UNKNOWN = 200


def to_card(view: View) -> Card:  # noqa: PLR0911, PLR0912  one exhaustive match, so that mypy finds a view without a drawing
    """Draw any view."""
    match view:
        case CaseView():
            return case_card.case(view)
        case OpenedView():
            return case_card.opened(view)
        case CasesView():
            return lists.cases(view)
        case TimelineView():
            return explain.timeline(view)
        case WhyView():
            return explain.why(view)
        case QuotaView():
            return lists.quota(view)
        case TamView():
            return lists.tam(view)
        case PartnersView():
            return lists.partners(view)
        case FormView():
            return form(view)
        case HelpView():
            return help_(view)
        case RefusalView():
            return refusal(view)
        case DoneView():
            return done(view)
        case AlertView():
            return alerts.alert(view)
        case DigestView():
            return alerts.digest(view)
        case PingView():
            return alerts.ping(view)
        case SaidView():
            return said(view)
        case NewsView():
            return alerts.news(view)
        case TroubleView():
            return alerts.trouble(view)
        case SignInView():
            return sign_in(view)
        case _:
            assert_never(view)


def form(view: FormView) -> Card:
    """A form, with what it is about above it."""
    lead: tuple[Element, ...] = (Text(view.lead),) if view.lead else ()
    kept: tuple[Element, ...] = (Text(view.kept, small=True),) if view.kept else ()
    return Card(
        title=(view.title,),
        summary=view.title,
        elements=(*lead, *kept, view.form),
        case_id=view.case_id,
        about="form",
    )


def help_(view: HelpView) -> Card:
    """What can be done here."""
    if view.unknown:
        title = "I did not understand that"
        said = view.unknown[:_UNKNOWN] + ("…" if len(view.unknown) > _UNKNOWN else "")
        lead = "The likeliest things to do are these:"
        parts: tuple[Element, ...] = (Text((said,), quote=True), Text((lead,)))
    else:
        title = f"Hello {view.name}".strip()
        lead = "This is your support desk. Say what you need in words, or press a button."
        parts = (Text((lead,)),)
    return Card(
        title=(title,),
        summary=f"{title}. {lead}",
        elements=(*parts, Actions(view.buttons)),
        about="help",
    )


def refusal(view: RefusalView) -> Card:
    """What was refused, why, and the next possible step as a button."""
    refused = view.refusal
    parts: list[Element] = []
    if refused.why:
        parts.append(Text((refused.why,)))
    if refused.until is not None:
        until = Moment(refused.until, view.home_zone, view.home_name, left=True)
        parts.append(Text(("This ends ", until, ".")))
    if refused.next_step:
        parts.append(Text((refused.next_step,)))
    if view.buttons:
        parts.append(Actions(view.buttons))
    return Card(
        title=(refused.what,),
        summary=str(refused),
        tone=Tone.NOTICE,
        elements=tuple(parts),
        about="refusal",
    )


def done(view: DoneView) -> Card:
    """A short answer to something done."""
    tones = {"done": Tone.DONE, "notice": Tone.NOTICE, "calm": Tone.CALM}
    buttons: tuple[Element, ...] = (Actions(view.buttons),) if view.buttons else ()
    return Card(
        title=view.words,
        summary=words.plain(view.words, "UTC"),
        tone=tones[view.tone],
        elements=buttons,
        case_id=view.case_id,
        about="done",
    )


def sign_in(view: SignInView) -> Card:
    """The link; its summary does not repeat it, because summaries travel further."""
    until = Moment(view.until, left=True)
    return Card(
        title=("Your way into the web chat",),
        summary="Your personal link into the web chat",
        elements=(
            Text((Link("Sign in", view.url),)),
            Text(("It works once, for you alone, until ", until, "."), small=True),
        ),
        about="sign_in",
    )


def said(view: SaidView) -> Card:
    """A message of the other side; an emptied one says that it was deleted."""
    who = f"{view.author} (partner)" if view.from_partner else view.author
    change = " (edited)" if view.edited else ""
    where: Words = (" in ", CaseRef(view.case_id)) if view.alone else ()
    text = "This message was deleted by its writer." if view.deleted else view.text
    attached = words.count(len(view.files), "file")
    parts: list[Element] = []
    if text:
        parts.append(Text((text,), quote=not view.deleted, small=view.deleted))
    if view.files and not view.deleted:
        parts.append(Files(view.files))
    return Card(
        title=(Strong(who), *where, change),
        summary=f"{who} in {view.number}: {' '.join(text.split()) or attached}",
        elements=tuple(parts),
        case_id=view.case_id,
        about="said",
    )
