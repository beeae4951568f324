-- Lines that accounts' credentials are to get, from whatever contract: of a listing with the marketplace, of an agreement for
-- each side. Whether a line has come is what the credentials themselves say; `version` is the first one in force that has it,
-- written so that done lines are looked for no more. Instants are whole seconds since 1970, by the store's own clock.
CREATE TABLE market_contract_lines (
  account   text NOT NULL,
  contract  text NOT NULL,
  role      text NOT NULL CHECK (role IN ('provider', 'user')),
  kind      text NOT NULL CHECK (kind IN ('service', 'data')),
  since     text NOT NULL,
  wanted_at bigint NOT NULL DEFAULT extract(epoch FROM now()),
  version   integer,
  PRIMARY KEY (account, contract, role)
);
CREATE INDEX market_contract_lines_open ON market_contract_lines (account) WHERE version IS NULL;

-- One queue takes the place of two.
INSERT INTO market_contract_lines (account, contract, role, kind, since, wanted_at)
  SELECT account, line ->> 'contract', line ->> 'role', line ->> 'kind', line ->> 'since',
    least(wanted_at, extract(epoch FROM now())::bigint)
  FROM market_account_lines
  ON CONFLICT DO NOTHING;
INSERT INTO market_contract_lines (account, contract, role, kind, since)
  SELECT account, agreement, role, kind, since FROM market_credential_lines
  ON CONFLICT DO NOTHING;
UPDATE market_contract_lines l SET version = (
  SELECT min(c.version) FROM account_credentials c
  WHERE c.account = l.account AND c.status IN ('active', 'superseded')
    AND c.claims -> 'contracts' @> jsonb_build_array(jsonb_build_object('contract', l.contract, 'role', l.role)));
DROP TABLE market_account_lines;
DROP TABLE market_credential_lines;
