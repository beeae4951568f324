/**
 * Schemas that a later version has followed, as they were: the registry takes versions in a row, and credentials that name an
 * earlier one stay readable. JSON Schema 2020-12.
 */
export const EARLIER_SCHEMAS = [
  {
    name: 'ReceiptCredential',
    version: 1,
    schema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'urn:opem:schema:ReceiptCredential:1',
      title: 'ReceiptCredential',
      type: 'object',
      properties: {
        account: {
          type: 'string',
          pattern: '^0x[0-9a-f]{64}$',
        },
        version: {
          type: 'integer',
          minimum: 1,
          maximum: 9007199254740991,
        },
        credentialHash: {
          type: 'string',
          pattern: '^0x[0-9a-f]{64}$',
        },
        activatedAt: {
          type: 'string',
          format: 'date-time',
          pattern:
            '^(?:(?:\\d\\d[2468][048]|\\d\\d[13579][26]|\\d\\d0[48]|[02468][048]00|[13579][26]00)-02-29|\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|(?:02)-(?:0[1-9]|1\\d|2[0-8])))T(?:(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?(?:Z))$',
        },
      },
      required: ['account', 'version', 'credentialHash', 'activatedAt'],
      additionalProperties: false,
    },
  },
] as const
