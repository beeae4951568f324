/** The tabs of one browser share the cookies, so they tell each other about changes of the session. */
export type SessionNews = 'signed-in' | 'signed-out'

const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('opem.session')

export const sessionChanged = (news: SessionNews): void => channel?.postMessage(news)

export function onSessionNews(listener: (news: SessionNews) => void): () => void {
  const hear = ({ data }: MessageEvent<SessionNews>) => listener(data)
  channel?.addEventListener('message', hear)
  return () => channel?.removeEventListener('message', hear)
}
