-- What was announced on chain behind the timelock about a listing or an account, so that those concerned hear when it is cancelled:
-- the event of the cancellation names the operation alone.
CREATE TABLE market_announced (
  operation text NOT NULL,
  nonce     bigint NOT NULL,
  -- The call: expel, suspend, reinstate, revoke, changeRoles.
  decision  text NOT NULL,
  listing   text,
  account   text,
  -- Digest of the reason, zeros without one; the chain holds none of decisions about accounts.
  reason    text,
  due_at    bigint NOT NULL,
  PRIMARY KEY (operation, nonce),
  CHECK ((listing IS NULL) <> (account IS NULL))
);
