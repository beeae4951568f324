-- Who signed a voucher. The key that opened a reserve signs for it until it is closed; anybody else who acted for the consumer may
-- lose that right before the provider claims. Vouchers from before this column were not asked: they count as they did.
ALTER TABLE market_vouchers ADD COLUMN signer text;
