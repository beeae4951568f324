-- Data sets of readings: what is in them, who consented, and what was handed out. Instants are whole seconds since 1970. Which
-- meters a data set has stands here alone: the listing counts them. Meters are personal data; nothing of this goes on chain.

-- A salt names the meters of one data set anew, so that two data sets cannot be joined.
CREATE TABLE market_data_sets (
  listing    text PRIMARY KEY REFERENCES market_drafts ON DELETE CASCADE,
  form       text NOT NULL CHECK (form IN ('pseudonymous', 'aggregate')),
  salt       text NOT NULL,
  created_at bigint NOT NULL,
  changed_at bigint NOT NULL
);

-- Chosen by the provider. One of somebody else is in the data set only while its holder consents.
CREATE TABLE market_data_set_meters (
  listing text NOT NULL REFERENCES market_data_sets ON DELETE CASCADE,
  meter   text NOT NULL,
  PRIMARY KEY (listing, meter)
);
CREATE INDEX market_data_set_meters_meter ON market_data_set_meters (meter);

-- Signed (EIP-712) by `subject`, the address that the meter's holder joined their community with. A withdrawal needs no
-- signature and counts from the next query on.
CREATE TABLE market_data_consents (
  id           text PRIMARY KEY,
  listing      text NOT NULL REFERENCES market_data_sets ON DELETE CASCADE,
  meter        text NOT NULL,
  subject      text NOT NULL,
  purposes     text[] NOT NULL,
  form         text NOT NULL,
  ends_at      bigint NOT NULL,
  salt         text NOT NULL,
  signature    text NOT NULL,
  given_at     bigint NOT NULL,
  withdrawn_at bigint
);
CREATE UNIQUE INDEX market_data_consents_standing ON market_data_consents (listing, meter, subject) WHERE withdrawn_at IS NULL;
CREATE INDEX market_data_consents_subject ON market_data_consents (subject);

-- Links to download by: `uses` are what is left. The link itself is not kept: it is signed.
CREATE TABLE market_data_links (
  id         text PRIMARY KEY,
  agreement  text NOT NULL,
  account    text NOT NULL,
  asked      jsonb NOT NULL,
  uses       integer NOT NULL CHECK (uses >= 0),
  expires_at bigint NOT NULL,
  made_at    bigint NOT NULL
);
CREATE INDEX market_data_links_expiry ON market_data_links (expires_at);

-- What was handed out, and whether the copy is deleted where the policy wants it.
CREATE TABLE market_data_downloads (
  id          bigserial PRIMARY KEY,
  agreement   text NOT NULL,
  listing     text NOT NULL,
  account     text NOT NULL,
  by          text NOT NULL,
  at          bigint NOT NULL,
  purpose     text NOT NULL,
  country     text NOT NULL,
  format      text NOT NULL,
  asked       jsonb NOT NULL,
  readings    bigint NOT NULL,
  state       text NOT NULL CHECK (state IN ('given', 'failed')),
  delete_by   bigint,
  reminded_at bigint,
  deleted_at  bigint
);
CREATE INDEX market_data_downloads_agreement ON market_data_downloads (agreement, id);
CREATE INDEX market_data_downloads_due ON market_data_downloads (delete_by) WHERE deleted_at IS NULL AND reminded_at IS NULL;
