import { expect, test } from 'vitest'
import { importText } from '../testing/items.ts'
import { importDayAhead } from './import.ts'

test('Elspot rows become µEUR per kWh, negative prices included; local time is checked, not used', async () => {
  const text = `HourUTC;HourDK;PriceArea;SpotPriceDKK;SpotPriceEUR
2021-10-31 01:00;2021-10-31 02:00;DK2;97,379997;13,090000
2021-10-31 00:00;2021-10-31 02:00;DK2;101,690002;-13,6705
2021-10-30 23:00;2021-10-31 09:00;DK2;1;1,0015
2021-10-30 22:00;x;DK2;1;1.5
`
  const { prices, rejected, codes } = await importText(importDayAhead, text, { file: 'Elspotprices.csv' })
  expect(prices).toEqual([
    { series: 'dk2', start: '2021-10-31T01:00:00Z', seconds: 3600, microEurPerKwh: 13090 },
    { series: 'dk2', start: '2021-10-31T00:00:00Z', seconds: 3600, microEurPerKwh: -13670 },
    { series: 'dk2', start: '2021-10-30T23:00:00Z', seconds: 3600, microEurPerKwh: 1002 },
  ])
  expect(rejected).toMatchObject([{ row: 5, code: 'ERR_ROW_NUMBER' }])
  expect(codes).toEqual(['descending-order', 'local-time-differs', 'negative-price'])
})
