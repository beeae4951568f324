-- Agreements from the first offer to their end, the services that are provided under them, and their use. Instants are whole
-- seconds since 1970; ids, addresses and digests lower-case hex with 0x; money µEUR. What the chain said stands in
-- market_agreements alone and can be rebuilt; all else is what people wrote.

-- Documents that parties agree on, by their digest (sha2-256 of the canonical JSON). Never in the content store, which
-- anybody may ask: they name people.
CREATE TABLE market_agreement_documents (
  digest   text PRIMARY KEY,
  document jsonb NOT NULL
);

-- What one side has signed and the other has not: an offer, or a counter-offer to the one it names. `id` is the id that the
-- agreement will have on chain.
CREATE TABLE market_offers (
  id                 text PRIMARY KEY,
  negotiation        text NOT NULL,
  number             integer NOT NULL,
  listing            text NOT NULL,
  kind               text NOT NULL,
  provider_account   text NOT NULL,
  consumer_account   text NOT NULL,
  terms              jsonb NOT NULL,
  document           text NOT NULL REFERENCES market_agreement_documents,
  made_by            text NOT NULL CHECK (made_by IN ('consumer', 'provider')),
  consumer_signature text,
  provider_signature text,
  state              text NOT NULL CHECK (state IN ('open', 'countered', 'refused', 'withdrawn', 'expired', 'signed', 'concluded', 'failed')),
  reason             text,
  relay              boolean NOT NULL DEFAULT false,
  next_try           bigint NOT NULL DEFAULT 0,
  deadline           bigint NOT NULL,
  created_at         bigint NOT NULL,
  changed_at         bigint NOT NULL,
  UNIQUE (negotiation, number),
  CHECK (consumer_signature IS NOT NULL OR provider_signature IS NOT NULL)
);
CREATE INDEX market_offers_provider ON market_offers (provider_account, created_at);
CREATE INDEX market_offers_consumer ON market_offers (consumer_account, created_at);
CREATE INDEX market_offers_waiting ON market_offers (deadline) WHERE state IN ('open', 'signed');
-- One of a negotiation is before the parties at a time.
CREATE UNIQUE INDEX market_offers_one_open ON market_offers (negotiation) WHERE state IN ('open', 'signed');

-- `terms` is the Agreement as the event had it.
CREATE TABLE market_agreements (
  id               text PRIMARY KEY,
  listing          text NOT NULL,
  version          integer NOT NULL,
  kind             text NOT NULL,
  provider         text NOT NULL,
  consumer         text NOT NULL,
  provider_account text NOT NULL,
  consumer_account text NOT NULL,
  terms            jsonb NOT NULL,
  state            text NOT NULL CHECK (state IN ('concluded', 'terminated')),
  concluded_at     bigint NOT NULL,
  ends_at          bigint NOT NULL,
  terminated_by    text CHECK (terminated_by IN ('consumer', 'provider')),
  reason           text,
  transaction      text NOT NULL
);
CREATE INDEX market_agreements_provider ON market_agreements (provider_account, concluded_at);
CREATE INDEX market_agreements_consumer ON market_agreements (consumer_account, concluded_at);
CREATE INDEX market_agreements_listing ON market_agreements (listing);

-- What happened to an agreement on chain, in order; beside the offers it is the page's timeline.
CREATE TABLE market_agreement_events (
  agreement   text NOT NULL,
  transaction text NOT NULL,
  log_index   integer NOT NULL,
  at          bigint NOT NULL,
  what        text NOT NULL,
  detail      jsonb NOT NULL,
  PRIMARY KEY (transaction, log_index)
);
CREATE INDEX market_agreement_events_order ON market_agreement_events (agreement, at, log_index);

-- Why an agreement was ended, in words; on chain is their digest alone (sha2-256 of the UTF-8).
CREATE TABLE market_agreement_reasons (
  agreement text NOT NULL,
  digest    text NOT NULL,
  words     text NOT NULL,
  PRIMARY KEY (agreement, digest)
);

-- A later end that one side has signed, or both.
CREATE TABLE market_extensions (
  agreement          text NOT NULL,
  number             integer NOT NULL,
  ends_at            bigint NOT NULL,
  deadline           bigint NOT NULL,
  made_by            text NOT NULL CHECK (made_by IN ('consumer', 'provider')),
  consumer_signature text,
  provider_signature text,
  state              text NOT NULL CHECK (state IN ('open', 'refused', 'withdrawn', 'expired', 'signed', 'concluded')),
  created_at         bigint NOT NULL,
  PRIMARY KEY (agreement, number)
);
CREATE UNIQUE INDEX market_extensions_one_open ON market_extensions (agreement) WHERE state IN ('open', 'signed');

-- Lines that an Account credential must get, until the credential that has them is in force.
CREATE TABLE market_credential_lines (
  agreement text NOT NULL,
  account   text NOT NULL,
  kind      text NOT NULL CHECK (kind IN ('service', 'data')),
  role      text NOT NULL CHECK (role IN ('provider', 'user')),
  since     text NOT NULL,
  request   text,
  version   integer,
  PRIMARY KEY (agreement, account, role)
);
CREATE INDEX market_credential_lines_account ON market_credential_lines (account);

-- A customised instance of a service, one for each agreement.
CREATE TABLE market_instances (
  agreement     text PRIMARY KEY,
  state         text NOT NULL CHECK (state IN ('requested', 'checking-data', 'adapting', 'ready', 'running', 'stopped', 'ended', 'revoked')),
  stopped_by    text CHECK (stopped_by IN ('consumer', 'provider', 'operator')),
  reason        text,
  data_check    jsonb,
  notes         text NOT NULL DEFAULT '',
  configuration jsonb NOT NULL DEFAULT '{}',
  service       jsonb,
  key_hash      text UNIQUE,
  key_made_at   bigint,
  created_at    bigint NOT NULL,
  changed_at    bigint NOT NULL
);

CREATE TABLE market_instance_steps (
  id        bigserial PRIMARY KEY,
  agreement text NOT NULL REFERENCES market_instances ON DELETE CASCADE,
  step      text NOT NULL,
  previous  text NOT NULL,
  state     text NOT NULL,
  actor     text NOT NULL,
  note      text,
  at        bigint NOT NULL
);
CREATE INDEX market_instance_steps_order ON market_instance_steps (agreement, id);

-- One row for each call of a service. It is written before the provider is asked and gets its units when the provider has
-- answered and before a byte of the answer goes on: what a user received is counted, once; nothing else is.
-- Units count in thousandths.
CREATE TABLE market_usage (
  agreement   text NOT NULL,
  request     text NOT NULL,
  at          bigint NOT NULL,
  milli_units bigint NOT NULL DEFAULT 0,
  state       text NOT NULL CHECK (state IN ('asked', 'counted', 'failed')),
  method      text NOT NULL,
  status      integer,
  PRIMARY KEY (agreement, request)
);
CREATE INDEX market_usage_order ON market_usage (agreement, at);
CREATE INDEX market_usage_asked ON market_usage (at) WHERE state = 'asked';

-- By the hour, for billing.
CREATE VIEW market_usage_hours AS
  SELECT agreement, at - at % 3600 AS hour, count(*) AS calls, sum(milli_units)::bigint AS milli_units
  FROM market_usage WHERE state = 'counted' GROUP BY agreement, at - at % 3600;
