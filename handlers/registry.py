"""Which conversation answers which intent: the one table, and the forms that complete them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from desk.case import Verb, check
from desk.errors import NotKnown, Refusal
from handlers import (
    claim_case,
    drafts,
    escalation,
    help,
    link,
    my_cases,
    open_case,
    quota,
    regrade,
    reject,
    reply,
    resolve,
    say,
    sign_in,
    tam,
    wait,
)
from handlers import intents as i
from handlers.context import Context, answer
from handlers.exchange import Answer
from handlers.intent_codec import INTENTS, BadIntent, build, decode, fields_of, tag
from handlers.intents import Begin, Intent
from handlers.views.kinds import DoneView, FormView
from handlers.views.vocabulary import Button

Handler = Callable[[Context, Any], Awaitable[Answer]]
FormBuilder = Callable[[Context, Any, Mapping[str, str], str], Awaitable[FormView]]

FORMS: Mapping[type[Any], FormBuilder] = {
    i.OpenCase: open_case.form,
    i.HandOver: claim_case.hand_over_form,
    i.ReplyToPartner: reply.form,
    i.WaitOnPartner: wait.form,
    i.RegradeCase: regrade.form,
    i.ObjectToRegrade: regrade.object_form,
    i.RejectCase: reject.form,
    i.ResolveCase: resolve.form,
    i.ConfirmCase: resolve.confirm_form,
    i.ReopenCase: resolve.reopen_form,
    i.CallTam: tam.form,
    i.LinkWorkspace: link.form,
}

# Forms whose words are not kept when they are closed: a code is a secret.
NEVER_KEPT = frozenset({i.LinkWorkspace})

# What the person must be allowed to do before the form is shown; a stale button is told at once.
FORM_VERBS: Mapping[type[Any], Verb] = {
    i.HandOver: Verb.HAND_OVER,
    i.ReplyToPartner: Verb.REPLY,
    i.WaitOnPartner: Verb.WAIT,
    i.RegradeCase: Verb.REGRADE,
    i.ObjectToRegrade: Verb.OBJECT,
    i.RejectCase: Verb.REJECT,
    i.ResolveCase: Verb.RESOLVE,
    i.ConfirmCase: Verb.CONFIRM,
    i.ReopenCase: Verb.REOPEN,
    i.CallTam: Verb.CALL_TAM,
}


async def begin(ctx: Context, intent: i.Begin) -> Answer:
    """Show the form that completes another intent; one without a form is simply done."""
    kind = INTENTS.get(intent.form)
    if kind is None or kind is i.Begin:
        raise unknown_form()
    given: dict[str, Any] = {"case_id": intent.case_id} if intent.case_id else {}
    if kind is i.OpenCase and intent.text:
        given = {"description": intent.text, "title": intent.text.splitlines()[0][:80]}
    try:
        wanted = build(intent.form, given)
    except BadIntent as error:
        raise unknown_form() from error
    if kind not in FORMS:
        return await dispatch(ctx, wanted)
    if kind in FORM_VERBS:
        verb = FORM_VERBS[kind]
        check(await ctx.case(intent.case_id, verb), verb)
    draft = None if kind in NEVER_KEPT else await drafts.find(ctx, wanted, intent.text)
    if draft is None:
        view = await FORMS[kind](ctx, wanted, {}, "")
    else:
        filled = drafts.fill_in(wanted, draft)
        view = drafts.shown(await FORMS[kind](ctx, filled, {}, ""), draft)
    return answer(view, case_id=intent.case_id or None)


async def keep_draft(ctx: Context, intent: i.KeepDraft) -> Answer:
    """A form was closed: what was typed is there when it is opened again."""
    try:
        typed = decode(intent.draft)
    except BadIntent as error:
        raise unknown_form() from error
    kind = type(typed)
    if kind not in FORMS or kind in NEVER_KEPT:
        raise unknown_form()
    about = fields_of(typed).get("case_id", 0)
    if kind in FORM_VERBS:
        await ctx.case(about, FORM_VERBS[kind])
    else:
        await open_case.own_partner(ctx, ctx.person)
    if not await keep_typed(ctx, typed):
        return Answer()
    words = ("It was not sent. What you wrote is kept for 7 days.",)
    again = Button("Continue", Begin(tag(kind), about), "primary")
    return answer(DoneView(words, about or None, (again,), "calm"))


async def keep_typed(ctx: Context, typed: Intent) -> bool:
    """Keep what was typed into a form; False where it has none, or nothing was typed."""
    kind = type(typed)
    if kind not in FORMS or kind in NEVER_KEPT:
        return False
    about = {name: value for name, value in fields_of(typed).items() if name == "case_id"}
    try:
        blank = await FORMS[kind](ctx, build(tag(kind), about), {}, "")
    except Refusal:
        # The case has moved on, and the form with it.
        return await drafts.keep(ctx, typed, {})
    return await drafts.keep(ctx, typed, {f.name: f.value for f in blank.form.fields})


def unknown_form() -> NotKnown:
    """For a button that is not one of ours, or of a version that is gone."""
    return NotKnown(
        code="unknown.form",
        what="The desk does not know that button any more.",
        next_step="Ask for the case again and use the buttons on its card.",
    )


HANDLERS: Mapping[type[Any], Handler] = {
    i.Help: help.handle,
    i.Begin: begin,
    i.OpenCase: open_case.handle,
    i.ListCases: my_cases.list_cases,
    i.ShowCase: my_cases.show,
    i.ShowTimeline: my_cases.timeline,
    i.AskWhy: my_cases.why,
    i.AskQuota: quota.quota,
    i.AskTam: tam.who,
    i.CallTam: tam.call,
    i.Say: say.handle,
    i.EditMessage: say.edit,
    i.DeleteMessage: say.delete,
    i.WithdrawCase: reject.withdraw,
    i.ReopenCase: resolve.reopen,
    i.ConfirmCase: resolve.confirm,
    i.ObjectToRegrade: regrade.object_,
    i.ClaimCase: claim_case.claim,
    i.HandOver: claim_case.hand_over,
    i.ReplyToPartner: reply.handle,
    i.SendToPartner: reply.send_on,
    i.WaitOnPartner: wait.handle,
    i.RegradeCase: regrade.handle,
    i.RejectCase: reject.handle,
    i.ResolveCase: resolve.handle,
    i.ShowQueue: my_cases.show_queue,
    i.SetDuty: help.set_duty,
    i.Acknowledge: escalation.acknowledge,
    i.JoinThread: escalation.join,
    i.HandToCover: escalation.hand_to_cover,
    i.ListPartners: quota.partners,
    i.AskSignIn: sign_in.handle,
    i.LinkWorkspace: link.handle,
    i.KeepDraft: keep_draft,
}


async def dispatch(ctx: Context, intent: Intent) -> Answer:
    """Let the conversation of this intent answer it; the draft of a form that was sent is gone."""
    done = await HANDLERS[type(intent)](ctx, intent)
    if done.accepted and type(intent) in FORMS:
        await drafts.drop(ctx, intent)
    return done


async def form_again(
    ctx: Context, intent: Intent, faults: Mapping[str, str], error: str
) -> FormView | None:
    """The form once more, with what was typed and what is wrong; None for a formless intent."""
    builder = FORMS.get(type(intent))
    return await builder(ctx, intent, faults, error) if builder else None
