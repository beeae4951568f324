-- How a listing comes to be published, how its provider advertises it, and how they govern it. Private until published.
-- Instants are whole seconds since 1970; ids, addresses and digests lower-case hex with 0x. What people wrote here stays when
-- the chain is followed anew.

-- The operator's publishing process: what is checked, and the contract that a provider signs by publishing. The newest counts.
CREATE TABLE market_checklists (
  version integer PRIMARY KEY CHECK (version > 0),
  items   jsonb NOT NULL,
  made_at bigint NOT NULL,
  made_by text NOT NULL
);
CREATE TABLE market_provider_contracts (
  version integer PRIMARY KEY CHECK (version > 0),
  title   text NOT NULL,
  text    text NOT NULL,
  digest  text NOT NULL UNIQUE,
  made_at bigint NOT NULL,
  made_by text NOT NULL
);

-- One working copy for each listing. `version` is the one on chain that it becomes, or became when it is 'published'.
-- Whose it is: the account here until it is published, then the account that the chain names (market_listings).
CREATE TABLE market_drafts (
  listing    text PRIMARY KEY,
  account    text NOT NULL,
  provider   text NOT NULL,
  state      text NOT NULL CHECK (state IN ('draft', 'submitted', 'rejected', 'approved', 'published')),
  version    integer NOT NULL CHECK (version > 0),
  document   jsonb NOT NULL,
  revision   integer NOT NULL,
  created_at bigint NOT NULL,
  changed_at bigint NOT NULL
);
CREATE INDEX market_drafts_account ON market_drafts (account, listing);

-- What was saved before, the newest few.
CREATE TABLE market_draft_revisions (
  listing  text NOT NULL REFERENCES market_drafts ON DELETE CASCADE,
  revision integer NOT NULL,
  version  integer NOT NULL,
  document jsonb NOT NULL,
  saved_at bigint NOT NULL,
  saved_by text NOT NULL,
  PRIMARY KEY (listing, revision)
);

-- Each application to be published, and what became of it.
CREATE TABLE market_submissions (
  id                bigserial PRIMARY KEY,
  listing           text NOT NULL REFERENCES market_drafts ON DELETE CASCADE,
  version           integer NOT NULL,
  document          jsonb NOT NULL,
  content           text NOT NULL,
  state             text NOT NULL CHECK (state IN ('waiting', 'rejected', 'approved', 'withdrawn', 'published')),
  submitted_at      bigint NOT NULL,
  submitted_by      text NOT NULL,
  decided_at        bigint,
  checklist         integer REFERENCES market_checklists,
  checks            jsonb,
  reason            text,
  provider_contract text,
  deadline          bigint,
  approver          text,
  approval          text
);
CREATE UNIQUE INDEX market_submissions_open ON market_submissions (listing) WHERE state IN ('waiting', 'approved');
CREATE INDEX market_submissions_queue ON market_submissions (submitted_at, id) WHERE state = 'waiting';
CREATE INDEX market_submissions_listing ON market_submissions (listing, id);

-- Lines that accounts' credentials are to get, tried until the credential with the line is issued.
CREATE TABLE market_account_lines (
  request   text PRIMARY KEY,
  account   text NOT NULL,
  line      jsonb NOT NULL,
  wanted_at bigint NOT NULL,
  next_try  bigint NOT NULL,
  version   integer,
  why       text
);
CREATE INDEX market_account_lines_due ON market_account_lines (next_try) WHERE version IS NULL;

-- Landing pages: the blocks in force, and those before. A page without blocks is none.
CREATE TABLE market_landing_pages (
  listing       text PRIMARY KEY REFERENCES market_drafts ON DELETE CASCADE,
  revision      integer NOT NULL,
  blocks        jsonb NOT NULL,
  changed_at    bigint NOT NULL,
  taken_down_at bigint,
  taken_down_by text,
  reason        text
);
CREATE TABLE market_landing_revisions (
  listing  text NOT NULL REFERENCES market_landing_pages ON DELETE CASCADE,
  revision integer NOT NULL,
  blocks   jsonb NOT NULL,
  saved_at bigint NOT NULL,
  saved_by text NOT NULL,
  PRIMARY KEY (listing, revision)
);
-- By sha2-256 of the bytes. Served to everybody while a page that is shown names it.
CREATE TABLE market_pictures (
  listing  text NOT NULL REFERENCES market_drafts ON DELETE CASCADE,
  digest   text NOT NULL,
  type     text NOT NULL CHECK (type IN ('image/png', 'image/jpeg', 'image/webp')),
  width    integer NOT NULL,
  height   integer NOT NULL,
  bytes    bytea NOT NULL,
  added_at bigint NOT NULL,
  PRIMARY KEY (listing, digest)
);
CREATE INDEX market_pictures_digest ON market_pictures (digest);

-- Who may see and contract a restricted listing besides its provider and the operator. No row in market_listing_policies is
-- the policy of every listing that says nothing: not restricted, every way to sign, from everywhere, 600 requests a minute.
CREATE TABLE market_listing_policies (
  listing             text PRIMARY KEY,
  restricted          boolean NOT NULL DEFAULT false,
  authentication      text[] NOT NULL DEFAULT '{token,signature,mtls}'
    CHECK (authentication <@ '{token,signature,mtls}' AND cardinality(authentication) > 0),
  address_ranges      cidr[] NOT NULL DEFAULT '{}',
  requests_per_minute integer NOT NULL DEFAULT 600 CHECK (requests_per_minute BETWEEN 1 AND 60000),
  revision            integer NOT NULL,
  changed_at          bigint NOT NULL
);
CREATE TABLE market_listing_access (
  listing  text NOT NULL,
  account  text NOT NULL,
  did      text NOT NULL,
  added_at bigint NOT NULL,
  added_by text NOT NULL,
  PRIMARY KEY (listing, account)
);
CREATE INDEX market_listing_access_account ON market_listing_access (account);
