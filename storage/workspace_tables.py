"""The tables of other people's workspaces: installations, references, codes, drafts."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from storage.columns import Instant, Words, key


class InstallationRow(Model):
    """The desk in a workspace; both tokens are encrypted, `renewing_until` is a lease."""

    id = fields.BigIntField(primary_key=True)
    platform = key()
    workspace = key()
    enterprise = key()
    bot_user = key()
    bot_id = key()
    token = fields.TextField()
    refresh_token = fields.TextField()
    scopes = fields.TextField()
    expires_at = Instant(null=True)
    renewing_until = Instant(null=True)
    installed_by = key()
    name = Words()

    class Meta:
        table = "installations"


class CodeRow(Model):
    """A one-time code of a partner, by the hash of it."""

    code_hash = fields.CharField(max_length=200, primary_key=True)
    partner_id = key()
    expires_at = Instant()
    used_at = Instant(null=True)
    used_in = Words()

    class Meta:
        table = "codes"


class CodeAttemptRow(Model):
    """How many codes a workspace has tried."""

    id = fields.BigIntField(primary_key=True)
    platform = key()
    workspace = key()
    number = fields.IntField()
    began_at = Instant()

    class Meta:
        table = "code_attempts"


class StateRow(Model):
    """A state of an OAuth flow, by the hash of it; using it up removes it."""

    state_hash = fields.CharField(max_length=200, primary_key=True)
    value = Words()
    expires_at = Instant()

    class Meta:
        table = "oauth_states"


class DraftRow(Model):
    """What somebody typed into a form; `typed` is JSON, field by field."""

    id = fields.BigIntField(primary_key=True)
    person_id = key()
    form = key()
    case_id = fields.BigIntField()
    typed = fields.TextField()
    kept_at = Instant()

    class Meta:
        table = "drafts"


class ReferenceRow(Model):
    """How somebody or a channel is reached; a table of the name alone would be a word of SQL."""

    id = fields.BigIntField(primary_key=True)
    platform = key()
    workspace = key()
    target = key()
    service_url = Words()
    conversation = Words()
    account = key()
    closed = Words()

    class Meta:
        table = "chat_references"
