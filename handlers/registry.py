"""Which conversation answers which intent: the one table, and the forms that complete them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from desk.case import Verb, check
from desk.errors import NotKnown
from handlers import (
    claim_case,
    escalation,
    help,
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
from handlers.intent_codec import INTENTS, BadIntent, build
from handlers.intents import Intent
from handlers.views.kinds import FormView

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
}

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
    return answer(await FORMS[kind](ctx, wanted, {}, ""), case_id=intent.case_id or None)


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
}


async def dispatch(ctx: Context, intent: Intent) -> Answer:
    """Let the conversation of this intent answer it."""
    return await HANDLERS[type(intent)](ctx, intent)


async def form_again(
    ctx: Context, intent: Intent, faults: Mapping[str, str], error: str
) -> FormView | None:
    """The form once more, with what was typed and what is wrong; None for a formless intent."""
    builder = FORMS.get(type(intent))
    return await builder(ctx, intent, faults, error) if builder else None
