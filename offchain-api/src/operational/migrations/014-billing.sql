-- Money under agreements: what the escrow said, what is owed, what people and banks said about it. Instants are whole seconds
-- since 1970; ids, addresses and digests lower-case hex with 0x; money µEUR unless a name says cents.

-- Mirrors of the chain: rebuilt from its events alone.
CREATE TABLE market_billing (
  agreement        text PRIMARY KEY,
  listing          text NOT NULL,
  provider         text NOT NULL,
  consumer         text NOT NULL,
  provider_account text NOT NULL,
  consumer_account text NOT NULL,
  plan             text NOT NULL CHECK (plan IN ('free', 'one-time', 'subscription', 'pay-per-use', 'bank')),
  terms            jsonb NOT NULL,
  ends_at          bigint NOT NULL,
  next_number      integer NOT NULL DEFAULT 0,
  next_at          bigint
);
CREATE INDEX market_billing_next ON market_billing (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX market_billing_provider ON market_billing (provider_account);
CREATE INDEX market_billing_consumer ON market_billing (consumer_account);

CREATE TABLE market_balances (
  party     text PRIMARY KEY,
  account   text NOT NULL,
  available numeric NOT NULL CHECK (available >= 0),
  fees      numeric NOT NULL DEFAULT 0 CHECK (fees >= 0)
);
CREATE INDEX market_balances_account ON market_balances (account);

-- Deposits and withdrawals, for the page's list.
CREATE TABLE market_transfers (
  transaction text NOT NULL,
  log_index   integer NOT NULL,
  account     text NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('deposit', 'withdrawal')),
  amount      numeric NOT NULL,
  balance     numeric NOT NULL,
  at          bigint NOT NULL,
  PRIMARY KEY (transaction, log_index)
);
CREATE INDEX market_transfers_order ON market_transfers (account, at);

-- One row for each payment of an agreement from the moment it is due. `left_over` is what the provider could still give back.
CREATE TABLE market_payments (
  payment          text PRIMARY KEY,
  agreement        text NOT NULL,
  number           bigint NOT NULL,
  provider         text NOT NULL,
  consumer         text NOT NULL,
  provider_account text NOT NULL,
  consumer_account text NOT NULL,
  amount           numeric NOT NULL,
  fee_bps          integer NOT NULL,
  due_at           bigint NOT NULL,
  state            text NOT NULL CHECK (state IN ('due', 'held', 'disputed', 'released', 'returned', 'invoiced', 'settled')),
  held_at          bigint,
  until            bigint,
  to_provider      numeric NOT NULL DEFAULT 0,
  fee              numeric NOT NULL DEFAULT 0,
  refunded         numeric NOT NULL DEFAULT 0,
  reason           text,
  decision_reason  text,
  lapsed           boolean NOT NULL DEFAULT false,
  changed_at       bigint NOT NULL,
  transaction      text,
  UNIQUE (agreement, number)
);
CREATE INDEX market_payments_provider ON market_payments (provider_account, due_at);
CREATE INDEX market_payments_consumer ON market_payments (consumer_account, due_at);
CREATE INDEX market_payments_open ON market_payments (state, until) WHERE state IN ('due', 'held', 'disputed', 'invoiced');

CREATE TABLE market_payment_events (
  payment     text NOT NULL,
  transaction text NOT NULL,
  log_index   integer NOT NULL,
  at          bigint NOT NULL,
  what        text NOT NULL,
  detail      jsonb NOT NULL,
  PRIMARY KEY (transaction, log_index)
);
CREATE INDEX market_payment_events_order ON market_payment_events (payment, at, log_index);

-- `claimed` is the highest voucher taken, `funded` all that was set aside less what was taken back.
CREATE TABLE market_reserves (
  agreement        text PRIMARY KEY,
  provider         text NOT NULL,
  consumer         text NOT NULL,
  provider_account text NOT NULL,
  consumer_account text NOT NULL,
  key              text,
  funded           numeric NOT NULL,
  claimed          numeric NOT NULL DEFAULT 0,
  to_provider      numeric NOT NULL DEFAULT 0,
  fee              numeric NOT NULL DEFAULT 0,
  fee_bps          integer NOT NULL,
  reclaimable_at   bigint
);

-- What people and the worker wrote: kept when the mirrors are rebuilt.

-- Since when a payment lacks money, what was said about it, and since when use is suspended for it.
CREATE TABLE market_arrears (
  payment      text PRIMARY KEY,
  agreement    text NOT NULL,
  since        bigint NOT NULL,
  suspended_at bigint
);
CREATE INDEX market_arrears_agreement ON market_arrears (agreement);

-- Vouchers for use, each for all of it so far; the highest counts.
CREATE TABLE market_vouchers (
  agreement  text NOT NULL,
  cumulative numeric NOT NULL,
  signature  text NOT NULL,
  given_at   bigint NOT NULL,
  PRIMARY KEY (agreement, cumulative)
);

-- Words of a dispute are the parties' and the operator's alone; on the chain is the digest of them and of something random, so
-- that nobody finds the words by guessing.
CREATE TABLE market_dispute_texts (
  id      bigserial PRIMARY KEY,
  payment text NOT NULL,
  kind    text NOT NULL CHECK (kind IN ('reason', 'evidence', 'decision')),
  side    text NOT NULL CHECK (side IN ('consumer', 'provider', 'operator')),
  words   text NOT NULL,
  blind   text NOT NULL,
  digest  text NOT NULL,
  at      bigint NOT NULL
);
CREATE INDEX market_dispute_texts_order ON market_dispute_texts (payment, id);
CREATE INDEX market_dispute_texts_digest ON market_dispute_texts (digest);

-- Name, address, VAT id and account number for invoices: asked once, never on the chain.
CREATE TABLE market_invoice_details (
  account    text PRIMARY KEY,
  details    jsonb NOT NULL,
  changed_at bigint NOT NULL
);

-- The last number of each seller and year. It is raised in the transaction that writes the invoice, so no number is missing.
CREATE TABLE market_invoice_numbers (
  seller text NOT NULL,
  year   integer NOT NULL,
  last   integer NOT NULL,
  PRIMARY KEY (seller, year)
);

-- `document` is the invoice as it was issued; it never changes. `digest` is sha2-256 of its XML.
CREATE TABLE market_invoices (
  id             text PRIMARY KEY,
  payment        text NOT NULL UNIQUE,
  agreement      text NOT NULL,
  seller_account text NOT NULL,
  buyer_account  text NOT NULL,
  year           integer NOT NULL,
  sequence       integer NOT NULL,
  number         text NOT NULL,
  issued_at      bigint NOT NULL,
  due_at         bigint NOT NULL,
  gross_cents    bigint NOT NULL,
  document       jsonb NOT NULL,
  xml            text NOT NULL,
  digest         text NOT NULL,
  UNIQUE (seller_account, year, sequence)
);
CREATE INDEX market_invoices_buyer ON market_invoices (buyer_account, issued_at);
CREATE INDEX market_invoices_seller ON market_invoices (seller_account, issued_at);

-- What a bank's statement said came in, and which invoice it pays: for the operator, who records it on the chain.
CREATE TABLE market_bank_credits (
  id        bigserial PRIMARY KEY,
  iban      text NOT NULL,
  cents     bigint NOT NULL,
  booked_on text NOT NULL,
  reference text NOT NULL,
  invoice   text REFERENCES market_invoices,
  why       text NOT NULL,
  read_at   bigint NOT NULL,
  UNIQUE (iban, booked_on, cents, reference)
);

-- What the worker tells the chain for everybody: written before it is sent, sent until there is a receipt. `about` is what it is
-- for: at most one call of a kind is under way for it.
CREATE TABLE market_escrow_calls (
  id            bigserial PRIMARY KEY,
  kind          text NOT NULL CHECK (kind IN ('pay', 'release', 'lapse', 'claim', 'reclaim', 'give')),
  about         text NOT NULL,
  call          jsonb NOT NULL,
  state         text NOT NULL DEFAULT 'wanted' CHECK (state IN ('wanted', 'signed', 'done', 'dropped')),
  why           text,
  account_nonce bigint,
  hash          text,
  raw           text,
  written_at    bigint NOT NULL
);
CREATE INDEX market_escrow_calls_open ON market_escrow_calls (id) WHERE state IN ('wanted', 'signed');
CREATE UNIQUE INDEX market_escrow_calls_once ON market_escrow_calls (kind, about) WHERE state IN ('wanted', 'signed');
