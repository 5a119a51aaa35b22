-- How people and channels are reached, on a platform that writes only where the app was met.

CREATE TABLE chat_references (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    target TEXT NOT NULL,
    service_url TEXT NOT NULL,
    conversation TEXT NOT NULL,
    account TEXT NOT NULL,
    closed TEXT NOT NULL
);

CREATE UNIQUE INDEX chat_references_once ON chat_references (platform, workspace, target);
