-- A later end that both have signed is brought to the chain by this API too, for wallets without ether.
ALTER TABLE market_extensions ADD COLUMN relay boolean NOT NULL DEFAULT false;
ALTER TABLE market_extensions ADD COLUMN next_try bigint NOT NULL DEFAULT 0;

-- Of which end of which agreement both sides were told that it comes soon.
CREATE TABLE market_agreement_reminders (
  agreement text NOT NULL,
  ends_at   bigint NOT NULL,
  told_at   bigint NOT NULL,
  PRIMARY KEY (agreement, ends_at)
);
CREATE INDEX market_agreements_ending ON market_agreements (ends_at) WHERE ends_at > 0;
