-- Runs of a composed service for whoever contracted it: under which agreement, and which call of it. The same call that comes
-- again finds its run by `request`, if `input_digest` (sha2-256 of type and bytes) says that it is the same.
ALTER TABLE market_composition_runs ADD COLUMN agreement text, ADD COLUMN request text, ADD COLUMN input_digest text,
  ADD CHECK ((agreement IS NULL) = (request IS NULL) AND (agreement IS NULL) = (input_digest IS NULL));
CREATE UNIQUE INDEX market_composition_runs_call ON market_composition_runs (agreement, request) WHERE agreement IS NOT NULL;
CREATE INDEX market_composition_runs_agreement ON market_composition_runs (agreement, started_at) WHERE agreement IS NOT NULL;
