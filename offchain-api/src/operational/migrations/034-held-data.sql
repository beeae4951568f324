-- Data that lie in this marketplace are prepared by nobody: they can be used as soon as they are contracted.
UPDATE market_instances i SET state = 'running'
FROM market_agreements a JOIN market_agreement_documents d ON d.digest = a.terms ->> 'terms'
JOIN market_listings l ON l.listing = a.listing
WHERE i.agreement = a.id AND i.state = 'requested' AND a.kind = 'data' AND d.document ? 'policy'
  AND l.document -> 'access' -> 'baseUrl' IS NULL;
