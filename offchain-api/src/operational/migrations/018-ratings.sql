-- What consumers think of services that they used: one rating for each agreement, the newest signed one; anybody can verify
-- the signature (EIP-712, "OPEM Ratings"). Instants are whole seconds since 1970.
CREATE TABLE market_ratings (
  agreement   text PRIMARY KEY,
  listing     text NOT NULL,
  consumer    text NOT NULL,
  account     text NOT NULL,
  stars       integer NOT NULL CHECK (stars BETWEEN 1 AND 5),
  words       text NOT NULL,
  rated_at    bigint NOT NULL,
  signer      text NOT NULL,
  signature   text NOT NULL,
  revision    integer NOT NULL DEFAULT 1,
  answer      text,
  answered_at bigint
);
CREATE INDEX market_ratings_listing ON market_ratings (listing, rated_at);
