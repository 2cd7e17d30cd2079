-- +goose Up

ALTER TABLE members ADD COLUMN joined TEXT NOT NULL DEFAULT ''; -- why: JSON, or empty for items that joined before this was kept

-- Items that a person took out of a story, and those that stayed in it: never joined again.
CREATE TABLE apart (
    item_id  TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
    other_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
    PRIMARY KEY (item_id, other_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX apart_other ON apart (other_id);

-- Stories that are no more, and the one that a person merged each into.
CREATE TABLE merged (
    story_id TEXT NOT NULL PRIMARY KEY,
    into_id  TEXT NOT NULL REFERENCES stories (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX merged_into ON merged (into_id);
