-- Which version of an account became active when, under which terms. The Receipt credential that says so is made from it
-- whenever it is asked for, and brought to a company's wallet once. Instants are whole seconds since 1970.
CREATE TABLE account_receipts (
  account         text NOT NULL REFERENCES accounts ON DELETE CASCADE,
  version         integer NOT NULL,
  credential_hash text NOT NULL,
  terms           text NOT NULL,
  activated_at    bigint NOT NULL,
  delivered       boolean NOT NULL DEFAULT false,
  tries           integer NOT NULL DEFAULT 0,
  next_try        bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (account, version)
);
CREATE INDEX account_receipts_due ON account_receipts (next_try) WHERE NOT delivered;
