-- What the chain must not hold: names, meters, salt keys, and the documents behind committed hashes.
-- Instants are whole seconds since 1970, ids and hashes lower-case hex with 0x.

CREATE TABLE communities (
  id             text PRIMARY KEY,
  name           text NOT NULL,
  time_zone      text NOT NULL,
  period_seconds integer NOT NULL CHECK (period_seconds IN (900, 3600)),
  batch_periods  text NOT NULL,
  stored_at      timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE rules (
  community text NOT NULL REFERENCES communities ON DELETE CASCADE,
  version   integer NOT NULL CHECK (version > 0),
  hash      text NOT NULL,
  document  jsonb NOT NULL,
  PRIMARY KEY (community, version)
);

-- A salt key makes a member's ids and balances unguessable; destroying it (and the evidence) erases the member.
CREATE TABLE members (
  community text NOT NULL REFERENCES communities ON DELETE CASCADE,
  id        text NOT NULL,
  name      text NOT NULL,
  account   text NOT NULL,
  salt_key  text NOT NULL,
  PRIMARY KEY (community, id)
);

CREATE TABLE meters (
  community     text NOT NULL,
  member        text NOT NULL,
  place         integer NOT NULL,
  meter         text NOT NULL,
  participation integer NOT NULL CHECK (participation BETWEEN 1 AND 100),
  PRIMARY KEY (community, member, place),
  FOREIGN KEY (community, member) REFERENCES members (community, id) ON DELETE CASCADE
);
CREATE INDEX meters_meter ON meters (meter);

-- Signed by the member, waiting for the administrator's transaction.
CREATE TABLE consents (
  community       text NOT NULL REFERENCES communities ON DELETE CASCADE,
  member          text NOT NULL,
  account         text NOT NULL,
  name            text NOT NULL,
  starts          bigint NOT NULL,
  metering_points jsonb NOT NULL,
  meters          jsonb NOT NULL,
  salt_key        text NOT NULL,
  deadline        bigint NOT NULL,
  consent         text NOT NULL,
  stored_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (community, member)
);

-- What a meter's connection carries at most; unlisted meters have the default capacity.
CREATE TABLE meter_capacities (
  meter          text PRIMARY KEY,
  capacity_watts bigint NOT NULL CHECK (capacity_watts > 0)
);
