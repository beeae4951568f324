-- Wishes for services and what is proposed for them; services chained into one, and their runs. Instants are whole seconds since
-- 1970; ids, addresses and digests lower-case hex with 0x. State and content come from the chain; documents and words are what
-- people wrote, and nobody but those named here reads them.

-- `draft` is written and not on the chain yet. `audience` null: every provider of services; otherwise accounts.
CREATE TABLE market_innovation_requests (
  id           text PRIMARY KEY,
  account      text NOT NULL,
  address      text NOT NULL,
  content      text NOT NULL,
  document     jsonb,
  audience     text[],
  closes_at    bigint NOT NULL,
  state        text NOT NULL CHECK (state IN ('draft', 'open', 'withdrawn', 'chosen')),
  chosen       text,
  created_at   bigint NOT NULL,
  requested_at bigint,
  changed_at   bigint NOT NULL,
  transaction  text,
  told_closed  boolean NOT NULL DEFAULT false
);
CREATE INDEX market_innovation_requests_account ON market_innovation_requests (account, created_at);
CREATE INDEX market_innovation_requests_open ON market_innovation_requests (closes_at) WHERE state = 'open';

-- Questions (`thread` null) and what follows below them. A provider's words wait until the asker shows or answers them.
CREATE TABLE market_innovation_posts (
  id         bigserial PRIMARY KEY,
  request    text NOT NULL REFERENCES market_innovation_requests,
  thread     bigint REFERENCES market_innovation_posts,
  account    text NOT NULL,
  words      text NOT NULL,
  state      text NOT NULL CHECK (state IN ('waiting', 'shown', 'hidden')),
  written_at bigint NOT NULL
);
CREATE INDEX market_innovation_posts_order ON market_innovation_posts (request, id);

-- `listing`: the provider's own that would do, or the draft that was made when the proposal was chosen.
CREATE TABLE market_innovation_proposals (
  id          text PRIMARY KEY,
  request     text NOT NULL,
  account     text NOT NULL,
  address     text NOT NULL,
  content     text NOT NULL,
  document    jsonb,
  state       text NOT NULL CHECK (state IN ('draft', 'open', 'withdrawn', 'chosen')),
  listing     text,
  created_at  bigint NOT NULL,
  proposed_at bigint,
  changed_at  bigint NOT NULL,
  transaction text
);
CREATE INDEX market_innovation_proposals_request ON market_innovation_proposals (request, created_at);
CREATE INDEX market_innovation_proposals_account ON market_innovation_proposals (account, created_at);

CREATE TABLE market_compositions (
  id           text PRIMARY KEY,
  account      text NOT NULL,
  address      text NOT NULL,
  content      text NOT NULL,
  document     jsonb,
  listings     text[] NOT NULL,
  state        text NOT NULL CHECK (state IN ('draft', 'requested', 'approved', 'rejected', 'withdrawn')),
  listing      text,
  created_at   bigint NOT NULL,
  requested_at bigint,
  changed_at   bigint NOT NULL,
  transaction  text
);
CREATE INDEX market_compositions_account ON market_compositions (account, created_at);

-- What the provider of each service said; `reason` is the digest of words in market_composition_reasons, zeros without any.
CREATE TABLE market_composition_decisions (
  composition text NOT NULL,
  place       integer NOT NULL,
  approved    boolean NOT NULL,
  reason      text NOT NULL,
  decided_at  bigint NOT NULL,
  transaction text NOT NULL,
  PRIMARY KEY (composition, place)
);

CREATE TABLE market_composition_reasons (
  composition text NOT NULL,
  digest      text NOT NULL,
  words       text NOT NULL,
  PRIMARY KEY (composition, digest)
);

-- The operator's word about two neighbours: ids of listings, or categories.
CREATE TABLE market_composition_pairs (
  before     text NOT NULL,
  after      text NOT NULL,
  rule       text NOT NULL CHECK (rule IN ('allow', 'forbid')),
  reason     text NOT NULL,
  changed_at bigint NOT NULL,
  changed_by text NOT NULL,
  PRIMARY KEY (before, after)
);

-- One run of a chain. Whoever works on it holds `leased_until`; when they die the next one goes on at the step that was under way.
-- `shown` and `from_address` are what the providers' policies ask of a call; the address goes when the run ends.
CREATE TABLE market_composition_runs (
  id           text PRIMARY KEY,
  composition  text NOT NULL REFERENCES market_compositions,
  state        text NOT NULL CHECK (state IN ('running', 'done', 'failed')),
  place        integer NOT NULL DEFAULT 0,
  input        bytea,
  input_type   text NOT NULL,
  shown        text NOT NULL,
  from_address text,
  leased_until double precision NOT NULL DEFAULT 0,
  ends_by      bigint NOT NULL,
  started_at   bigint NOT NULL,
  ended_at     bigint
);
CREATE INDEX market_composition_runs_order ON market_composition_runs (composition, started_at);
CREATE INDEX market_composition_runs_running ON market_composition_runs (leased_until) WHERE state = 'running';

-- One row for each attempt of a step. `output` is kept while the run may need it, and the last one for a day.
CREATE TABLE market_composition_run_steps (
  run         text NOT NULL REFERENCES market_composition_runs ON DELETE CASCADE,
  place       integer NOT NULL,
  attempt     integer NOT NULL,
  agreement   text NOT NULL,
  state       text NOT NULL CHECK (state IN ('running', 'done', 'failed')),
  status      integer,
  code        text,
  bytes_in    integer NOT NULL,
  bytes_out   integer,
  milli_units bigint,
  output      bytea,
  output_type text,
  started_at  double precision NOT NULL,
  ended_at    double precision,
  PRIMARY KEY (run, place, attempt)
);
