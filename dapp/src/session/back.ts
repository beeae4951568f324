/**
 * The place to go back to after signing in: a path of this page, never another site.
 * @example backPath('/audit?from=2026-01-01') // '/audit?from=2026-01-01'
 * @example backPath('//evil.example') // '/'
 */
export function backPath(asked: string | null): string {
  const here = 'https://page.invalid'
  const url = asked?.startsWith('/') && URL.canParse(asked, here) ? new URL(asked, here) : undefined
  if (url === undefined || url.origin !== here || url.pathname.startsWith('//')) return '/'
  return /^\/(sign-in|register)(\/|$)/.test(url.pathname) ? '/' : `${url.pathname}${url.search}${url.hash}`
}

/** The sign-in page that leads back here. @example signInPath('/audit') // '/sign-in?back=%2Faudit' */
export const signInPath = (from: string): string => {
  const back = backPath(from)
  return back === '/' ? '/sign-in' : `/sign-in?back=${encodeURIComponent(back)}`
}
