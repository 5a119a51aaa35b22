"""Words become intents: commands, sentences with typos, numbers of cases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process, utils
from rapidfuzz.distance import OSA, Levenshtein

from handlers.intents import (
    AskQuota,
    AskSignIn,
    AskTam,
    AskWhy,
    Begin,
    ClaimCase,
    Help,
    Intent,
    LinkWorkspace,
    ListCases,
    ListPartners,
    SetDuty,
    ShowCase,
    ShowQueue,
    ShowTimeline,
)

# How alike words must be to be taken as meant, in percent; below it the likeliest are offered.
ALIKE = 84

# A number that can mean nothing but a case; and one that may count something else.
MARKED = re.compile(r"(?:^|(?<=\W))c(?:\s*-\s*)?(\d{1,18})\b", re.IGNORECASE)
NUMBER = re.compile(r"(?:^|\s)(?:c\s*-?\s*|#)?(\d{1,18})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A way to say an intent. `label` is its button where the desk has to guess."""

    words: tuple[str, ...]
    intent: Intent
    label: str
    vendor: bool | None = None


CONTACT, VENDOR = False, True

PHRASES: tuple[Phrase, ...] = (
    Phrase(
        (
            "open a case",
            "open case",
            "open",
            "new case",
            "new",
            "case",
            "i have a problem",
            "report a problem",
        ),
        Begin("open_case"),
        "Open a case",
        CONTACT,
    ),
    Phrase(
        ("my cases", "list my cases", "cases", "open cases", "show my cases", "list"),
        ListCases(),
        "My cases",
        CONTACT,
    ),
    Phrase(("resolved cases", "resolved"), ListCases("resolved"), "Resolved cases", CONTACT),
    Phrase(
        ("waiting cases", "waiting on us", "waiting"),
        ListCases("waiting"),
        "Waiting on us",
        CONTACT,
    ),
    Phrase(
        ("quota", "what is left of our quota", "how many cases are left", "my quota", "our quota"),
        AskQuota(),
        "Show the quota",
        CONTACT,
    ),
    Phrase(
        ("tam", "who is my tam", "who is our tam", "my tam", "technical account manager"),
        AskTam(),
        "Who is my TAM?",
        CONTACT,
    ),
    Phrase(
        ("queue", "show the queue", "what is waiting", "work", "cases", "case"),
        ShowQueue(),
        "Show the queue",
        VENDOR,
    ),
    Phrase(("mine", "my cases", "my queue"), ShowQueue("mine"), "My cases", VENDOR),
    Phrase(
        ("unclaimed", "unclaimed cases", "new cases", "nobody has"),
        ShowQueue("unclaimed"),
        "Unclaimed cases",
        VENDOR,
    ),
    Phrase(("on duty", "i am on duty", "duty on"), SetDuty(on=True), "Go on duty", VENDOR),
    Phrase(("off duty", "i am off duty", "duty off"), SetDuty(on=False), "Go off duty", VENDOR),
    Phrase(
        ("my partners", "partners", "quota", "tam", "show partners"),
        ListPartners(),
        "My partners",
        VENDOR,
    ),
    Phrase(
        ("sign in", "web link", "link to the web chat", "open the web chat", "log in"),
        AskSignIn(),
        "Sign in to the web chat",
    ),
    Phrase(("help", "what can you do", "commands", "hello", "hi", "?"), Help(), "Help"),
)

# Sentences about one case: "why is C-1042 due then", "claim 1042".
ABOUT = (
    (("why", "due", "warum"), AskWhy),
    (("timeline", "history", "log"), ShowTimeline),
    (("claim", "take"), ClaimCase),
)

# What may stand around a bare number that means a case.
SHOWING = frozenset({"a", "c", "case", "number", "open", "please", "show", "the", "ticket"})
AROUND = SHOWING | frozenset(
    {"at", "for", "i", "is", "it", "of", "on", "so", "that", "then", "was"}
)

# A code has a digit or a dash in it, which "link to the web chat" has not.
LINK = re.compile(
    r"link\s+(?:this\s+workspace\s+|code\s+)*(?P<code>(?=\S*[\d-])[\w-]{8,40}|\w{4}(?:\s+\w{4}){2})",
    re.IGNORECASE,
)
LINKING = re.compile(r"(?:link(?:\s+(?:this\s+)?workspace|\s+code)?|enter (?:a|the) code)", re.I)

COMMANDS = {"/quota": "quota", "/tam": "tam", "/desk": ""}


def understand(text: str, *, vendor: bool) -> Intent:
    """The intent of what was typed; `Help` with the sentence where it is not understood.

    `vendor` says on which side the speaker is: the same word may mean another thing there.
    """
    said = _without_command(text.strip())
    if not said:
        return Help()
    link = LINK.fullmatch(said) or LINKING.fullmatch(said)
    if link:
        return LinkWorkspace(link.groupdict().get("code", ""))
    search = re.match(r"(?:find|search)\s+(.+)", said, re.IGNORECASE | re.DOTALL)
    if search:
        words = search.group(1).strip()[:200]
        return ShowQueue(words=words) if vendor else ListCases("all", words)
    about = _about_a_case(said)
    if about is not None:
        return about
    phrase, score = likely(said, vendor=vendor)[0]
    return phrase.intent if score >= ALIKE else Help(said[:1000])


def likely(text: str, *, vendor: bool) -> Sequence[tuple[Phrase, float]]:
    """The phrases by how alike they are to `text`, the likeliest first, in percent."""
    offered = [p for p in PHRASES if p.vendor in (None, vendor)]
    scored = []
    for phrase in offered:
        found = process.extractOne(
            text[:200], phrase.words, scorer=_alike, processor=utils.default_process
        )
        scored.append((phrase, found[1]))
    return sorted(scored, key=lambda pair: -pair[1])


def _alike(one: str, other: str, **options: object) -> float:
    """Whole sentences, in any order of words; a short word must not match inside a long text."""
    if Levenshtein.distance(one, other) == 2 and OSA.distance(one, other) == 1:
        # Two neighbouring letters changed places: the commonest slip of fast fingers.
        return 95.0
    return max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other))


def is_command(text: str) -> bool:
    """Whether it begins with a command of the desk; "/var/log is full" does not."""
    return text.strip().partition(" ")[0].lower() in {"/case", *COMMANDS}


def _without_command(said: str) -> str:
    if not is_command(said):
        return said
    name, _, rest = said.partition(" ")
    name = name.lower()
    if name == "/case":
        return rest.strip() or "case"
    return f"{COMMANDS[name]} {rest}".strip() or "help"


def _about_a_case(said: str) -> Intent | None:
    """A sentence that names a case by its number."""
    marked = MARKED.search(said)
    found = marked or NUMBER.search(said)
    if found is None:
        return None
    case_id = int(found.group(1))
    rest = (said[: found.start()] + " " + said[found.end() :]).lower()
    words = re.findall(r"\w+", rest)
    if not marked and not all(w in AROUND or _alike_verb(w) for w in words):
        # "Why does every payment answer 502" is a problem, not a question about C-502.
        return None
    for verbs, kind in ABOUT:
        if any(process.extractOne(w, verbs, scorer=_alike, score_cutoff=85) for w in words):
            return kind(case_id)
    return ShowCase(case_id) if marked or set(words) <= SHOWING else None


def _alike_verb(word: str) -> bool:
    verbs = [verb for several, _ in ABOUT for verb in several]
    return process.extractOne(word, verbs, scorer=_alike, score_cutoff=85) is not None
