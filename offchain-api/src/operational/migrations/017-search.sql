-- What searching reads of listings. All of it follows from market_listings, their ratings and accounts' names.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- One row, locked by whoever changes a search row until they are done: changes are numbered in the order in which they are seen.
CREATE TABLE market_search_clock (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  change   bigint NOT NULL
);
INSERT INTO market_search_clock (change) VALUES (0);

-- `head`: title (A), keywords, category and provider (B), summary (C), for ranking. `words`: every word of the document,
-- for finding; kept out of line, since what is read of thousands of rows is the rest. `prices`: lowest per kind of plan in
-- the order of PRICE_PLAN_KINDS, µEUR, recurring ones per 30 days; null where there is none.
CREATE TABLE market_search (
  number       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  listing      text NOT NULL UNIQUE,
  change       bigint NOT NULL,
  state        text NOT NULL,
  account      text NOT NULL,
  kind         text NOT NULL,
  category     text NOT NULL,
  regions      text[] NOT NULL,
  granularity  text,
  prices       double precision[] NOT NULL,
  rating       double precision,
  published_at bigint NOT NULL,
  head         tsvector NOT NULL,
  words        tsvector NOT NULL
) WITH (toast_tuple_target = 1024);
ALTER TABLE market_search ALTER COLUMN words SET STORAGE EXTERNAL, ALTER COLUMN head SET STORAGE MAIN;
CREATE INDEX market_search_change ON market_search (change, number);
CREATE INDEX market_search_words_of ON market_search USING gin (words) WITH (fastupdate = off);

-- In how many listings a word stands: what a misspelt word may have meant.
CREATE TABLE market_search_words (
  word     text COLLATE "C" PRIMARY KEY,
  listings integer NOT NULL
);
CREATE INDEX market_search_words_similar ON market_search_words USING gin (word gin_trgm_ops);

-- Two mistakes in a word leave a fifth of its trigrams; how many letters differ is judged afterwards.
CREATE FUNCTION market_similar_words(asked text) RETURNS SETOF market_search_words LANGUAGE sql STABLE
  SET pg_trgm.similarity_threshold = 0.2
  AS $$ SELECT * FROM market_search_words WHERE word % asked AND listings > 0
        ORDER BY similarity(word, asked) DESC, listings DESC LIMIT 60 $$;

CREATE INDEX market_listing_policies_restricted ON market_listing_policies (listing) WHERE restricted;
