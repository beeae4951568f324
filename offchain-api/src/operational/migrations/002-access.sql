-- Who may enter: accounts and their credentials, sessions, a company's users and systems, and what each of them did.
-- Instants are whole seconds since 1970. Account is keccak256 of the holder's canonical DID. No secret is kept: of
-- handles, cookies and challenges only their hash, of credentials their hash and the claims that the next version needs.

CREATE TABLE challenges (
  challenge  text PRIMARY KEY,
  browser    text NOT NULL,
  operation  text NOT NULL,
  account    text,
  expires_at bigint NOT NULL
);
CREATE INDEX challenges_expiry ON challenges (expires_at);

CREATE TABLE accounts (
  account         text PRIMARY KEY,
  did             text NOT NULL UNIQUE,
  kind            text NOT NULL CHECK (kind IN ('company', 'citizen', 'machine')),
  name            text NOT NULL,
  roles           text[] NOT NULL,
  status          text NOT NULL CHECK (status IN ('pending', 'active', 'suspended', 'revoked')),
  reason          text,
  terms           text NOT NULL,
  wallet_endpoint text,
  version         integer NOT NULL,
  credential_hash text NOT NULL,
  pending_until   bigint NOT NULL,
  created_at      bigint NOT NULL
);
CREATE INDEX accounts_order ON accounts (created_at, account);

-- The credential itself is kept while it is on its way only; afterwards its holder has it.
CREATE TABLE account_credentials (
  account       text NOT NULL REFERENCES accounts ON DELETE CASCADE,
  version       integer NOT NULL,
  hash          text NOT NULL UNIQUE,
  jti           text NOT NULL,
  previous      text,
  claims        jsonb NOT NULL,
  jwt           text,
  status        text NOT NULL CHECK (status IN ('pending', 'active', 'superseded', 'abandoned')),
  expires_at    bigint NOT NULL,
  pending_until bigint NOT NULL,
  request       text,
  tries         integer NOT NULL DEFAULT 0,
  next_try      bigint NOT NULL DEFAULT 0,
  reason        text,
  PRIMARY KEY (account, version)
);
CREATE INDEX account_credentials_pending ON account_credentials (next_try) WHERE status = 'pending';

CREATE TABLE representatives (
  account          text NOT NULL REFERENCES accounts ON DELETE CASCADE,
  did              text NOT NULL,
  name             text NOT NULL,
  email            text NOT NULL,
  credential_roles text[] NOT NULL,
  limited_roles    text[],
  disabled         boolean NOT NULL DEFAULT false,
  last_seen        bigint,
  PRIMARY KEY (account, did)
);

CREATE TABLE sessions (
  id                text PRIMARY KEY,
  account           text NOT NULL REFERENCES accounts ON DELETE CASCADE,
  did               text NOT NULL,
  representative    boolean NOT NULL,
  name              text NOT NULL,
  account_version   integer NOT NULL,
  credential_issuer text,
  credential_jti    text,
  started_at        bigint NOT NULL,
  expires_at        bigint NOT NULL,
  ended_at          bigint,
  ended_because     text
);
CREATE INDEX sessions_account ON sessions (account) WHERE ended_at IS NULL;

-- A used handle stays until its session is over: who shows it again is not who got it.
CREATE TABLE refresh_handles (
  hash    text PRIMARY KEY,
  session text NOT NULL REFERENCES sessions ON DELETE CASCADE,
  used_at bigint
);
CREATE INDEX refresh_handles_session ON refresh_handles (session);

CREATE TABLE systems (
  id                 text PRIMARY KEY,
  account            text NOT NULL REFERENCES accounts ON DELETE CASCADE,
  name               text NOT NULL,
  authentication     jsonb NOT NULL,
  key_id             text UNIQUE,
  certificate_sha256 text UNIQUE,
  meters             text[] NOT NULL,
  scopes             text[] NOT NULL,
  created_at         bigint NOT NULL
);
CREATE INDEX systems_account ON systems (account);

CREATE TABLE signature_nonces (
  key_id     text NOT NULL,
  nonce      text NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (key_id, nonce)
);

CREATE TABLE community_auditors (
  community  text NOT NULL REFERENCES communities ON DELETE CASCADE,
  did        text NOT NULL,
  granted_at bigint NOT NULL,
  PRIMARY KEY (community, did)
);

-- A meter's readings may be used in periods that start in [starts, ends).
CREATE TABLE meter_authorisations (
  community       text NOT NULL REFERENCES communities ON DELETE CASCADE,
  member          text NOT NULL,
  meter           text NOT NULL,
  starts          bigint NOT NULL,
  ends            bigint,
  issuer          text,
  credential_jti  text,
  credential_hash text,
  PRIMARY KEY (community, member, meter, starts)
);
-- Members that joined before data-source credentials existed consented to the use of their meters by joining.
INSERT INTO meter_authorisations (community, member, meter, starts)
  SELECT DISTINCT community, member, meter, 0 FROM meters;
INSERT INTO meter_authorisations (community, member, meter, starts)
  SELECT DISTINCT community, member, jsonb_array_elements_text(meters), starts FROM consents
  ON CONFLICT DO NOTHING;

-- What the chain must be told: written before it is sent, sent until there is a receipt.
CREATE TABLE chain_calls (
  id            bigserial PRIMARY KEY,
  kind          text NOT NULL CHECK (kind IN ('open', 'activate', 'renew', 'suspend', 'reinstate', 'revoke', 'change-roles')),
  account       text NOT NULL,
  call          jsonb NOT NULL,
  state         text NOT NULL DEFAULT 'wanted' CHECK (state IN ('wanted', 'signed', 'done', 'dropped')),
  why           text,
  account_nonce bigint,
  hash          text,
  raw           text,
  written_at    bigint NOT NULL
);
CREATE INDEX chain_calls_open ON chain_calls (id) WHERE state IN ('wanted', 'signed');
-- Asked twice, told once: a credential is opened, activated or renewed by one call.
CREATE UNIQUE INDEX chain_calls_once ON chain_calls (account, kind, (call ->> 'credentialHash')) WHERE state <> 'dropped';

-- Up to which block the registries' events are mirrored here.
CREATE TABLE chain_cursors (
  name  text PRIMARY KEY,
  block bigint NOT NULL
);

-- What EU wallets are asked, and their answers until the page takes them.
CREATE TABLE openid4vp_requests (
  id           text PRIMARY KEY,
  browser      text NOT NULL,
  operation    text NOT NULL,
  challenge    text NOT NULL,
  state        text NOT NULL,
  response_key jsonb NOT NULL,
  vp_token     jsonb,
  reason       text,
  expires_at   bigint NOT NULL
);

-- Kept for people's deeds and for every refusal; what systems do all day is counted only.
CREATE TABLE access_log (
  at      bigint NOT NULL,
  who     text NOT NULL,
  account text,
  method  text NOT NULL,
  route   text NOT NULL,
  rule    text NOT NULL,
  outcome integer NOT NULL
);
CREATE INDEX access_log_account ON access_log (account, at);
CREATE INDEX access_log_at ON access_log (at);

CREATE TABLE access_usage (
  account  text NOT NULL,
  day      date NOT NULL,
  sign_ins integer NOT NULL DEFAULT 0,
  requests integer NOT NULL DEFAULT 0,
  refused  integer NOT NULL DEFAULT 0,
  PRIMARY KEY (account, day)
);
