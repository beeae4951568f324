/** The package ships no types; this is the part that the broker uses. */
declare module 'aedes-persistence-level' {
  interface Subscription {
    readonly topic: string
    readonly qos: 0 | 1 | 2
    readonly rh: number
    readonly rap: boolean
    readonly nl: boolean
  }
  export interface LevelPersistence {
    addSubscriptions(client: { readonly id: string }, subscriptions: readonly Subscription[]): Promise<void>
    outgoingEnqueueCombi(subscriptions: readonly unknown[], packet: unknown): Promise<void>
    outgoingUpdate(client: unknown, packet: unknown): Promise<void>
  }
  /** @param db an abstract-level database */
  export default function persistence(db: unknown): LevelPersistence
}
