"""What Slack's refusals mean: who has to mend what, and whether trying again can help.

`Refused` carries Slack's own word for it; `translated` makes of it one of the three ways in which
a platform may fail.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum

from bot.platform import Permanent, Retryable, SignInBroken


class Refused(Exception):
    """Slack answered that it will not: `code` is its word, `needed` the scope that is missing."""

    def __init__(self, method: str, code: str, needed: str = "") -> None:
        super().__init__(f"{method}: {code}" + (f" ({needed})" if needed else ""))
        self.method = method
        self.code = code
        self.needed = needed


class Busy(Retryable):
    """Too many calls: Slack said how long to wait, and did nothing."""


class Lost(Retryable):
    """No proper answer came: whether Slack did it, nobody knows."""


class Kind(Enum):
    """What can be done about a refusal."""

    LATER = "later"
    PLACE = "place"
    SIGN_IN = "sign_in"
    MISTAKE = "mistake"


_INVITE = "Invite the app to the channel: /invite @Partnerdesk."
_OTHER = "Name another channel in the roster and apply it."
_RENEW = "Install the app anew, and give its new token to the desk."
# After these some of it may have been done, says Slack.
_HALF_DONE = frozenset({"internal_error", "fatal_error"})

_SMALLER = "Report it: the desk made a message that Slack does not take."
_POLICY = "Ask the workspace's administrators to let the app write there."

# Slack's word: what kind it is, what happened in words, and how to mend it.
TABLE: Mapping[str, tuple[Kind, str, str]] = {
    "ratelimited": (Kind.LATER, "Slack asks to wait", ""),
    "rate_limited": (Kind.LATER, "Slack asks to wait", ""),
    "message_limit_exceeded": (Kind.LATER, "too many messages at once", ""),
    "internal_error": (Kind.LATER, "Slack had an error of its own", ""),
    "fatal_error": (Kind.LATER, "Slack had an error of its own", ""),
    "request_timeout": (Kind.LATER, "Slack did not get the whole request", ""),
    "service_unavailable": (Kind.LATER, "Slack is not available", ""),
    "team_added_to_org": (Kind.LATER, "the workspace is moving into an organisation", ""),
    "accesslimited": (Kind.LATER, "Slack limits access for the moment", ""),
    "access_denied": (Kind.PLACE, "Slack denies access", _POLICY),
    "no_permission": (Kind.PLACE, "the app may not do that there", _POLICY),
    "ekm_access_denied": (Kind.PLACE, "the workspace's keys are withdrawn", _POLICY),
    "channel_not_found": (Kind.PLACE, "the channel is gone, or the app is not in it", _INVITE),
    "not_in_channel": (Kind.PLACE, "the app is not in the channel", _INVITE),
    "is_archived": (Kind.PLACE, "the channel is archived", _OTHER),
    "channel_is_archived": (Kind.PLACE, "the channel is archived", _OTHER),
    "is_inactive": (Kind.PLACE, "the channel is frozen", _OTHER),
    "restricted_action": (Kind.PLACE, "only few may post there", _POLICY),
    "restricted_action_read_only_channel": (Kind.PLACE, "the channel is read-only", _POLICY),
    "restricted_action_thread_only_channel": (Kind.PLACE, "only threads may be written", _POLICY),
    "restricted_action_non_threadable_channel": (Kind.PLACE, "no threads there", _POLICY),
    "restricted_action_thread_locked": (Kind.PLACE, "the thread is locked", "Unlock the thread."),
    "as_user_not_supported": (Kind.MISTAKE, "the app may not post like that", _SMALLER),
    "thread_not_found": (Kind.PLACE, "the thread is gone", _OTHER),
    "message_not_found": (Kind.PLACE, "the message is gone", ""),
    "cant_update_message": (Kind.PLACE, "the message may not be changed", ""),
    "cant_delete_message": (Kind.PLACE, "the message may not be deleted", ""),
    "edit_window_closed": (Kind.PLACE, "the message is too old to be changed", ""),
    "user_not_found": (Kind.PLACE, "there is no such person", "Correct the account in the roster."),
    "users_not_found": (
        Kind.PLACE,
        "there is no such person",
        "Correct the account in the roster.",
    ),
    "user_not_visible": (Kind.PLACE, "the app cannot see this person", _INVITE),
    "user_disabled": (Kind.PLACE, "the person's account is closed", "Take it out of the roster."),
    "account_disabled": (
        Kind.PLACE,
        "the person's account is closed",
        "Take it out of the roster.",
    ),
    "cannot_dm_bot": (Kind.PLACE, "this account is a bot's", "Correct the account in the roster."),
    "messages_tab_disabled": (
        Kind.PLACE,
        "the app takes no direct messages",
        "Turn on the Messages tab of the app's Home, as the manifest does.",
    ),
    "external_channel_migrating": (Kind.LATER, "the channel is moving", ""),
    "team_access_not_granted": (Kind.PLACE, "the workspace does not let the app in", _POLICY),
    "org_login_required": (Kind.LATER, "the workspace is moving", ""),
    "invalid_auth": (Kind.SIGN_IN, "the token is not valid", _RENEW),
    "not_authed": (Kind.SIGN_IN, "no token was given", _RENEW),
    "token_revoked": (Kind.SIGN_IN, "the token was revoked", _RENEW),
    "token_expired": (Kind.SIGN_IN, "the token has expired", _RENEW),
    "account_inactive": (Kind.SIGN_IN, "the app was removed from the workspace", _RENEW),
    "missing_scope": (Kind.SIGN_IN, "the app lacks a scope", "Install the app anew."),
    "not_allowed_token_type": (Kind.SIGN_IN, "it is a token of the wrong kind", _RENEW),
    "ekm_not_available": (Kind.LATER, "the workspace's keys are not available", ""),
    "msg_too_long": (Kind.MISTAKE, "the message is too long", _SMALLER),
    "msg_blocks_too_long": (Kind.MISTAKE, "the message is too long", _SMALLER),
    "invalid_blocks": (Kind.MISTAKE, "Slack does not take these blocks", _SMALLER),
    "invalid_blocks_format": (Kind.MISTAKE, "Slack does not take these blocks", _SMALLER),
    "no_text": (Kind.MISTAKE, "there was nothing in the message", _SMALLER),
    "invalid_arguments": (Kind.MISTAKE, "Slack does not take these arguments", _SMALLER),
    "metadata_too_large": (Kind.MISTAKE, "the metadata is too large", _SMALLER),
    "metadata_must_be_sent_from_app": (Kind.MISTAKE, "the token is not an app's", _RENEW),
    "view_too_large": (Kind.MISTAKE, "the view is too large", _SMALLER),
    "file_not_found": (Kind.PLACE, "the file is gone", ""),
}


def translated(refused: Refused, *, own: bool) -> Permanent | SignInBroken:
    """One of the ways to fail for good. `own`: the desk's own workspace, not a partner's.

    A partner's workspace that throws the app out must not silence the others: there it is the
    place that will not take it.
    """
    unknown = f'Slack answers "{refused.code}"', "Look it up in Slack's reference."
    _, what, mend = TABLE.get(refused.code, (Kind.MISTAKE, *unknown))
    if refused.needed:
        what, mend = f"the app lacks the scope {refused.needed}", f"Add it. {mend}"
    if own and is_sign_in(refused):
        return SignInBroken(what)
    return Permanent(what, mend)


def refusal(method: str, code: str, needed: str = "") -> Refused | Retryable:
    """What Slack's word for why it will not is to us."""
    kind, what, _ = TABLE.get(code, (Kind.MISTAKE, "", ""))
    if code in _HALF_DONE:
        return Lost(what)
    return Retryable(what) if kind is Kind.LATER else Refused(method, code, needed)


def is_sign_in(refused: Refused) -> bool:
    """Whether it is the token that is refused, and not what was asked with it."""
    kind, *_ = TABLE.get(refused.code, (Kind.MISTAKE, "", ""))
    return kind is Kind.SIGN_IN and refused.code != "missing_scope"


def busy(after: str | None) -> Busy:
    """A 429 with its Retry-After, in seconds."""
    seconds = float(after) if after and after.isascii() and after.isdigit() else None
    wait = timedelta(seconds=min(seconds, 3600)) if seconds is not None else None
    return Busy("Slack asks to wait", wait)
