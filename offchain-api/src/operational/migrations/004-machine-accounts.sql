-- A machine's account is opened by a company's administrator, and holds no longer and no further than the company's own.
ALTER TABLE accounts ADD COLUMN company text REFERENCES accounts ON DELETE CASCADE
  CHECK (company IS NULL OR kind = 'machine');
CREATE INDEX accounts_company ON accounts (company) WHERE company IS NOT NULL;
