import type { Route } from '../route.ts'
import { getAdjustments, postAdjustment } from './adjustments.ts'
import { getCommunities, getCommunity, postCommunity, postRules } from './communities.ts'
import { deleteConsent, getConsents, postConsent } from './consents.ts'
import { getChanges, getHistory, getOracle } from './oracle.ts'
import { getPeriods } from './periods.ts'
import { getPrices, postPrices } from './prices.ts'
import { getMeters, getReadings, postReadings, putMeterCapacity } from './readings.ts'
import { getRejected, postRejected, postReplayed } from './rejected.ts'
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
  getPeriods,
  postPrices,
  getPrices,
]
