-- What the marketplace tells people, how it reaches them, what was done by whom, and answers that may be asked for twice.
-- Instants are whole seconds since 1970. Accounts are ids (0x and 64 hex digits), or 'operator' for whoever operates.

CREATE TABLE market_notifications (
  id         bigserial PRIMARY KEY,
  message    uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  account    text NOT NULL,
  kind       text NOT NULL,
  about      jsonb NOT NULL,
  title      text NOT NULL,
  body       text NOT NULL,
  link       text NOT NULL,
  written_at bigint NOT NULL,
  -- Set in the transaction that queued its letters: queued once, whatever is killed when.
  queued     boolean NOT NULL DEFAULT false
);
CREATE INDEX market_notifications_account ON market_notifications (account, id);
CREATE INDEX market_notifications_waiting ON market_notifications (id) WHERE NOT queued;

-- Each representative of a company reads for themselves.
CREATE TABLE market_notification_reads (
  notification bigint NOT NULL REFERENCES market_notifications ON DELETE CASCADE,
  did          text NOT NULL,
  read_at      bigint NOT NULL,
  PRIMARY KEY (did, notification)
);

-- Only what differs from the default: everything on the page, nothing by e-mail.
CREATE TABLE market_notification_preferences (
  account text NOT NULL REFERENCES accounts ON DELETE CASCADE,
  did     text NOT NULL,
  kind    text NOT NULL,
  channel text NOT NULL CHECK (channel IN ('page', 'email')),
  wanted  boolean NOT NULL,
  PRIMARY KEY (account, did, kind, channel)
);

-- Letters go to an address only after its reader said so by the link sent there. Links are derived, never kept.
CREATE TABLE market_email_addresses (
  account      text NOT NULL REFERENCES accounts ON DELETE CASCADE,
  did          text NOT NULL,
  address      text NOT NULL,
  asked_at     bigint NOT NULL,
  confirmed_at bigint,
  PRIMARY KEY (account, did)
);

-- The secret is not kept: it is derived from the marketplace's own key, the id and this version.
CREATE TABLE market_webhooks (
  id             uuid PRIMARY KEY,
  account        text NOT NULL REFERENCES accounts ON DELETE CASCADE,
  url            text NOT NULL,
  kinds          text[] NOT NULL,
  secret_version integer NOT NULL DEFAULT 1,
  created_at     bigint NOT NULL,
  paused_at      bigint,
  paused_because text
);
CREATE INDEX market_webhooks_account ON market_webhooks (account);

-- One row for each letter: who was written to by which way, and how it went. target is a DID or the id of a webhook.
CREATE TABLE market_deliveries (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  notification bigint NOT NULL REFERENCES market_notifications ON DELETE CASCADE,
  account      text NOT NULL,
  channel      text NOT NULL CHECK (channel IN ('email', 'webhook')),
  target       text NOT NULL,
  state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed', 'dropped')),
  tries        integer NOT NULL DEFAULT 0,
  why          text,
  changed_at   bigint NOT NULL,
  UNIQUE (notification, channel, target)
);
CREATE INDEX market_deliveries_target ON market_deliveries (target, changed_at);

-- Who did what: written once, never changed. Each entry's hash covers the one before, so that a reader finds a gap.
CREATE TABLE market_audit_log (
  number   bigint PRIMARY KEY CHECK (number > 0),
  entry    text NOT NULL,
  previous text NOT NULL,
  hash     text NOT NULL UNIQUE,
  -- For search alone; what counts is in the entry.
  account  text,
  action   text NOT NULL,
  about    jsonb NOT NULL
);
CREATE INDEX market_audit_log_action ON market_audit_log (action, number);
CREATE INDEX market_audit_log_account ON market_audit_log (account, number);
CREATE INDEX market_audit_log_about ON market_audit_log USING gin (about);

CREATE FUNCTION market_audit_log_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is only added to' USING ERRCODE = 'OP001';
END $$;
CREATE TRIGGER market_audit_log_stays BEFORE UPDATE OR DELETE ON market_audit_log
  FOR EACH ROW EXECUTE FUNCTION market_audit_log_stays();
CREATE TRIGGER market_audit_log_stays_whole BEFORE TRUNCATE ON market_audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION market_audit_log_stays();

-- Notes of a running transaction. They get their place in the chain while it commits, so that two that note something
-- wait for each other only then; afterwards this table is empty again.
CREATE TABLE market_audit_notes (
  id      bigserial PRIMARY KEY,
  entry   text NOT NULL,
  account text,
  action  text NOT NULL,
  about   jsonb NOT NULL
);
CREATE FUNCTION market_audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  head record;
BEGIN
  PERFORM pg_advisory_xact_lock(7263544);
  SELECT number, hash INTO head FROM market_audit_log ORDER BY number DESC LIMIT 1;
  INSERT INTO market_audit_log (number, entry, previous, hash, account, action, about)
    SELECT coalesce(head.number, 0) + 1, NEW.entry, p.previous,
      '0x' || encode(sha256(convert_to(p.previous || NEW.entry, 'UTF8')), 'hex'), NEW.account, NEW.action, NEW.about
    FROM (SELECT coalesce(head.hash, '0x' || repeat('0', 64)) AS previous) p;
  DELETE FROM market_audit_notes WHERE id = NEW.id;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER market_audit_chain AFTER INSERT ON market_audit_notes
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION market_audit_chain();

-- POSTs that carried an Idempotency-Key, for a day. Of key and request only the hash is kept.
CREATE TABLE idempotent_requests (
  caller     text NOT NULL,
  key        text NOT NULL,
  request    text NOT NULL,
  started_at bigint NOT NULL,
  status     integer,
  answer     text,
  PRIMARY KEY (caller, key)
);
CREATE INDEX idempotent_requests_age ON idempotent_requests (started_at);
