/** POSTs JSON and reads JSON; throws when nothing answers in `patienceMs` or the answer is no JSON. */
export async function postJson<T>(url: string, body: unknown, patienceMs = 5000): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(patienceMs),
  })
  return (await response.json()) as T
}
