-- +goose Up

-- One row for each feed that was ever in a plan.
CREATE TABLE feeds (
    id            TEXT    NOT NULL PRIMARY KEY,
    url           TEXT    NOT NULL,
    active        INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    next_due      INTEGER NOT NULL,
    lease_owner   TEXT    NOT NULL DEFAULT '',
    lease_until   INTEGER NOT NULL DEFAULT 0,
    cursor_url    TEXT    NOT NULL DEFAULT '',
    etag          TEXT    NOT NULL DEFAULT '',
    last_modified TEXT    NOT NULL DEFAULT '',
    body_hash     TEXT    NOT NULL DEFAULT '',
    last_poll     INTEGER NOT NULL DEFAULT 0,
    last_success  INTEGER NOT NULL DEFAULT 0,
    last_new      INTEGER NOT NULL DEFAULT 0,
    failures      INTEGER NOT NULL DEFAULT 0,
    last_error    TEXT    NOT NULL DEFAULT '',
    baselined     INTEGER NOT NULL DEFAULT 0 CHECK (baselined IN (0, 1)),
    gone          INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1))
) STRICT;
CREATE INDEX feeds_due ON feeds (next_due) WHERE active AND NOT gone;

-- The archive.
CREATE TABLE items (
    seq       INTEGER PRIMARY KEY,
    id        TEXT    NOT NULL UNIQUE,
    feed_id   TEXT    NOT NULL,
    guid      TEXT    NOT NULL,
    guid_hash TEXT    NOT NULL, -- of feed_id and guid; empty without a guid
    url       TEXT    NOT NULL,
    title     TEXT    NOT NULL,
    lead      TEXT    NOT NULL,
    body      TEXT    NOT NULL,
    author    TEXT    NOT NULL,
    language  TEXT    NOT NULL,
    tags      TEXT    NOT NULL, -- JSON array, or empty
    published INTEGER NOT NULL,
    updated   INTEGER NOT NULL,
    seen      INTEGER NOT NULL, -- when we first read it
    shown     INTEGER NOT NULL, -- when a feed was last noted to show it
    wordings  TEXT    NOT NULL  -- hashes of the texts it had, newest first
) STRICT;
CREATE INDEX items_guid ON items (guid_hash, seq) WHERE guid_hash <> '';
CREATE INDEX items_shown ON items (shown);

CREATE TABLE stories (
    id       TEXT    NOT NULL PRIMARY KEY,
    story    TEXT    NOT NULL CHECK (json_valid(story)),
    written  INTEGER NOT NULL -- when an item last joined or changed it
) STRICT;
CREATE INDEX stories_written ON stories (written);

-- Which item belongs to which story, in the order of recording.
CREATE TABLE members (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    item_id  TEXT    NOT NULL UNIQUE REFERENCES items (id) ON DELETE CASCADE,
    story_id TEXT    NOT NULL REFERENCES stories (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX members_story ON members (story_id, seq);

CREATE TABLE matches (
    item_id  TEXT    NOT NULL REFERENCES items (id) ON DELETE CASCADE,
    rule_id  TEXT    NOT NULL,
    theme    TEXT    NOT NULL,
    severity INTEGER NOT NULL, -- 0 info to 4 critical
    proof    TEXT    NOT NULL CHECK (json_valid(proof)),
    PRIMARY KEY (item_id, rule_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE alerts (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    id       TEXT    NOT NULL UNIQUE,
    story_id TEXT    NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    reason   TEXT    NOT NULL,
    severity INTEGER NOT NULL, -- 0 info to 4 critical
    raised   INTEGER NOT NULL,
    alert    TEXT    NOT NULL CHECK (json_valid(alert))
) STRICT;
CREATE INDEX alerts_story ON alerts (story_id, seq);

CREATE TABLE alert_themes (
    theme     TEXT    NOT NULL,
    alert_seq INTEGER NOT NULL REFERENCES alerts (seq) ON DELETE CASCADE,
    PRIMARY KEY (theme, alert_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_themes_alert ON alert_themes (alert_seq);

-- The outbox and its ledger.
CREATE TABLE deliveries (
    seq            INTEGER PRIMARY KEY AUTOINCREMENT,
    id             TEXT    NOT NULL UNIQUE,
    alert_id       TEXT    NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    story_id       TEXT    NOT NULL,
    channel        TEXT    NOT NULL,
    kind           TEXT    NOT NULL CHECK (kind IN ('post', 'reply', 'update')),
    state          TEXT    NOT NULL CHECK (state IN ('pending', 'sending', 'unsure', 'sent', 'dead', 'dropped')),
    attempts       INTEGER NOT NULL,
    not_before     INTEGER NOT NULL,
    tried          INTEGER NOT NULL,
    receipt_ref    TEXT    NOT NULL,
    receipt_target TEXT    NOT NULL,
    receipt_at     INTEGER NOT NULL,
    last_error     TEXT    NOT NULL,
    created        INTEGER NOT NULL
) STRICT;
CREATE INDEX deliveries_alert ON deliveries (alert_id, channel);
CREATE INDEX deliveries_story ON deliveries (story_id, channel);
CREATE INDEX deliveries_state ON deliveries (state, seq);
CREATE INDEX deliveries_channel ON deliveries (channel, seq);

-- When each channel is free again.
CREATE TABLE channels (
    name TEXT    NOT NULL PRIMARY KEY,
    free INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When the store was last seen to take what is written.
CREATE TABLE heartbeats (
    name TEXT    NOT NULL PRIMARY KEY,
    at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE heartbeats;
DROP TABLE channels;
DROP TABLE deliveries;
DROP TABLE alert_themes;
DROP TABLE alerts;
DROP TABLE matches;
DROP TABLE members;
DROP TABLE stories;
DROP TABLE items;
DROP TABLE feeds;
