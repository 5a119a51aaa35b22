-- Times are whole microseconds since 1970 (UTC); 0 and 1 are no and yes.

CREATE TABLE cases (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    partner_id TEXT NOT NULL,
    opener_id TEXT NOT NULL,
    program TEXT NOT NULL,
    plan TEXT NOT NULL,
    category TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    product TEXT NOT NULL,
    customer TEXT NOT NULL,
    coordination TEXT NOT NULL,
    language TEXT NOT NULL,
    priority INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    cycles TEXT NOT NULL,
    owner_id TEXT,
    resolved_at INTEGER,
    ended_at INTEGER,
    duplicate_of INTEGER,
    ground TEXT,
    rating INTEGER,
    rating_comment TEXT NOT NULL,
    objected_at INTEGER,
    claimed_once INTEGER NOT NULL,
    replied_once INTEGER NOT NULL,
    version INTEGER NOT NULL,
    due_at INTEGER,
    next_rung_at INTEGER,
    search TEXT NOT NULL
);

-- The first case is C-1001.
INSERT INTO sqlite_sequence (name, seq) VALUES ('cases', 1000);

CREATE INDEX cases_by_next_rung ON cases (next_rung_at, id)
    WHERE next_rung_at IS NOT NULL;

CREATE INDEX cases_with_clock ON cases (id)
    WHERE due_at IS NOT NULL;

CREATE INDEX cases_by_partner ON cases (partner_id, opened_at, id);

CREATE INDEX cases_open ON cases (priority, rank, due_at, id)
    WHERE state IN ('new', 'working', 'waiting');

CREATE INDEX cases_by_owner ON cases (owner_id)
    WHERE owner_id IS NOT NULL;

CREATE TABLE timeline (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id INTEGER NOT NULL REFERENCES cases (id),
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    facts TEXT NOT NULL,
    internal INTEGER NOT NULL
);

CREATE INDEX timeline_by_case ON timeline (case_id, id);

CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id INTEGER NOT NULL REFERENCES cases (id),
    author_id TEXT NOT NULL,
    side TEXT NOT NULL,
    public INTEGER NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL,
    source TEXT NOT NULL,
    edited_at INTEGER,
    deleted_at INTEGER
);

CREATE INDEX messages_by_case ON messages (case_id, id);

CREATE UNIQUE INDEX messages_by_source ON messages (source)
    WHERE source <> '';

CREATE TABLE attachments (
    "key" TEXT NOT NULL PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES messages (id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL
);

CREATE INDEX attachments_by_message ON attachments (message_id, position);

CREATE TABLE partners (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    program TEXT NOT NULL,
    plan TEXT NOT NULL,
    subscribed_on TEXT NOT NULL,
    billing TEXT NOT NULL,
    kind TEXT NOT NULL,
    country TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    language TEXT NOT NULL,
    tam_id TEXT
);

CREATE TABLE persons (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    roles TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    email TEXT,
    email_key TEXT,
    language TEXT NOT NULL,
    partner_id TEXT,
    on_duty INTEGER NOT NULL,
    hours TEXT,
    cover_id TEXT
);

CREATE INDEX persons_by_email ON persons (email_key)
    WHERE email_key IS NOT NULL;

CREATE TABLE identities (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    "user" TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
    position INTEGER NOT NULL
);

CREATE UNIQUE INDEX identities_by_account ON identities (platform, workspace, "user");

CREATE INDEX identities_by_person ON identities (person_id, position);

CREATE TABLE places (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    name TEXT NOT NULL,
    programs TEXT NOT NULL,
    products TEXT NOT NULL,
    partner_ids TEXT NOT NULL,
    archived INTEGER NOT NULL
);

CREATE INDEX places_by_channel ON places (platform, workspace, channel);

CREATE TABLE workspaces (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    partner_id TEXT NOT NULL
);

CREATE UNIQUE INDEX workspaces_by_name ON workspaces (platform, workspace);

CREATE TABLE quota (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    partner_id TEXT NOT NULL,
    period TEXT NOT NULL,
    cap INTEGER,
    used INTEGER NOT NULL,
    package_units INTEGER NOT NULL,
    package_used INTEGER NOT NULL,
    owed INTEGER NOT NULL,
    CHECK (used >= 0),
    CHECK (package_used BETWEEN 0 AND package_units),
    CHECK (owed >= 0)
);

CREATE UNIQUE INDEX quota_by_period ON quota (partner_id, period);

CREATE TABLE ledger (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    partner_id TEXT NOT NULL,
    period TEXT NOT NULL,
    at INTEGER NOT NULL,
    move TEXT NOT NULL,
    units INTEGER NOT NULL,
    pool TEXT NOT NULL,
    case_id INTEGER,
    "by" TEXT NOT NULL,
    note TEXT NOT NULL,
    balance INTEGER
);

CREATE INDEX ledger_by_period ON ledger (partner_id, period, id);

CREATE UNIQUE INDEX ledger_once_a_case ON ledger (case_id, move)
    WHERE case_id IS NOT NULL;

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    "key" TEXT NOT NULL,
    kind TEXT NOT NULL,
    case_id INTEGER,
    notice TEXT NOT NULL,
    recipient TEXT NOT NULL,
    sequence TEXT NOT NULL,
    urgency INTEGER NOT NULL,
    ladder TEXT,
    not_before INTEGER,
    state TEXT NOT NULL,
    planned_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    claimed_until INTEGER,
    sent_at INTEGER,
    address TEXT NOT NULL,
    message_id TEXT NOT NULL,
    error TEXT NOT NULL
);

CREATE UNIQUE INDEX outbox_by_key ON outbox ("key");

CREATE INDEX outbox_unsent ON outbox (urgency, id)
    WHERE state IN ('planned', 'claimed');

CREATE INDEX outbox_in_sequence ON outbox (sequence, id)
    WHERE state IN ('planned', 'claimed');

CREATE INDEX outbox_by_case ON outbox (case_id, id);

CREATE INDEX outbox_by_ladder ON outbox (ladder)
    WHERE ladder IS NOT NULL;

CREATE TABLE posts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id INTEGER NOT NULL REFERENCES cases (id),
    side TEXT NOT NULL,
    what TEXT NOT NULL,
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    message_id TEXT NOT NULL,
    thread TEXT NOT NULL
);

CREATE UNIQUE INDEX posts_by_message ON posts (platform, workspace, channel, message_id);

CREATE INDEX posts_by_thread ON posts (platform, workspace, channel, thread)
    WHERE thread <> '';

CREATE INDEX posts_by_case ON posts (case_id, id);

CREATE TABLE inbox (
    event_id TEXT NOT NULL PRIMARY KEY,
    entered_at INTEGER NOT NULL,
    case_id INTEGER
);

CREATE TABLE notes (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE links (
    secret_hash TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
);

CREATE TABLE job_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job TEXT NOT NULL,
    period TEXT NOT NULL
);

CREATE UNIQUE INDEX job_runs_once ON job_runs (job, period);

CREATE TABLE chat (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation TEXT NOT NULL,
    thread INTEGER,
    author_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    at INTEGER NOT NULL,
    "key" TEXT,
    files TEXT NOT NULL,
    edited_at INTEGER,
    deleted_at INTEGER,
    seq INTEGER NOT NULL,
    born INTEGER NOT NULL,
    replies INTEGER NOT NULL
);

CREATE UNIQUE INDEX chat_by_key ON chat ("key")
    WHERE "key" IS NOT NULL;

CREATE INDEX chat_by_conversation ON chat (conversation, id);

CREATE INDEX chat_by_thread ON chat (thread, id)
    WHERE thread IS NOT NULL;

CREATE UNIQUE INDEX chat_by_seq ON chat (seq);

CREATE TABLE chat_reads (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id TEXT NOT NULL,
    conversation TEXT NOT NULL,
    seq INTEGER NOT NULL
);

CREATE UNIQUE INDEX chat_reads_once ON chat_reads (person_id, conversation);

CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
);

INSERT INTO counters (name, value) VALUES ('chat', 0);
