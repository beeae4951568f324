/** Where meters publish: one topic per meter, so that a broker can authorise each meter for its own. */
export const topicOf = (meter: string): string => `opem/v1/${meter}/telegram`

/** What ingest subscribes to. */
export const TELEGRAM_TOPICS = 'opem/v1/+/telegram'

/** The session under which ingest subscribes: the broker keeps its messages while it is away. */
export const INGEST_CLIENT = 'opem-ingest'

/** `undefined` for a topic that no meter publishes to. */
export const meterOfTopic = (topic: string): string | undefined => /^opem\/v1\/([^/]+)\/telegram$/.exec(topic)?.[1]
