-- Data that a user handed to the provider of a service, which is written down as a download of the user's: under which agreement
-- about the service.
ALTER TABLE market_data_downloads ADD COLUMN passed_to text;
CREATE INDEX market_data_downloads_passed ON market_data_downloads (passed_to) WHERE passed_to IS NOT NULL;
