import type { OperationalStore } from './store.ts'

/** What meters' connections carry at most: meter → W. */
export async function readCapacities(store: OperationalStore): Promise<Map<string, number>> {
  const rows = await store.rows<{ meter: string; capacity_watts: string }>(
    'SELECT meter, capacity_watts FROM meter_capacities',
  )
  return new Map(rows.map(({ meter, capacity_watts }) => [meter, Number(capacity_watts)]))
}

export const storeCapacity = (store: OperationalStore, meter: string, capacityWatts: number) =>
  store.rows(
    `INSERT INTO meter_capacities (meter, capacity_watts) VALUES ($1, $2)
     ON CONFLICT (meter) DO UPDATE SET capacity_watts = excluded.capacity_watts`,
    [meter, capacityWatts],
  )
