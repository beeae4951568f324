-- What somebody who is measured consented to: which readings, how they may be used. Kept by digest, once.
CREATE TABLE market_data_terms (
  digest text PRIMARY KEY,
  terms  jsonb NOT NULL
);
-- Who consented before this was signed is asked anew: what they read then is not known.
ALTER TABLE market_data_consents ADD COLUMN terms text REFERENCES market_data_terms;
