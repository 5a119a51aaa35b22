"""A partner's own workspace is linked by a one-time code: whoever enters it joins as a contact."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.errors import NotAllowed, NotKnown, Refusal
from desk.linking import LinkCode
from desk.notices import Trouble
from desk.people import Partner, Person, PlaceKind
from desk.ports import UnitOfWork
from handlers import announce
from handlers.context import Context, answer
from handlers.exchange import Answer, Inbound, Reply, Sender, Utterance
from handlers.intents import AskQuota, AskTam, Begin, Intent, LinkWorkspace, ListCases
from handlers.views.kinds import DoneView, FormView, RefusalView
from handlers.views.vocabulary import Button, Field, Form
from handlers.who import identify, stranger

CODE_LIVES = timedelta(days=7)
# So many wrong codes a workspace, so long: guessing one of 2^60 is hopeless then.
TRIES, WITHIN = 10, timedelta(hours=1)

# No letter that looks like a digit: what is read out on the phone is typed right.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKE = str.maketrans("OIL", "011")
_GROUPS, _GROUP = 3, 4
# A code anywhere in what somebody unknown writes: "our code is 7KQ2-M9XD-4TPW".
_CODE = re.compile(r"(?<![\w-])(?=\S*\d)\w{4}-\w{4}-\w{4}(?![\w-])")

FORM = "link_workspace"
ENTER = Button("Enter the code", Begin(FORM), "primary")


@dataclass(frozen=True, slots=True)
class Asking:
    """Who enters a code: `person` is None for somebody unknown; `typed` in words, not a form."""

    sender: Sender
    person: Person | None
    typed: bool


async def new_code(uow: UnitOfWork, partner: Partner, now: datetime) -> str:
    """Make a one-time code for a partner and return it; it is kept nowhere."""
    code = "0"
    while not set(code) & set("23456789"):
        # A digit tells it from a word, where somebody types it into a sentence.
        code = "".join(secrets.choice(ALPHABET) for _ in range(_GROUPS * _GROUP))
    await uow.codes.add(LinkCode(hashed(code), partner.id, now + CODE_LIVES))
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def hashed(code: str) -> str:
    """What is kept of a code, however it was typed: small letters, spaces, O for 0."""
    plain = unicodedata.normalize("NFKC", code).upper()
    plain = re.sub(r"[\s\-\u2010-\u2015]", "", plain).translate(_LOOKALIKE)
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


async def handle(ctx: Context, intent: LinkWorkspace) -> Answer:
    """A code, entered by somebody whom the desk knows already."""
    sender = await _may(ctx)
    if not intent.code.strip():
        return answer(draw(intent))
    return await _enter(ctx.uow, Asking(sender, ctx.person, ctx.typed), intent, ctx.now)


async def form(
    ctx: Context, intent: LinkWorkspace, faults: Mapping[str, str], error: str = ""
) -> FormView:
    """The form, for somebody whom the desk knows already."""
    await _may(ctx)
    return draw(intent, faults.get("code", ""), error)


def draw(intent: LinkWorkspace, fault: str = "", error: str = "") -> FormView:
    """One field for the code, with what was typed and what is wrong with it."""
    field = Field(
        "code",
        "Code",
        "text",
        intent.code,
        help="Your partner manager has it: twelve letters and digits, such as 7KQ2-M9XD-4TPW.",
        error=fault,
        max_length=60,
    )
    lead = ("The code links this workspace with your organisation: ",
            "whoever writes to the desk from it is a contact then.")  # fmt: skip
    return FormView("Link this workspace", Form(intent, (field,), "Link it", error=error), lead)


async def meet(uow: UnitOfWork, inbound: Inbound, intent: Intent, now: datetime) -> Answer:
    """Somebody unknown says something: a code is the only thing that they may give.

    Raises `NotKnown` with the way in for everything else.
    """
    sender = inbound.sender
    if not await _linkable(uow, sender):
        raise stranger()
    said = inbound.said
    code = _CODE.search(said.text) if isinstance(said, Utterance) else None
    if code is not None:
        intent = LinkWorkspace(code.group())
    if isinstance(intent, LinkWorkspace) and intent.code.strip():
        asking = Asking(sender, None, isinstance(said, Utterance))
        return await _enter(uow, asking, intent, now)
    if isinstance(intent, LinkWorkspace):
        return answer(draw(intent))
    if isinstance(intent, Begin) and intent.form == FORM:
        return answer(draw(LinkWorkspace()))
    raise NotKnown(
        code="unknown.workspace",
        what="This workspace is not linked with a partner yet, so nothing was done.",
        why="The desk answers people of the partners that it serves, and the vendor's own.",
        next_step="Ask your partner manager for a code and enter it here, or write: link CODE",
    )


def next_steps(refusal: Refusal) -> tuple[Button, ...]:
    """What somebody unknown can do next."""
    return (ENTER,) if refusal.code in {"unknown.workspace", "link.code"} else ()


async def _may(ctx: Context) -> Sender:
    """Whose code it would be; raises `NotAllowed` where there is nothing to be linked."""
    why = "A code makes a workspace a partner's own, and is entered there by the partner's people."
    if ctx.sender is None or ctx.person.is_vendor or not await _linkable(ctx.uow, ctx.sender):
        raise NotAllowed(code="not_allowed.link", what="Nothing was linked.", why=why)
    return ctx.sender


async def _linkable(uow: UnitOfWork, sender: Sender) -> bool:
    """Whether it can be a partner's: the web has no workspaces, and the vendor's are no partner's.

    A code that goes astray must not make the vendor's people somebody's contacts.
    """
    if not sender.workspace:
        return False
    places = await uow.people.places()
    return not any(
        place.kind is not PlaceKind.PARTNER
        and (place.platform, place.workspace) == (sender.platform, sender.workspace)
        for place in places
    )


async def _enter(uow: UnitOfWork, asking: Asking, intent: LinkWorkspace, now: datetime) -> Answer:
    sender = asking.sender
    # Counted first: the row stays locked, so that codes of one workspace come one by one.
    tries = await uow.codes.attempt(sender.platform, sender.workspace, now, now - WITHIN)
    owner = await uow.people.partner_of_workspace(sender.platform, sender.workspace)
    if owner is not None:
        await uow.codes.forgive(sender.platform, sender.workspace)
        return _linked_already(asking, owner)
    if tries.number > TRIES:
        return _told(_too_many(tries.began_at + WITHIN))
    code = await uow.codes.get(hashed(intent.code), now)
    partner = await uow.people.partner(code.partner_id) if code else None
    theirs = asking.person is None or (partner and asking.person.partner_id == partner.id)
    used_in = f"{sender.platform}:{sender.workspace}"
    if code is None or partner is None or not theirs:
        return _wrong(asking, intent, TRIES - tries.number)
    if not await uow.codes.use(code.code_hash, used_in, now):
        return _wrong(asking, intent, TRIES - tries.number)
    return await _link(uow, sender, partner, code, now)


async def _link(
    uow: UnitOfWork, sender: Sender, partner: Partner, code: LinkCode, now: datetime
) -> Answer:
    await uow.people.link_workspace(sender.platform, sender.workspace, partner.id, by_code=True)
    await uow.codes.forgive(sender.platform, sender.workspace)
    person = await identify(uow, sender)
    name = person.name
    undo = f"partnerdesk partner unlink {sender.platform} {sender.workspace}"
    notice = Trouble(
        key=f"link:{code.code_hash[:12]}",
        what=f"The {sender.platform} workspace {sender.workspace} is linked with {partner.name} "
        f"({partner.id}) now: {name} entered its code there.",
        mend=f"If that is not {partner.name}'s workspace, run `{undo}`.",
        title="A workspace was linked",
    )
    await announce.operators(uow, notice.key, notice, now)
    words = (f"This workspace is linked with {partner.name}.",
             f" Welcome, {name}: you and your colleagues here are its contacts.")  # fmt: skip
    buttons = (
        Button("Open a case", Begin("open_case"), "primary"),
        Button("My cases", ListCases()),
        Button("Show the quota", AskQuota()),
        Button("Who is my TAM?", AskTam()),
    )
    return answer(DoneView(words, buttons=buttons))


def _linked_already(asking: Asking, owner: Partner) -> Answer:
    # A guest in somebody else's workspace must not learn whose it is.
    theirs = asking.person is not None and asking.person.partner_id == owner.id
    linked = f"with {owner.name} already" if theirs else "already"
    words = (f"This workspace is linked {linked}, so the code was not used.",)
    return answer(DoneView(words, tone="notice"))


def _wrong(asking: Asking, intent: LinkWorkspace, left: int) -> Answer:
    """The same words for every reason: nobody learns which codes there are."""
    tries = "1 try is" if left == 1 else f"{left} tries are"
    why = "It may be mistyped, was used already, or is older than 7 days."
    if not asking.typed:
        fault = f"This code does not work. {why} {tries} left this hour."
        return Answer((Reply(draw(intent, fault)),), accepted=False)
    return _told(
        NotKnown(
            code="link.code",
            what="This code does not work, so nothing was linked.",
            why=why,
            next_step=f"Try it again, or ask your partner manager for a new one. "
            f"{tries} left this hour.",
        )
    )


def _too_many(until: datetime) -> NotKnown:
    return NotKnown(
        code="link.tries",
        what="Too many codes that do not work were entered here, so this one was not looked at.",
        next_step="Ask your partner manager for a new code meanwhile.",
        until=until,
    )


def _told(refusal: Refusal) -> Answer:
    # Answered rather than raised: what is raised is rolled back, and the try must be counted.
    return Answer((Reply(RefusalView(refusal, next_steps(refusal))),), accepted=False)
