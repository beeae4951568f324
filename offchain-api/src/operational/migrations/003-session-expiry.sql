-- Sessions that are over are swept at every sign-in.
CREATE INDEX sessions_expiry ON sessions (expires_at);
