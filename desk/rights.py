"""Who may do which verb to which case: the one place where rights are decided."""

from __future__ import annotations

from desk.case import Case, Verb
from desk.errors import NotAllowed, NotKnown
from desk.people import Partner, Person, Role

CONTACT_VERBS = frozenset(
    {
        Verb.SEE,
        Verb.ADD,
        Verb.WITHDRAW,
        Verb.CONFIRM,
        Verb.REOPEN,
        Verb.OBJECT,
        Verb.CALL_TAM,
    }
)
VENDOR_VERBS = frozenset({Verb.SEE, Verb.SEE_INTERNAL, Verb.NOTE})
ENGINEER_VERBS = frozenset(
    {
        Verb.CLAIM,
        Verb.HAND_OVER,
        Verb.REPLY,
        Verb.WAIT,
        Verb.REGRADE,
        Verb.REJECT,
        Verb.RESOLVE,
    }
)

_STAFF = frozenset({Role.ENGINEER, Role.TAM, Role.DUTY_MANAGER, Role.OPERATOR})


def may(person: Person, verb: Verb, case: Case, partner: Partner, tam: Person | None) -> bool:
    """Whether `person` may do `verb` to `case` of `partner`, whose designated TAM is `tam`.

    A contact may do the partner's verbs to cases of the own partner, and learns of no others.
    Engineers and duty managers work on every case. An escalation is acknowledged by the
    designated TAM, by whoever covers for them, or by a duty manager.
    """
    if not person.is_vendor:
        return person.partner_id == case.partner_id and verb in CONTACT_VERBS
    if verb in VENDOR_VERBS:
        return bool(person.roles & _STAFF)
    if verb is Verb.ACKNOWLEDGE:
        covers = tam is not None and person.id in {tam.id, tam.cover_id}
        return covers or Role.DUTY_MANAGER in person.roles
    if verb in ENGINEER_VERBS:
        return bool(person.roles & {Role.ENGINEER, Role.DUTY_MANAGER})
    return False


def require(
    person: Person, verb: Verb, case: Case | None, partner: Partner | None, tam: Person | None
) -> Case:
    """The case, if `person` may do `verb` to it.

    Raises `NotKnown` where the person may not even see it, in the words used for a case that
    does not exist, and `NotAllowed` where they see it but have no such right.
    """
    if case is None or partner is None or not may(person, Verb.SEE, case, partner, tam):
        raise unknown_case()
    if not may(person, verb, case, partner, tam):
        who = "the partner's contacts" if verb in CONTACT_VERBS else "the vendor's engineers"
        if verb is Verb.ACKNOWLEDGE:
            who = "the partner's TAM, their cover and the duty managers"
        raise NotAllowed(
            code=f"not_allowed.{verb}",
            what=f"Nothing was changed on {case.number}.",
            why=f"This is for {who}.",
        )
    return case


def unknown_case() -> NotKnown:
    """The one answer for a case that is missing and for one that is somebody else's."""
    return NotKnown(
        code="unknown.case",
        what="There is no such case.",
        why="The number may be mistyped, or the case belongs to somebody else.",
        next_step="Look at your cases and pick it there.",
    )
