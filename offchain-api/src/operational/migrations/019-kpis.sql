-- Figures about listings that were measured, one value a day: who looks at a listing sees the last one and how it went.
CREATE TABLE market_listing_kpis (
  listing     text NOT NULL,
  kpi         text NOT NULL,
  day         date NOT NULL,
  value       double precision NOT NULL,
  measured_at bigint NOT NULL,
  PRIMARY KEY (listing, kpi, day)
);

-- Agreements by listing and by id, as the chain told them.
CREATE INDEX market_events_agreements ON market_events ((args->>'listing'), (args->>'id')) WHERE name = 'AgreementConcluded';
CREATE INDEX market_events_agreement ON market_events ((args->>'id')) WHERE contract = 'AgreementRegistry';
