-- The desk in other people's workspaces: where it is installed, how one becomes a partner's own,
-- and what people typed there without sending it.

ALTER TABLE workspaces ADD COLUMN by_code INTEGER NOT NULL DEFAULT 0;

CREATE TABLE installations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    enterprise TEXT NOT NULL,
    bot_user TEXT NOT NULL,
    bot_id TEXT NOT NULL,
    token TEXT NOT NULL,
    refresh_token TEXT NOT NULL,
    scopes TEXT NOT NULL,
    expires_at INTEGER,
    renewing_until INTEGER,
    installed_by TEXT NOT NULL,
    name TEXT NOT NULL
);

CREATE UNIQUE INDEX installations_by_workspace ON installations (platform, workspace);

CREATE TABLE codes (
    code_hash TEXT NOT NULL PRIMARY KEY,
    partner_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    used_in TEXT NOT NULL
);

CREATE TABLE code_attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    number INTEGER NOT NULL,
    began_at INTEGER NOT NULL
);

CREATE UNIQUE INDEX code_attempts_once ON code_attempts (platform, workspace);

CREATE TABLE oauth_states (
    state_hash TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    expires_at INTEGER NOT NULL
);

CREATE TABLE drafts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id TEXT NOT NULL,
    form TEXT NOT NULL,
    case_id INTEGER NOT NULL,
    typed TEXT NOT NULL,
    kept_at INTEGER NOT NULL
);

CREATE UNIQUE INDEX drafts_once ON drafts (person_id, form, case_id);
