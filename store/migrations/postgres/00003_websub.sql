-- +goose Up

-- What is agreed with the hubs of feeds, or asked of them (WebSub). Ended ones stay for a while, so
-- that what a hub still sends can be answered for good.
CREATE TABLE subscriptions (
    token    TEXT    NOT NULL PRIMARY KEY, -- of the callback's path
    feed     TEXT    NOT NULL,
    hub      TEXT    NOT NULL,
    topic    TEXT    NOT NULL, -- what the hub calls the feed
    callback TEXT    NOT NULL, -- the whole address, as the hub knows it
    secret   TEXT    NOT NULL, -- that it signs with
    state    TEXT    NOT NULL CHECK (state IN ('pending', 'active', 'denied', 'leaving', 'ended')),
    asked    BIGINT  NOT NULL, -- when the hub was last asked for something
    until    BIGINT  NOT NULL, -- the end of the lease
    next_try BIGINT  NOT NULL, -- when the hub is asked again
    attempts BIGINT  NOT NULL, -- since it last agreed
    pushed   BIGINT  NOT NULL, -- when it last sent something good
    trouble  TEXT    NOT NULL  -- what went wrong, in words
);
CREATE INDEX subscriptions_feed ON subscriptions (feed);

-- When a feed is due that was announced while it was being polled; 0 for never.
ALTER TABLE feeds ADD COLUMN announced BIGINT NOT NULL DEFAULT 0;
