"""The indexes that must exist, by name; the migrations of both databases are held to this list.

Tortoise can neither make nor describe partial and unique indexes on both databases.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Index:
    """An index that must exist; `where` says that it is partial."""

    table: str
    columns: tuple[str, ...]
    unique: bool = False
    where: bool = False


INDEXES: dict[str, Index] = {
    "cases_by_next_rung": Index("cases", ("next_rung_at", "id"), where=True),
    "cases_with_clock": Index("cases", ("id",), where=True),
    "cases_by_partner": Index("cases", ("partner_id", "opened_at", "id")),
    "cases_open": Index("cases", ("priority", "rank", "due_at", "id"), where=True),
    "cases_by_owner": Index("cases", ("owner_id",), where=True),
    "timeline_by_case": Index("timeline", ("case_id", "id")),
    "messages_by_case": Index("messages", ("case_id", "id")),
    "messages_by_source": Index("messages", ("source",), unique=True, where=True),
    "attachments_by_message": Index("attachments", ("message_id", "position")),
    "persons_by_email": Index("persons", ("email_key",), where=True),
    "identities_by_account": Index("identities", ("platform", "workspace", "user"), unique=True),
    "identities_by_person": Index("identities", ("person_id", "position")),
    "places_by_channel": Index("places", ("platform", "workspace", "channel")),
    "workspaces_by_name": Index("workspaces", ("platform", "workspace"), unique=True),
    "quota_by_period": Index("quota", ("partner_id", "period"), unique=True),
    "ledger_by_period": Index("ledger", ("partner_id", "period", "id")),
    "ledger_once_a_case": Index("ledger", ("case_id", "move"), unique=True, where=True),
    "outbox_by_key": Index("outbox", ("key",), unique=True),
    "outbox_unsent": Index("outbox", ("urgency", "id"), where=True),
    "outbox_in_sequence": Index("outbox", ("sequence", "id"), where=True),
    "outbox_by_case": Index("outbox", ("case_id", "id")),
    "outbox_by_ladder": Index("outbox", ("ladder",), where=True),
    "posts_by_message": Index(
        "posts", ("platform", "workspace", "channel", "message_id"), unique=True
    ),
    "posts_by_thread": Index("posts", ("platform", "workspace", "channel", "thread"), where=True),
    "posts_by_case": Index("posts", ("case_id", "id")),
    "job_runs_once": Index("job_runs", ("job", "period"), unique=True),
    "chat_by_key": Index("chat", ("key",), unique=True, where=True),
    "chat_by_conversation": Index("chat", ("conversation", "id")),
    "chat_by_thread": Index("chat", ("thread", "id"), where=True),
    "chat_by_seq": Index("chat", ("seq",), unique=True),
    "installations_by_workspace": Index("installations", ("platform", "workspace"), unique=True),
    "code_attempts_once": Index("code_attempts", ("platform", "workspace"), unique=True),
    "chat_references_once": Index(
        "chat_references", ("platform", "workspace", "target"), unique=True
    ),
    "drafts_once": Index("drafts", ("person_id", "form", "case_id"), unique=True),
    "chat_reads_once": Index("chat_reads", ("person_id", "conversation"), unique=True),
}
