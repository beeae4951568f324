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
import { getAccountCredential, getPendingCredential, postReissue, postRenewal } from './account-credential.ts'
import { getAccount, getAccounts, getUsage, postReinstate, postRevoke, postSuspend, putRoles } from './accounts.ts'
import { getAdjustments, postAdjustment } from './adjustments.ts'
import { getAgreementChoices, postAgreementDraft } from './agreement-draft.ts'
import { postAgreementExtension, postAgreementReason } from './agreement-end.ts'
import {
  postAgreement,
  postAgreementRefusal,
  postAgreementRelay,
  postAgreementSignature,
  postAgreementWithdrawal,
  postCounterOffer,
} from './agreement-offers.ts'
import { getAgreement, getAgreementDocument, getAgreements } from './agreements.ts'
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
import {
  getCreditNoteFile,
  getCreditNotes,
  getOpenCreditNotes,
  postCreditNote,
  postCreditNoteSettlement,
} from './billing-credit-notes.ts'
import {
  getInvoiceDetails,
  getInvoiceFile,
  getInvoices,
  postCorrection,
  putInvoiceDetails,
} from './billing-invoices.ts'
import { getDisputes, getFees, getOpenInvoices, postBankStatement, postDevelopmentEuros } from './billing-operator.ts'
import { getStatement } from './billing-statement.ts'
import { getCommunities, getCommunity, postCommunity, postRules } from './communities.ts'
import { deleteSystem, getAllSystems, getSystems, getUsers, postSystem, putUser } from './company.ts'
import { postCompositionListing } from './composition-listing.ts'
import { getCompositionPairs, putCompositionPair } from './composition-pairs.ts'
import { postCompositionReason } from './composition-reason.ts'
import { postComposition, postCompositionChoices } from './composition-request.ts'
import {
  getCompositionOutput,
  getCompositionRun,
  postCompositionRetry,
  postCompositionRun,
} from './composition-runs.ts'
import { getComposition, getCompositions } from './compositions.ts'
import { deleteConsent, getConsents, postConsent } from './consents.ts'
import {
  getDataContract,
  getDataContracts,
  getDataDownload,
  postDataDeletion,
  postDataLink,
  postDataQuery,
} from './data-access.ts'
import { deleteDataConsent, getDataConsents, postDataConsent } from './data-consents.ts'
import { getDataHoldings, getDataSets, postDataSet, putDataSet } from './data-sets.ts'
import { getAuditLog, getAuditVerification, getWaiting } from './governance.ts'
import {
  getInnovationProviders,
  getInnovationRequest,
  getInnovationRequests,
  postInnovationPost,
  postInnovationProposal,
  postInnovationRequest,
  putInnovationPost,
} from './innovation.ts'
import { postAdaptation, postDataCheck, postReady } from './instance-preparation.ts'
import { getInstance, postInstanceStart, postInstanceStop } from './instances.ts'
import { getLanding, getOwnLanding, postPicture, putOwnLanding } from './landing.ts'
import { putLandingShown } from './landing-shown.ts'
import {
  deleteEmailAddress,
  getEmailAddress,
  postEmailConfirmation,
  postUnsubscription,
  putEmailAddress,
} from './letters.ts'
import { getListing } from './listing.ts'
import { getListings } from './listings.ts'
import { deleteMachine, getMachines, postMachine, postMachineReissue } from './machines.ts'
import { deleteAssigned, getManaged, postAssigned, postReason, putPolicy } from './manage.ts'
import { getMarketFollower } from './market-follower.ts'
import { deleteMeterAuthorisation, getMeterAuthorisations, postMeterAuthorisation } from './meter-authorisations.ts'
import {
  getNotificationPreferences,
  getNotifications,
  postNotificationsRead,
  putNotificationPreferences,
} from './notifications.ts'
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
import {
  deleteDraft,
  getListingSchema,
  getProviderContract,
  getService,
  getServiceRevision,
  getServices,
  postService,
  postSubmit,
  postUpdate,
  postWithdraw,
  putDraft,
} from './publish.ts'
import { getPublishing, putChecklist, putProviderContract } from './publishing.ts'
import { getRatings, postRating, putRatingAnswer } from './ratings.ts'
import { getMeters, getReadings, postReadings, putMeterCapacity } from './readings.ts'
import { getRejected, postRejected, postReplayed } from './rejected.ts'
import { getReview, getReviews, postApprove, postReject } from './review.ts'
import { getChainCalls, getChainOutput } from './served-chains.ts'
import { getServiceKeys, postInstanceKey, postRevocation } from './service-access.ts'
import { getAgreedReadings, postHandedData } from './service-data.ts'
import { getInstanceUsage } from './service-usage.ts'
import { deleteSession, getSession, postRefresh, postSignIn } from './sessions.ts'
import { getHealth, getSettings } from './settings.ts'
import { getTrading, postTrading } from './trading.ts'
import { deleteWebhook, getWebhooks, postWebhook, postWebhookResume, postWebhookSecret } from './webhooks.ts'

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
  getAccountCredential,
  getPendingCredential,
  postRenewal,
  postReissue,
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
  getMachines,
  postMachine,
  postMachineReissue,
  deleteMachine,
  getMeterAuthorisations,
  postMeterAuthorisation,
  deleteMeterAuthorisation,
  getAuditors,
  putAuditor,
  deleteAuditor,
  getMarketFollower,
  getListingSchema,
  getServices,
  postService,
  getService,
  getServiceRevision,
  putDraft,
  deleteDraft,
  postSubmit,
  postWithdraw,
  postUpdate,
  getProviderContract,
  getPublishing,
  putChecklist,
  putProviderContract,
  getReviews,
  getReview,
  postApprove,
  postReject,
  putLandingShown,
  getOwnLanding,
  putOwnLanding,
  postPicture,
  getLanding,
  getManaged,
  putPolicy,
  postAssigned,
  deleteAssigned,
  postReason,
  getInvoiceDetails,
  putInvoiceDetails,
  getInvoices,
  getInvoiceFile,
  getCreditNotes,
  getCreditNoteFile,
  postCreditNote,
  postCorrection,
  getOpenCreditNotes,
  postCreditNoteSettlement,
  getStatement,
  getDisputes,
  getFees,
  getOpenInvoices,
  postBankStatement,
  postDevelopmentEuros,
  getAgreements,
  getAgreementChoices,
  postAgreementDraft,
  postAgreement,
  getAgreement,
  getAgreementDocument,
  postCounterOffer,
  postAgreementSignature,
  postAgreementRefusal,
  postAgreementWithdrawal,
  postAgreementRelay,
  postAgreementExtension,
  postAgreementReason,
  getInstance,
  postDataCheck,
  postAdaptation,
  postReady,
  postInstanceStart,
  postInstanceStop,
  postInstanceKey,
  postRevocation,
  getInstanceUsage,
  getChainCalls,
  getChainOutput,
  getAgreedReadings,
  postHandedData,
  getServiceKeys,
  getDataHoldings,
  getDataSets,
  postDataSet,
  putDataSet,
  getDataConsents,
  postDataConsent,
  deleteDataConsent,
  getDataContracts,
  getDataContract,
  postDataQuery,
  postDataLink,
  getDataDownload,
  postDataDeletion,
  getListings,
  getListing,
  getRatings,
  postRating,
  putRatingAnswer,
  getNotifications,
  postNotificationsRead,
  getNotificationPreferences,
  putNotificationPreferences,
  getEmailAddress,
  putEmailAddress,
  deleteEmailAddress,
  postEmailConfirmation,
  postUnsubscription,
  getWebhooks,
  postWebhook,
  postWebhookSecret,
  postWebhookResume,
  deleteWebhook,
  getAuditLog,
  getAuditVerification,
  getWaiting,
  getBilling,
  getPayments,
  getPayment,
  getReceipt,
  postDisputeText,
  getTransfers,
  getBilledAgreements,
  getVoucher,
  postVoucher,
  getInnovationRequests,
  getInnovationProviders,
  postInnovationRequest,
  getInnovationRequest,
  postInnovationPost,
  putInnovationPost,
  postInnovationProposal,
  getCompositions,
  postCompositionChoices,
  postComposition,
  getComposition,
  postCompositionReason,
  postCompositionRun,
  getCompositionRun,
  getCompositionOutput,
  postCompositionRetry,
  postCompositionListing,
  getCompositionPairs,
  putCompositionPair,
]
