-- Invoices over what vouchers claimed for use, invoices in the place of others, and an account's statement without adding up its past.

-- An invoice over use is of no payment, and of one agreement or several; it is about a period. One that stands in the place of another
-- is of the same payment: at any time one of them counts.
ALTER TABLE market_invoices
  ALTER COLUMN payment   DROP NOT NULL,
  ALTER COLUMN agreement DROP NOT NULL,
  ADD COLUMN period_from  bigint,
  ADD COLUMN period_to    bigint,
  ADD COLUMN corrected_by text UNIQUE REFERENCES market_invoices DEFERRABLE INITIALLY DEFERRED,
  DROP CONSTRAINT market_invoices_payment_key;
CREATE UNIQUE INDEX market_invoices_of_payment ON market_invoices (payment) WHERE corrected_by IS NULL;

-- `replaced`: another invoice stands in the place of what is taken back, no money moves.
ALTER TABLE market_credit_notes
  ALTER COLUMN payment   DROP NOT NULL,
  ALTER COLUMN agreement DROP NOT NULL,
  DROP CONSTRAINT market_credit_notes_settlement_check,
  ADD CONSTRAINT market_credit_notes_settlement_check CHECK (settlement IN ('purse', 'offset', 'bank', 'replaced'));

-- What of the vouchers claimed under an agreement an invoice covers, µEUR counted from the agreement's beginning: from where the
-- invoice before it stopped, so that nothing can be invoiced twice. Kept when the mirrors are rebuilt, as invoices are.
CREATE TABLE market_use_lines (
  agreement  text NOT NULL,
  from_micro numeric NOT NULL,
  to_micro   numeric NOT NULL CHECK (to_micro > from_micro),
  invoice    text NOT NULL REFERENCES market_invoices,
  PRIMARY KEY (agreement, from_micro)
);

-- What all invoices over use between two accounts cover, and come to: cents are counted on the whole of it.
CREATE TABLE market_use_pairs (
  seller_account text NOT NULL,
  buyer_account  text NOT NULL,
  micro          numeric NOT NULL DEFAULT 0,
  cents          bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (seller_account, buyer_account)
);

-- A mirror of the chain: what had been claimed under an agreement in all when a month ended, UTC.
CREATE TABLE market_use_months (
  agreement      text NOT NULL,
  month_end      bigint NOT NULL,
  seller_account text NOT NULL,
  buyer_account  text NOT NULL,
  claimed        numeric NOT NULL,
  covered        boolean NOT NULL,
  PRIMARY KEY (agreement, month_end)
);
CREATE INDEX market_use_months_open ON market_use_months (month_end) WHERE NOT covered;

-- A mirror of the chain: which of its events are of an account's books, and what was in the purse after each, in their order.
CREATE TABLE market_book_entries (
  id          bigserial PRIMARY KEY,
  account     text NOT NULL,
  at          bigint NOT NULL,
  transaction text NOT NULL,
  log_index   integer NOT NULL,
  balance     numeric NOT NULL
);
CREATE INDEX market_book_entries_order ON market_book_entries (account, at, id);
CREATE INDEX market_credit_notes_paid_back ON market_credit_notes (seller_account, settled_at) WHERE settlement = 'bank';
CREATE INDEX market_credit_notes_got_back ON market_credit_notes (buyer_account, settled_at) WHERE settlement = 'bank';
