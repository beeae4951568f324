-- All use under an agreement, changed in the statement that counts a call or takes one back: always the sum of what market_usage says
-- was counted, without adding it up at each call.
CREATE TABLE market_usage_totals (
  agreement   text PRIMARY KEY,
  calls       bigint NOT NULL CHECK (calls >= 0),
  milli_units numeric NOT NULL CHECK (milli_units >= 0)
);
INSERT INTO market_usage_totals (agreement, calls, milli_units)
  SELECT agreement, count(*), sum(milli_units) FROM market_usage WHERE state = 'counted' GROUP BY agreement;

-- Calls of an agreement that are under way.
DROP INDEX market_usage_asked;
CREATE INDEX market_usage_under_way ON market_usage (agreement, at) WHERE state = 'asked';
