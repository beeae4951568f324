-- Which process of the API asked a provider (operational/living.ts): when it ends, nobody will ever answer the call. NULL: the call
-- outlives the process, as one of a composed service does, whose run another process goes on with.
ALTER TABLE market_usage ADD COLUMN process integer;
