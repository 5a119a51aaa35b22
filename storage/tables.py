"""The tables as Tortoise models: cases and what is said in them, the roster, the quota.

`storage/migrations` makes the tables, and a test compares the two. Nothing but the files beside
this one may see a model: they speak the desk's dataclasses.
"""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from desk.case import Category, Ground, State
from desk.notices import Side
from desk.people import Billing, Coordination, PlaceKind
from desk.records import Move
from storage.columns import Instant, Words, key


class CaseRow(Model):
    """A case; its cycles are JSON, and what is asked for is in columns of its own.

    `due_at` and `next_rung_at` are those of the cycle in force, empty once its clock is over.
    """

    id = fields.BigIntField(primary_key=True)
    partner_id = key()
    opener_id = key()
    program = key()
    plan = key()
    category = fields.CharEnumField(Category, max_length=20)
    title = Words()
    description = Words()
    product = Words()
    customer = Words()
    coordination = fields.CharEnumField(Coordination, max_length=30)
    language = key()
    priority = fields.IntField()
    rank = fields.IntField()
    opened_at = Instant()
    state = fields.CharEnumField(State, max_length=20)
    cycles = fields.TextField()
    owner_id = fields.CharField(max_length=200, null=True)
    resolved_at = Instant(null=True)
    ended_at = Instant(null=True)
    duplicate_of = fields.BigIntField(null=True)
    ground = fields.CharEnumField(Ground, max_length=20, null=True)
    rating = fields.IntField(null=True)
    rating_comment = Words()
    objected_at = Instant(null=True)
    claimed_once = fields.BooleanField()
    replied_once = fields.BooleanField()
    version = fields.IntField()
    due_at = Instant(null=True)
    next_rung_at = Instant(null=True)
    search = fields.TextField()

    class Meta:
        table = "cases"


class EntryRow(Model):
    """A line of a case's timeline: the event's class and its fields as JSON."""

    id = fields.BigIntField(primary_key=True)
    case_id = fields.BigIntField()
    at = Instant()
    kind = key()
    facts = fields.TextField()
    internal = fields.BooleanField()

    class Meta:
        table = "timeline"


class MessageRow(Model):
    """Something said in a case."""

    id = fields.BigIntField(primary_key=True)
    case_id = fields.BigIntField()
    author_id = key()
    side = fields.CharEnumField(Side, max_length=20)
    public = fields.BooleanField()
    text = Words()
    at = Instant()
    source = Words()
    edited_at = Instant(null=True)
    deleted_at = Instant(null=True)

    class Meta:
        table = "messages"


class AttachmentRow(Model):
    """A file of a message, found by its key in the file store."""

    key = fields.CharField(max_length=200, primary_key=True)
    message_id = fields.BigIntField()
    position = fields.IntField()
    name = Words()
    media_type = Words()
    size = fields.BigIntField()

    class Meta:
        table = "attachments"


class PartnerRow(Model):
    """A partner of the roster."""

    id = fields.CharField(max_length=200, primary_key=True)
    name = Words()
    program = key()
    plan = key()
    subscribed_on = key()
    billing = fields.CharEnumField(Billing, max_length=20)
    kind = key()
    country = key()
    time_zone = key()
    language = key()
    tam_id = fields.CharField(max_length=200, null=True)

    class Meta:
        table = "partners"


class PersonRow(Model):
    """A person of the roster; `email_key` is the address as it is compared."""

    id = fields.CharField(max_length=200, primary_key=True)
    name = Words()
    roles = fields.TextField()
    time_zone = key()
    email = Words(null=True)
    email_key = Words(null=True)
    language = key()
    partner_id = fields.CharField(max_length=200, null=True)
    on_duty = fields.BooleanField()
    hours = fields.TextField(null=True)
    cover_id = fields.CharField(max_length=200, null=True)

    class Meta:
        table = "persons"


class IdentityRow(Model):
    """An account of a person on a chat platform; an account is one person's."""

    id = fields.BigIntField(primary_key=True)
    platform = key()
    workspace = key()
    user = key()
    person_id = key()
    position = fields.IntField()

    class Meta:
        table = "identities"


class PlaceRow(Model):
    """A channel of the roster."""

    id = fields.CharField(max_length=200, primary_key=True)
    kind = fields.CharEnumField(PlaceKind, max_length=20)
    platform = key()
    workspace = key()
    channel = key()
    name = Words()
    programs = fields.TextField()
    products = fields.TextField()
    partner_ids = fields.TextField()
    archived = fields.BooleanField()

    class Meta:
        table = "places"


class WorkspaceRow(Model):
    """A platform's workspace that belongs to one partner, by the roster or `by_code`."""

    id = fields.BigIntField(primary_key=True)
    platform = key()
    workspace = key()
    partner_id = key()
    by_code = fields.BooleanField()

    class Meta:
        table = "workspaces"


class QuotaRow(Model):
    """The counters of a partner's period; `cap` is the plan's, as last asked for."""

    id = fields.BigIntField(primary_key=True)
    partner_id = key()
    period = key()
    cap = fields.IntField(null=True)
    used = fields.IntField()
    package_units = fields.IntField()
    package_used = fields.IntField()
    owed = fields.IntField()

    class Meta:
        table = "quota"


class LedgerRow(Model):
    """One movement of the quota."""

    id = fields.BigIntField(primary_key=True)
    partner_id = key()
    period = key()
    at = Instant()
    move = fields.CharEnumField(Move, max_length=20)
    units = fields.IntField()
    pool = key()
    case_id = fields.BigIntField(null=True)
    by = Words()
    note = Words()
    balance = fields.IntField(null=True)

    class Meta:
        table = "ledger"
