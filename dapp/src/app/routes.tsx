import { createBrowserRouter } from 'react-router'
import { HomePage } from '../home/HomePage.tsx'
import { Waiting } from '../parts/Notice.tsx'
import { NotFound, PageProblem } from './NotFound.tsx'
import { Shell } from './Shell.tsx'

/** Every page but the first is fetched when somebody goes there. */
export const router = createBrowserRouter([
  {
    element: <Shell />,
    hydrateFallbackElement: <Waiting what="the page" />,
    children: [
      {
        errorElement: <PageProblem />,
        children: [
          { path: '/', element: <HomePage /> },
          {
            path: '/c/:id',
            lazy: async () => ({ Component: (await import('../community/CommunityPage.tsx')).CommunityPage }),
          },
          { path: '/c/:id/join', lazy: async () => ({ Component: (await import('../join/JoinPage.tsx')).JoinPage }) },
          {
            path: '/c/:id/m/:member',
            lazy: async () => ({ Component: (await import('../member/MemberPage.tsx')).MemberPage }),
          },
          { path: '/audit', lazy: async () => ({ Component: (await import('../audit/AuditPage.tsx')).AuditPage }) },
          { path: '/admin', lazy: async () => ({ Component: (await import('../admin/AdminPage.tsx')).AdminPage }) },
          { path: '/status', lazy: async () => ({ Component: (await import('../status/StatusPage.tsx')).StatusPage }) },
          { path: '*', element: <NotFound /> },
        ],
      },
    ],
  },
])
