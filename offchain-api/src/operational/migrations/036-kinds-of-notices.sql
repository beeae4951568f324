-- "Use was recorded" was never told, and is no kind any more. A webhook that asked for nothing else would get everything.
DELETE FROM market_notification_preferences WHERE kind = 'usage-recorded';
UPDATE market_webhooks SET kinds = '{payment-due}', paused_at = coalesce(paused_at, floor(extract(epoch FROM now()))),
  paused_because = coalesce(paused_because, 'the only kind that it asked for is told no more; name others')
WHERE kinds = '{usage-recorded}';
UPDATE market_webhooks SET kinds = array_remove(kinds, 'usage-recorded');
