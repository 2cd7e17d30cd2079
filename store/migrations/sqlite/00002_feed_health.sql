-- +goose Up

-- What is remembered of feeds so that they can be asked politely and missed when they fall silent.
ALTER TABLE feeds ADD COLUMN hints TEXT NOT NULL DEFAULT ''; -- when the publisher wants to be asked again: JSON, or empty
ALTER TABLE feeds ADD COLUMN hub TEXT NOT NULL DEFAULT ''; -- who announces its news: JSON, or empty
ALTER TABLE feeds ADD COLUMN last_item INTEGER NOT NULL DEFAULT 0; -- when its newest item was published
ALTER TABLE feeds ADD COLUMN moved_to TEXT NOT NULL DEFAULT ''; -- where permanent redirects lead
ALTER TABLE feeds ADD COLUMN moved_since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feeds ADD COLUMN adopted TEXT NOT NULL DEFAULT ''; -- the address that is asked instead of url
ALTER TABLE feeds ADD COLUMN rhythm TEXT NOT NULL DEFAULT ''; -- how often it publishes: JSON, or empty
ALTER TABLE feeds ADD COLUMN told TEXT NOT NULL DEFAULT ''; -- the trouble that people were told of: JSON, or empty
