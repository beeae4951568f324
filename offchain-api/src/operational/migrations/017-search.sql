-- What searching reads of listings. All of it follows from market_listings, their ratings and accounts' names.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- One row, locked by whoever changes a search row until they are done: changes are numbered in the order in which they are seen.
CREATE TABLE market_search_clock (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  change   bigint NOT NULL
);
INSERT INTO market_search_clock (change) VALUES (0);

-- What is found, counted, filtered, ranked and ordered; every process of the API keeps it in memory and reads what changed.
-- `title`, `topic` (keywords, category, provider) and `summary`: their words, `words`: all words of the document, each once, with
-- spaces. `prices`: lowest per kind of plan in the order of PRICE_PLAN_KINDS, micro-EUR, recurring ones per 30 days; null where
-- there is none.
CREATE TABLE market_search (
  number       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  listing      text NOT NULL UNIQUE,
  change       bigint NOT NULL,
  state        text NOT NULL,
  account      text NOT NULL,
  kind         text NOT NULL,
  category     text NOT NULL,
  regions      text NOT NULL,
  granularity  text,
  prices       double precision[] NOT NULL,
  rating       double precision,
  published_at bigint NOT NULL,
  title        text NOT NULL,
  topic        text NOT NULL,
  summary      text NOT NULL,
  words        text NOT NULL
);
CREATE INDEX market_search_change ON market_search (change, number);

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
