import { expect, test } from 'vitest'
import { inOrder, type Part, pauseBefore } from './part.ts'
import { environmentOf, readSettings } from './settings.ts'
import { onlyThese } from './up.ts'

const part = (name: string, ...after: string[]): Part => ({ name, after, probe: { kind: 'alive' } })

test('each part comes after those it waits for', () => {
  const names = inOrder([part('api', 'lake', 'chain'), part('chain'), part('lake', 'chain')]).map(({ name }) => name)
  expect(names).toEqual(['chain', 'lake', 'api'])
})

test('parts that wait for each other are an error', () => {
  expect(() => inOrder([part('a', 'b'), part('b', 'a')])).toThrow('a → b → a')
})

test('a chosen part brings what it waits for', () => {
  const parts = [part('chain'), part('lake'), part('api', 'lake'), part('index', 'chain')]
  expect(onlyThese(parts, ['api']).map(({ name }) => name)).toEqual(['lake', 'api'])
  expect(() => onlyThese(parts, ['apy'])).toThrow('There is no part apy: the parts are chain, lake, api, index.')
})

test('pauses before restarts double up to half a minute', () => {
  expect([1, 2, 3, 7, 8, 20].map(pauseBefore)).toEqual([250, 500, 1000, 16_000, 30_000, 30_000])
})

test('addresses follow from the first port; a setting replaces an embedded part', () => {
  const settings = readSettings({
    OPEM_HOME: '/srv/opem',
    OPEM_PORT: '9000',
    OPEM_CHAIN_URL: 'https://chain.example',
    OPEM_LAKE_URL: '',
  })
  expect([...settings.replaced]).toEqual(['chain'])
  expect(environmentOf(settings)).toMatchObject({
    OPEM_API_URL: 'http://127.0.0.1:9000',
    OPEM_CHAIN_URL: 'https://chain.example',
    OPEM_LAKE_URL: 'http://127.0.0.1:9003',
    OPEM_MQTT_URL: 'mqtt://127.0.0.1:9005',
    OPEM_DEPLOYMENT: '/srv/opem/deployment.json',
  })
})

test('a setting that cannot be used is named', () => {
  expect(() => readSettings({ OPEM_PORT: 'eighty' })).toThrow('OPEM_PORT is "eighty"')
  expect(() => readSettings({ OPEM_LAKE_URL: 'lake' })).toThrow('OPEM_LAKE_URL is "lake"')
})
