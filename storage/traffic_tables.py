"""The tables of what comes in and goes out: notices, posts, inbound events, notes and the chat."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from desk.notices import Side
from desk.records import Delivery
from storage.columns import Instant, Words, key


class NoticeRow(Model):
    """A notice to be delivered; `kind` and `case_id` are the notice's own, to order it by."""

    id = fields.BigIntField(primary_key=True)
    kind = key()
    key = Words()
    case_id = fields.BigIntField(null=True)
    notice = fields.TextField()
    recipient = fields.TextField()
    sequence = Words()
    urgency = fields.IntField()
    ladder = Words(null=True)
    not_before = Instant(null=True)
    state = fields.CharEnumField(Delivery, max_length=20)
    planned_at = Instant()
    changed_at = Instant()
    attempts = fields.IntField()
    claimed_until = Instant(null=True)
    sent_at = Instant(null=True)
    address = Words()
    message_id = Words()
    error = Words()

    class Meta:
        table = "outbox"


class PostRow(Model):
    """Where one of the desk's own messages is."""

    id = fields.BigIntField(primary_key=True)
    case_id = fields.BigIntField()
    side = fields.CharEnumField(Side, max_length=20)
    what = key()
    platform = key()
    workspace = key()
    channel = key()
    message_id = key()
    thread = key()

    class Meta:
        table = "posts"


class InboxRow(Model):
    """An inbound event that was handled."""

    event_id = fields.CharField(max_length=500, primary_key=True)
    entered_at = Instant()
    case_id = fields.BigIntField(null=True)

    class Meta:
        table = "inbox"


class NoteRow(Model):
    """A small fact of the installation."""

    name = fields.CharField(max_length=200, primary_key=True)
    value = Words()

    class Meta:
        table = "notes"


class LinkRow(Model):
    """A one-time sign-in link, by the hash of its secret."""

    secret_hash = fields.CharField(max_length=200, primary_key=True)
    person_id = key()
    expires_at = Instant()
    used_at = Instant(null=True)

    class Meta:
        table = "links"


class JobRow(Model):
    """A job that ran for a period."""

    id = fields.BigIntField(primary_key=True)
    job = key()
    period = key()

    class Meta:
        table = "job_runs"


class ChatRow(Model):
    """A message of the desk's own chat; `born` is the `seq` it came with, to count unread ones."""

    id = fields.BigIntField(primary_key=True)
    conversation = key()
    thread = fields.BigIntField(null=True)
    author_id = key()
    kind = key()
    body = Words()
    at = Instant()
    key = Words(null=True)
    files = fields.TextField()
    edited_at = Instant(null=True)
    deleted_at = Instant(null=True)
    seq = fields.BigIntField()
    born = fields.BigIntField()
    replies = fields.IntField()

    class Meta:
        table = "chat"


class ChatReadRow(Model):
    """How far somebody has read a conversation."""

    id = fields.BigIntField(primary_key=True)
    person_id = key()
    conversation = key()
    seq = fields.BigIntField()

    class Meta:
        table = "chat_reads"


class CounterRow(Model):
    """A number that grows by one row update, so that its values commit in their order."""

    name = fields.CharField(max_length=200, primary_key=True)
    value = fields.BigIntField()

    class Meta:
        table = "counters"
