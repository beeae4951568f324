import type { paths } from '../../../offchain-api/generated/api.d.ts'
import type * as access from './access.ts'
import type { Handed, Own, Pending } from './account-credential.ts'
import type * as accounts from './accounts.ts'
import type { Adjustments } from './adjustments.ts'
import type * as agreements from './agreements.ts'
import type { Auditors } from './auditors.ts'
import type * as billing from './billing.ts'
import type { Communities, Community } from './communities.ts'
import type { Machines, OpenedMachine, Systems, Users } from './company.ts'
import type { Consents } from './consents.ts'
import type * as data from './data.ts'
import type * as governance from './governance.ts'
import type * as instances from './instances.ts'
import type * as landing from './landing.ts'
import type { Listing, Listings, Ratings } from './listings.ts'
import type { Managed } from './manage.ts'
import type { Authorisations } from './meter-authorisations.ts'
import type * as notifications from './notifications.ts'
import type { Periods } from './periods.ts'
import type { Proofs } from './proofs.ts'
import type { AllRead, Reads } from './reads.ts'
import type * as reviews from './reviews.ts'
import type * as services from './services.ts'
import type { Health, Settings } from './settings.ts'
import type { Batches } from './trading.ts'
import type * as webhooks from './webhooks.ts'

type AnswerOf<Method> = Method extends {
  responses: { 200: { content: { 'application/json': infer Answer } } }
}
  ? Answer
  : never
type Get<Path extends keyof paths> = AnswerOf<paths[Path]['get']>
type Post<Path extends keyof paths> = AnswerOf<paths[Path]['post']>
type Put<Path extends keyof paths> = AnswerOf<paths[Path]['put']>

/** Without the tokens, which come in the body only for those who ask for them there. */
type WithCookies<Answer> = Omit<Answer, 'accessToken' | 'refreshHandle'>

/**
 * What this page reads, held against what the API's generated types say that it answers: the type check fails when the two
 * drift apart. Bodies that domain's own parsers read (rules, trading batches, adjustments, prices) are theirs to judge.
 */
export type ApiContract = AllRead<{
  'GET /v1/health': Reads<typeof Health, Get<'/v1/health'>>
  'GET /v1/settings': Reads<typeof Settings, Get<'/v1/settings'>>

  'POST /v1/access/challenges': Reads<typeof access.Challenge, Post<'/v1/access/challenges'>>
  'GET /v1/access/session': Reads<typeof access.Answered, Get<'/v1/access/session'>>
  'POST /v1/access/sign-ins': Reads<typeof access.Answered, WithCookies<Post<'/v1/access/sign-ins'>>>
  'POST /v1/access/refresh': Reads<typeof access.Answered, WithCookies<Post<'/v1/access/refresh'>>>
  'POST /v1/access/registrations': Reads<typeof access.Registered, Post<'/v1/access/registrations'>>
  'GET /v1/access/registrations/{account}': Reads<typeof access.Progress, Get<'/v1/access/registrations/{account}'>>
  'POST /v1/access/receipts': Reads<typeof access.Confirmed, Post<'/v1/access/receipts'>>
  'GET /v1/access/credential': Reads<typeof Own, Get<'/v1/access/credential'>>
  'GET /v1/access/credential/pending': Reads<typeof Pending, Get<'/v1/access/credential/pending'>>
  'POST /v1/access/credential/renewals': Reads<typeof Handed, Post<'/v1/access/credential/renewals'>>
  'POST /v1/access/reissues': Reads<typeof Handed, Post<'/v1/access/reissues'>>
  'GET /v1/access/terms': Reads<typeof access.Terms, Get<'/v1/access/terms'>>
  'POST /v1/access/development/identity-credentials': Reads<
    typeof access.Issued,
    Post<'/v1/access/development/identity-credentials'>
  >
  'POST /v1/access/openid4vp/requests': Reads<typeof access.WalletRequest, Post<'/v1/access/openid4vp/requests'>>
  'GET /v1/access/openid4vp/responses/{id}': Reads<
    typeof access.WalletAnswer,
    Get<'/v1/access/openid4vp/responses/{id}'>
  >

  'GET /v1/accounts': Reads<typeof accounts.Page, Get<'/v1/accounts'>>
  'GET /v1/accounts/{account}': Reads<typeof accounts.Account, Get<'/v1/accounts/{account}'>>
  'GET /v1/accounts/{account}/usage': Reads<typeof accounts.Usage, Get<'/v1/accounts/{account}/usage'>>
  'GET /v1/company/users': Reads<typeof Users, Get<'/v1/company/users'>>
  'GET /v1/company/machines': Reads<typeof Machines, Get<'/v1/company/machines'>>
  'POST /v1/company/machines': Reads<typeof OpenedMachine, Post<'/v1/company/machines'>>
  'GET /v1/company/systems': Reads<typeof Systems, Get<'/v1/company/systems'>>

  'GET /v1/market/listings': Reads<typeof Listings, Get<'/v1/market/listings'>>
  'GET /v1/market/listings/{listing}': Reads<typeof Listing, Get<'/v1/market/listings/{listing}'>>
  'GET /v1/market/listings/{listing}/ratings': Reads<typeof Ratings, Get<'/v1/market/listings/{listing}/ratings'>>
  'GET /v1/billing': Reads<typeof billing.Purse, Get<'/v1/billing'>>
  'GET /v1/billing/payments': Reads<typeof billing.Payments, Get<'/v1/billing/payments'>>
  'GET /v1/billing/payments/{payment}': Reads<typeof billing.PaymentDetail, Get<'/v1/billing/payments/{payment}'>>
  'GET /v1/billing/agreements': Reads<typeof billing.BilledAgreements, Get<'/v1/billing/agreements'>>
  'GET /v1/billing/agreements/{id}/voucher': Reads<typeof billing.Claimable, Get<'/v1/billing/agreements/{id}/voucher'>>
  'POST /v1/billing/agreements/{id}/vouchers': Reads<
    typeof billing.TakenVoucher,
    Post<'/v1/billing/agreements/{id}/vouchers'>
  >
  'GET /v1/billing/invoices': Reads<typeof billing.Invoices, Get<'/v1/billing/invoices'>>
  'GET /v1/billing/credit-notes': Reads<typeof billing.CreditNotes, Get<'/v1/billing/credit-notes'>>
  'GET /v1/billing/open-credit-notes': Reads<typeof billing.OpenCreditNotes, Get<'/v1/billing/open-credit-notes'>>
  'POST /v1/billing/invoices/{id}/credit-notes': Reads<
    typeof billing.CreditNote,
    Post<'/v1/billing/invoices/{id}/credit-notes'>
  >
  'POST /v1/billing/invoices/{id}/correction': Reads<
    typeof billing.Correction,
    Post<'/v1/billing/invoices/{id}/correction'>
  >
  'GET /v1/billing/statement': Reads<typeof billing.Statement, Get<'/v1/billing/statement'>>
  'GET /v1/billing/disputes': Reads<typeof billing.Disputes, Get<'/v1/billing/disputes'>>
  'GET /v1/billing/fees': Reads<typeof billing.Fees, Get<'/v1/billing/fees'>>
  'GET /v1/billing/open-invoices': Reads<typeof billing.OpenInvoices, Get<'/v1/billing/open-invoices'>>
  'POST /v1/billing/bank-statements': Reads<typeof billing.Credits, Post<'/v1/billing/bank-statements'>>

  'GET /v1/communities': Reads<typeof Communities, Get<'/v1/communities'>>
  'GET /v1/communities/{id}': Reads<typeof Community, Get<'/v1/communities/{id}'>>
  'GET /v1/communities/{id}/consents': Reads<typeof Consents, Get<'/v1/communities/{id}/consents'>>
  'GET /v1/communities/{id}/auditors': Reads<typeof Auditors, Get<'/v1/communities/{id}/auditors'>>
  'GET /v1/communities/{id}/meter-authorisations': Reads<
    typeof Authorisations,
    Get<'/v1/communities/{id}/meter-authorisations'>
  >
  'GET /v1/communities/{id}/periods': Reads<typeof Periods, Get<'/v1/communities/{id}/periods'>>
  'GET /v1/communities/{id}/proofs': Reads<typeof Proofs, Get<'/v1/communities/{id}/proofs'>>
  'GET /v1/communities/{id}/trading': Reads<typeof Batches, Get<'/v1/communities/{id}/trading'>>
  'GET /v1/communities/{id}/adjustments': Reads<typeof Adjustments, Get<'/v1/communities/{id}/adjustments'>>

  'GET /v1/market/follower': Reads<typeof services.Followed, Get<'/v1/market/follower'>>
  'GET /v1/market/services': Reads<typeof services.Services, Get<'/v1/market/services'>>
  'GET /v1/market/services/{listing}': Reads<typeof services.Workbench, Get<'/v1/market/services/{listing}'>>
  'GET /v1/market/services/{listing}/landing': Reads<
    typeof landing.OwnPage,
    Get<'/v1/market/services/{listing}/landing'>
  >
  'GET /v1/market/services/{listing}/manage': Reads<typeof Managed, Get<'/v1/market/services/{listing}/manage'>>
  'GET /v1/market/publishing': Reads<typeof reviews.Process, Get<'/v1/market/publishing'>>
  'GET /v1/market/reviews': Reads<typeof reviews.Queue, Get<'/v1/market/reviews'>>
  'GET /v1/market/reviews/{listing}': Reads<typeof reviews.Review, Get<'/v1/market/reviews/{listing}'>>
  'GET /v1/agreements': Reads<typeof agreements.Lines, Get<'/v1/agreements'>>
  'GET /v1/agreements/{id}': Reads<typeof agreements.Shown, Get<'/v1/agreements/{id}'>>
  'GET /v1/agreements/choices': Reads<typeof agreements.ChoicesOffered, Get<'/v1/agreements/choices'>>
  'POST /v1/agreements/drafts': Reads<typeof agreements.Draft, Post<'/v1/agreements/drafts'>>
  'POST /v1/agreements': Reads<typeof agreements.Done, Post<'/v1/agreements'>>
  'POST /v1/agreements/{id}/reasons': Reads<typeof agreements.Reason, Post<'/v1/agreements/{id}/reasons'>>
  'GET /v1/agreements/{id}/instance': Reads<typeof instances.Instance, Get<'/v1/agreements/{id}/instance'>>
  'POST /v1/agreements/{id}/instance/keys': Reads<typeof instances.Key, Post<'/v1/agreements/{id}/instance/keys'>>
  'GET /v1/data/holdings': Reads<typeof data.Holdings, Get<'/v1/data/holdings'>>
  'GET /v1/data/sets': Reads<typeof data.DataSets, Get<'/v1/data/sets'>>
  'POST /v1/data/sets': Reads<typeof data.DataSet, Post<'/v1/data/sets'>>
  'PUT /v1/data/sets/{listing}': Reads<typeof data.DataSet, Put<'/v1/data/sets/{listing}'>>
  'GET /v1/data/consents': Reads<typeof data.Consents, Get<'/v1/data/consents'>>
  'GET /v1/data/contracts': Reads<typeof data.Contracts, Get<'/v1/data/contracts'>>
  'GET /v1/data/contracts/{agreement}': Reads<typeof data.Contract, Get<'/v1/data/contracts/{agreement}'>>
  'POST /v1/data/contracts/{agreement}/queries': Reads<
    typeof data.Preview,
    Post<'/v1/data/contracts/{agreement}/queries'>
  >
  'POST /v1/data/contracts/{agreement}/links': Reads<typeof data.DataLink, Post<'/v1/data/contracts/{agreement}/links'>>
  'GET /v1/agreements/{id}/runs': Reads<typeof instances.ChainCalls, Get<'/v1/agreements/{id}/runs'>>
  'GET /v1/agreements/{id}/runs/{run}/output': Reads<
    typeof instances.ChainOutput,
    Get<'/v1/agreements/{id}/runs/{run}/output'>
  >
  'GET /v1/agreements/{id}/usage': Reads<typeof instances.Usage, Get<'/v1/agreements/{id}/usage'>>
  'GET /v1/notifications': Reads<typeof notifications.Inbox, Get<'/v1/notifications'>>
  'POST /v1/notifications/read': Reads<typeof notifications.Left, Post<'/v1/notifications/read'>>
  'GET /v1/notifications/preferences': Reads<typeof notifications.Preferences, Get<'/v1/notifications/preferences'>>
  'PUT /v1/notifications/preferences': Reads<typeof notifications.Preferences, Put<'/v1/notifications/preferences'>>
  'GET /v1/notifications/email': Reads<typeof notifications.Email, Get<'/v1/notifications/email'>>
  'POST /v1/notifications/unsubscriptions/{token}': Reads<
    typeof notifications.Stopped,
    Post<'/v1/notifications/unsubscriptions/{token}'>
  >
  'GET /v1/notifications/webhooks': Reads<typeof webhooks.Webhooks, Get<'/v1/notifications/webhooks'>>
  'POST /v1/notifications/webhooks': Reads<typeof webhooks.WithSecret, Post<'/v1/notifications/webhooks'>>

  'GET /v1/governance/audit-log': Reads<typeof governance.AuditPage, Get<'/v1/governance/audit-log'>>
  'GET /v1/governance/audit-log/verification': Reads<
    typeof governance.Verification,
    Get<'/v1/governance/audit-log/verification'>
  >
  'GET /v1/governance/waiting': Reads<typeof governance.Waiting, Get<'/v1/governance/waiting'>>
}>
