import type { Route } from '../route.ts'
import {
  getKeys,
  getRegistration,
  getTerms,
  postChallenge,
  postDevelopmentIdentity,
  postReceipt,
  postRegistration,
} from './access.ts'
import { getAccount, getAccounts, getUsage, postReinstate, postRevoke, postSuspend, putRoles } from './accounts.ts'
import { getAdjustments, postAdjustment } from './adjustments.ts'
import { deleteAuditor, getAuditors, putAuditor } from './auditors.ts'
import {
  getBilledAgreements,
  getBilling,
  getPayment,
  getPayments,
  getReceipt,
  getTransfers,
  getVoucher,
  postDisputeText,
  postVoucher,
} from './billing.ts'
import { getInvoiceDetails, getInvoiceFile, getInvoices, putInvoiceDetails } from './billing-invoices.ts'
import { getDisputes, getFees, getOpenInvoices, postBankStatement, postDevelopmentEuros } from './billing-operator.ts'
import { getCommunities, getCommunity, postCommunity, postRules } from './communities.ts'
import { deleteSystem, getAllSystems, getSystems, getUsers, postSystem, putUser } from './company.ts'
import { deleteConsent, getConsents, postConsent } from './consents.ts'
import { getMarketFollower } from './market-follower.ts'
import { deleteMeterAuthorisation, getMeterAuthorisations, postMeterAuthorisation } from './meter-authorisations.ts'
import {
  getWalletRequest,
  getWalletResponse,
  postWalletRequest,
  postWalletRequestObject,
  postWalletResponse,
} from './openid4vp.ts'
import { getChanges, getHistory, getOracle } from './oracle.ts'
import { getPeriods } from './periods.ts'
import { getPrices, postPrices } from './prices.ts'
import { getProofs } from './proofs.ts'
import { getMeters, getReadings, postReadings, putMeterCapacity } from './readings.ts'
import { getRejected, postRejected, postReplayed } from './rejected.ts'
import { deleteSession, getSession, postRefresh, postSignIn } from './sessions.ts'
import { getHealth, getSettings } from './settings.ts'
import { getTrading, postTrading } from './trading.ts'

export const routes: readonly Route[] = [
  getHealth,
  getSettings,
  postReadings,
  getReadings,
  getMeters,
  putMeterCapacity,
  postRejected,
  getRejected,
  postReplayed,
  getCommunities,
  postCommunity,
  getCommunity,
  postRules,
  postConsent,
  getConsents,
  deleteConsent,
  getOracle,
  getHistory,
  getChanges,
  postTrading,
  getTrading,
  postAdjustment,
  getAdjustments,
  getProofs,
  getPeriods,
  postPrices,
  getPrices,
  postChallenge,
  postDevelopmentIdentity,
  getTerms,
  getKeys,
  postRegistration,
  getRegistration,
  postReceipt,
  postSignIn,
  postRefresh,
  getSession,
  deleteSession,
  postWalletRequest,
  getWalletRequest,
  postWalletRequestObject,
  postWalletResponse,
  getWalletResponse,
  getAccounts,
  getAccount,
  postSuspend,
  postReinstate,
  postRevoke,
  putRoles,
  getUsage,
  getUsers,
  putUser,
  getSystems,
  postSystem,
  deleteSystem,
  getAllSystems,
  getMeterAuthorisations,
  postMeterAuthorisation,
  deleteMeterAuthorisation,
  getAuditors,
  putAuditor,
  deleteAuditor,
  getMarketFollower,
  getBilling,
  getPayments,
  getPayment,
  getReceipt,
  postDisputeText,
  getTransfers,
  getBilledAgreements,
  getVoucher,
  postVoucher,
  getInvoiceDetails,
  putInvoiceDetails,
  getInvoices,
  getInvoiceFile,
  getDisputes,
  getFees,
  getOpenInvoices,
  postBankStatement,
  postDevelopmentEuros,
]
