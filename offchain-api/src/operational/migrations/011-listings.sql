-- What the marketplace contracts said, followed event by event. Instants are whole seconds since 1970; ids, addresses and
-- digests lower-case hex with 0x. All of it can be rebuilt from the chain and the content store.

-- Where the follower has got to. `setup` says what it was made with: other contracts or other reactions begin anew.
CREATE TABLE market_cursor (
  only_one   boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  setup      text NOT NULL,
  block      bigint NOT NULL,
  block_hash text NOT NULL
);

-- Every event once. After a reorganisation rows stay and are no longer `applied`, until the chain says them again.
CREATE TABLE market_events (
  transaction text NOT NULL,
  log_index   integer NOT NULL,
  block       bigint NOT NULL,
  time        bigint NOT NULL,
  contract    text NOT NULL,
  name        text NOT NULL,
  args        jsonb NOT NULL,
  applied     boolean NOT NULL,
  PRIMARY KEY (transaction, log_index)
);
CREATE INDEX market_events_order ON market_events (block, log_index);

-- `document` is null while the content store has not given what is behind `content`. `state_reason` is the digest of words
-- that stand in market_listing_reasons, zeros without any.
CREATE TABLE market_listings (
  listing           text PRIMARY KEY,
  provider          text NOT NULL,
  account           text NOT NULL,
  kind              text NOT NULL CHECK (kind IN ('analytic', 'data', 'energy-grid', 'composed')),
  state             text NOT NULL CHECK (state IN ('published', 'stopped', 'suspended', 'removed')),
  state_by          text,
  state_reason      text,
  version           integer NOT NULL,
  content           text NOT NULL,
  provider_contract text NOT NULL,
  document          jsonb,
  offered_to        text,
  published_at      bigint NOT NULL,
  updated_at        bigint NOT NULL
);
CREATE INDEX market_listings_account ON market_listings (account);
CREATE INDEX market_listings_provider ON market_listings (provider);
CREATE INDEX market_listings_without_document ON market_listings (listing) WHERE document IS NULL;

-- `unreadable`: what is behind `content` is no listing document; it is not asked for again.
CREATE TABLE market_listing_versions (
  listing           text NOT NULL REFERENCES market_listings ON DELETE CASCADE,
  version           integer NOT NULL,
  content           text NOT NULL,
  provider_contract text NOT NULL,
  approver          text NOT NULL,
  document          jsonb,
  unreadable        boolean NOT NULL DEFAULT false,
  published_at      bigint NOT NULL,
  transaction       text NOT NULL,
  PRIMARY KEY (listing, version)
);
