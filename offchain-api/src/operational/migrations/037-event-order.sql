-- Events of one second in several blocks have no order by time and place in the block: they are read in the order in which they
-- were kept, which is the chain's.
ALTER TABLE market_payment_events ADD COLUMN id bigserial;
DROP INDEX market_payment_events_order;
CREATE INDEX market_payment_events_order ON market_payment_events (payment, id);
ALTER TABLE market_agreement_events ADD COLUMN id bigserial;
DROP INDEX market_agreement_events_order;
CREATE INDEX market_agreement_events_order ON market_agreement_events (agreement, id);
