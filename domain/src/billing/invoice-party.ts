import { ok, type Result, refuse } from '../errors/result.ts'

/** Who an invoice names: asked once, kept off the chain. */
export interface InvoiceParty {
  readonly name: string
  readonly street: string
  readonly city: string
  readonly postalCode: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  readonly email: string
  /** With its country's prefix: `ESB12345674`; a person has none. */
  readonly vatId?: string | undefined
  /** Number in the register of companies. */
  readonly registration?: string | undefined
  /** Where a seller is paid. */
  readonly iban?: string | undefined
  /** Percent × 100 that a seller charges at home; 0: exempt, with the reason beside it. */
  readonly vatRate?: number | undefined
  readonly exemption?: string | undefined
}

/** Member states of the EU by the prefix of their VAT ids: Greece writes EL, Northern Ireland's XI counts for goods alone. */
export const EU_COUNTRIES: readonly string[] =
  'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' ')

export const isInEu = (country: string): boolean => EU_COUNTRIES.includes(country)

/** ISO 13616: the check digits make the rearranged number 1 modulo 97. @example isIban('ES91 2100 0418 4502 0005 1332') // true */
export function isIban(text: string): boolean {
  const compact = text.replaceAll(' ', '')
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(compact)) return false
  const digits = `${compact.slice(4)}${compact.slice(0, 4)}`.replaceAll(/[A-Z]/g, (letter) =>
    String(letter.charCodeAt(0) - 55),
  )
  return BigInt(digits) % 97n === 1n
}

/** A VAT id of an EU member state carries its prefix, two letters, then two to twelve letters and digits. */
export function isVatId(text: string, country: string): boolean {
  const prefix = country === 'GR' ? 'EL' : country
  return text.startsWith(prefix) && /^[A-Z]{2}[A-Z0-9+*]{2,12}$/.test(text)
}

export interface VatTreatment {
  /** UNCL 5305: S standard, AE reverse charge, E exempt, O outside the scope of VAT. */
  readonly category: 'S' | 'AE' | 'E' | 'O'
  /** Percent × 100. */
  readonly rate: number
  /** BT-120, BT-121: why there is none. */
  readonly reason?: string
  readonly reasonCode?: string
}

/**
 * How a service between two parties is taxed (Directive 2006/112/EC): at home by the seller's rate; between companies of
 * two member states by reverse charge (Articles 44 and 196); to a company outside the Union it is outside the scope; to a
 * person in the Union by the seller's rate. Codes: ERR_SELLER_RATE, ERR_SELLER_REGISTRATION
 */
export function vatTreatment(seller: InvoiceParty, buyer: InvoiceParty): Result<VatTreatment> {
  if (seller.vatRate === undefined)
    return refuse('ERR_SELLER_RATE', `${seller.name} has not said which rate of VAT it charges`)
  if (seller.country !== buyer.country && !isInEu(buyer.country))
    return seller.registration === undefined
      ? refuse(
          'ERR_SELLER_REGISTRATION',
          `an invoice to ${buyer.country} is outside the scope of VAT and names the seller by its number in the register of companies: ${seller.name} has not given it`,
        )
      : ok({ category: 'O', rate: 0, reason: 'Not subject to VAT', reasonCode: 'VATEX-EU-O' })
  const reverse = seller.country !== buyer.country && seller.vatId !== undefined && buyer.vatId !== undefined
  if (reverse) return ok({ category: 'AE', rate: 0, reason: 'Reverse charge', reasonCode: 'VATEX-EU-AE' })
  if (seller.vatRate === 0) return ok({ category: 'E', rate: 0, reason: seller.exemption ?? 'Exempt from VAT' })
  return ok({ category: 'S', rate: seller.vatRate })
}
