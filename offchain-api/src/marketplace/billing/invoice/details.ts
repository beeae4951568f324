import { type Hex, type InvoiceParty, isCountry, isIban, isVatId } from '@opem/domain'
import { z } from 'zod'
import type { OperationalStore } from '../../../operational/store.ts'

const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}]*$/u, 'one line of text')

/** What an invoice needs of a company, as it is asked for. */
export const invoiceDetails = z
  .strictObject({
    name: line(200),
    street: line(200),
    city: line(100),
    postalCode: line(20),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .refine(isCountry, 'two letters of ISO 3166-1, like ES'),
    email: z.email().max(200),
    vatId: z.string().max(14).optional(),
    registration: line(40).optional(),
    iban: z
      .string()
      .max(42)
      .transform((text) => text.replaceAll(' ', '').toUpperCase())
      .refine(isIban, 'an IBAN with its check digits')
      .optional(),
    vatRate: z
      .number()
      .int()
      .min(0)
      .max(3000)
      .optional()
      .meta({ description: 'percent × 100 charged at home; 0: exempt' }),
    exemption: line(200).optional().meta({ description: 'why no VAT is charged' }),
  })
  .superRefine((it, context) => {
    if (it.vatId !== undefined && !isVatId(it.vatId, it.country))
      context.addIssue({
        code: 'custom',
        path: ['vatId'],
        message: `a VAT id of ${it.country} begins with its letters`,
      })
    if (it.vatRate !== undefined && it.vatId === undefined)
      context.addIssue({ code: 'custom', path: ['vatId'], message: 'who charges VAT, or is exempt, names its VAT id' })
    if (it.vatRate === 0 && it.exemption === undefined)
      context.addIssue({ code: 'custom', path: ['exemption'], message: 'who charges no VAT says why' })
  })
  .meta({ id: 'InvoiceDetails' })

type Rows = OperationalStore['rows']

export async function detailsOf(rows: Rows, account: Hex | string): Promise<InvoiceParty | undefined> {
  const [found] = await rows<{ details: InvoiceParty }>(
    'SELECT details FROM market_invoice_details WHERE account = $1',
    [account],
  )
  return found?.details
}

export const keepDetails = (rows: Rows, account: string, details: InvoiceParty, now: number) =>
  rows(
    `INSERT INTO market_invoice_details (account, details, changed_at) VALUES ($1, $2, $3)
     ON CONFLICT (account) DO UPDATE SET details = excluded.details, changed_at = excluded.changed_at`,
    [account, JSON.stringify(details), now],
  )
