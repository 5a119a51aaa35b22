"""One transaction and the repositories in it."""

from __future__ import annotations

from functools import cached_property

from storage.cases import StoredCases
from storage.chat import StoredChat
from storage.cipher import Cipher
from storage.codes import StoredCodes
from storage.drafts import StoredDrafts
from storage.inbox import StoredInbox
from storage.installations import StoredInstallations
from storage.ledger import StoredLedger
from storage.messages import StoredMessages
from storage.notes import StoredNotes
from storage.outbox import StoredOutbox
from storage.people import StoredPeople
from storage.posts import StoredPosts
from storage.references import StoredReferences
from storage.sql import Sql
from storage.timeline import StoredTimeline


class StoredWork:
    """Implements `desk.ports.UnitOfWork`; a repository is made when it is first asked for."""

    def __init__(self, sql: Sql, cipher: Cipher | None = None) -> None:
        self._sql = sql
        self._cipher = cipher

    @cached_property
    def cases(self) -> StoredCases:
        """The cases."""
        return StoredCases()

    @cached_property
    def timeline(self) -> StoredTimeline:
        """What happened."""
        return StoredTimeline()

    @cached_property
    def messages(self) -> StoredMessages:
        """What was said."""
        return StoredMessages()

    @cached_property
    def people(self) -> StoredPeople:
        """Partners, persons and places."""
        return StoredPeople(self._sql)

    @cached_property
    def ledger(self) -> StoredLedger:
        """The quota."""
        return StoredLedger(self._sql)

    @cached_property
    def outbox(self) -> StoredOutbox:
        """Notices to be delivered."""
        return StoredOutbox(self._sql)

    @cached_property
    def posts(self) -> StoredPosts:
        """The desk's own messages."""
        return StoredPosts(self._sql)

    @cached_property
    def inbox(self) -> StoredInbox:
        """Inbound event ids."""
        return StoredInbox(self._sql)

    @cached_property
    def notes(self) -> StoredNotes:
        """Facts of the installation."""
        return StoredNotes(self._sql)

    @cached_property
    def chat(self) -> StoredChat:
        """The desk's own chat."""
        return StoredChat(self._sql)

    @cached_property
    def installations(self) -> StoredInstallations:
        """Where the desk is installed."""
        return StoredInstallations(self._sql, self._cipher)

    @cached_property
    def references(self) -> StoredReferences:
        """How people and channels are reached."""
        return StoredReferences(self._sql)

    @cached_property
    def codes(self) -> StoredCodes:
        """One-time secrets."""
        return StoredCodes(self._sql)

    @cached_property
    def drafts(self) -> StoredDrafts:
        """Forms that were begun and not sent."""
        return StoredDrafts(self._sql)
