-- Invoices of what a purse paid, credit notes, and what an account's books need of the escrow's past.

-- `refunded_before` is what had gone back before the invoice was written (it is over the rest), `given_back` what of later refunds
-- credit notes cover, both µEUR as the escrow counts; `credited_cents` is the sum of the invoice's credit notes.
ALTER TABLE market_invoices
  ADD COLUMN paid_by         text    NOT NULL DEFAULT 'bank' CHECK (paid_by IN ('bank', 'purse')),
  ADD COLUMN refunded_before numeric NOT NULL DEFAULT 0,
  ADD COLUMN given_back      numeric NOT NULL DEFAULT 0,
  ADD COLUMN credited_cents  bigint  NOT NULL DEFAULT 0 CHECK (credited_cents BETWEEN 0 AND gross_cents);

-- Which invoice says a payment; empty again when the mirrors are rebuilt, until the invoice is found again.
ALTER TABLE market_payments ADD COLUMN invoice text;
CREATE INDEX market_payments_not_invoiced ON market_payments (provider_account, held_at)
  WHERE invoice IS NULL AND state IN ('held', 'disputed', 'released');
CREATE INDEX market_payments_given_back ON market_payments (payment) WHERE refunded > 0;

-- Credit notes are numbered as invoices are, in a series of their own.
CREATE TABLE market_credit_note_numbers (
  seller text NOT NULL,
  year   integer NOT NULL,
  last   integer NOT NULL,
  PRIMARY KEY (seller, year)
);

-- `settlement` says how the money goes: it went back into the purse, it is taken off what an open invoice asks for, or the seller
-- pays it back by bank. `settled_at` is empty until it has moved. `document` and `xml` never change.
CREATE TABLE market_credit_notes (
  id             text PRIMARY KEY,
  invoice        text NOT NULL REFERENCES market_invoices,
  payment        text NOT NULL,
  agreement      text NOT NULL,
  seller_account text NOT NULL,
  buyer_account  text NOT NULL,
  year           integer NOT NULL,
  sequence       integer NOT NULL,
  number         text NOT NULL,
  issued_at      bigint NOT NULL,
  source         text NOT NULL CHECK (source IN ('refund', 'decision', 'lapse', 'correction')),
  gross_cents    bigint NOT NULL CHECK (gross_cents > 0),
  settlement     text NOT NULL CHECK (settlement IN ('purse', 'offset', 'bank')),
  settled_at     bigint,
  transaction    text,
  document       jsonb NOT NULL,
  xml            text NOT NULL,
  digest         text NOT NULL,
  UNIQUE (seller_account, year, sequence)
);
CREATE INDEX market_credit_notes_invoice ON market_credit_notes (invoice);
CREATE INDEX market_credit_notes_seller ON market_credit_notes (seller_account, issued_at);
CREATE INDEX market_credit_notes_buyer ON market_credit_notes (buyer_account, issued_at);

-- A statement also says what went out: a debit may pay a credit note back.
ALTER TABLE market_bank_credits
  ADD COLUMN direction   text NOT NULL DEFAULT 'credit' CHECK (direction IN ('credit', 'debit')),
  ADD COLUMN credit_note text REFERENCES market_credit_notes,
  DROP CONSTRAINT market_bank_credits_iban_booked_on_cents_reference_key,
  ADD UNIQUE (direction, iban, booked_on, cents, reference);

-- A mirror of the chain: what moved in reserves, for an account's books.
CREATE TABLE market_reserve_events (
  transaction text NOT NULL,
  log_index   integer NOT NULL,
  agreement   text NOT NULL,
  at          bigint NOT NULL,
  what        text NOT NULL,
  detail      jsonb NOT NULL,
  PRIMARY KEY (transaction, log_index)
);
CREATE INDEX market_reserve_events_agreement ON market_reserve_events (agreement, at);
