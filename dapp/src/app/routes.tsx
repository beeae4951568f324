import { createBrowserRouter } from 'react-router'
import { HomePage } from '../home/HomePage.tsx'
import { Waiting } from '../parts/Notice.tsx'
import { SignedIn } from '../session/SignedIn.tsx'
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
          {
            element: <SignedIn />,
            children: [
              { path: '/', element: <HomePage /> },
              {
                path: '/c/:id',
                lazy: async () => ({ Component: (await import('../community/CommunityPage.tsx')).CommunityPage }),
              },
              {
                path: '/c/:id/join',
                lazy: async () => ({ Component: (await import('../join/JoinPage.tsx')).JoinPage }),
              },
              {
                path: '/c/:id/m/:member',
                lazy: async () => ({ Component: (await import('../member/MemberPage.tsx')).MemberPage }),
              },
              { path: '/audit', lazy: async () => ({ Component: (await import('../audit/AuditPage.tsx')).AuditPage }) },
              { path: '/admin', lazy: async () => ({ Component: (await import('../admin/AdminPage.tsx')).AdminPage }) },
              {
                path: '/company',
                lazy: async () => ({ Component: (await import('../company/CompanyPage.tsx')).CompanyPage }),
              },
              {
                path: '/accounts',
                lazy: async () => ({ Component: (await import('../accounts/AccountsPage.tsx')).AccountsPage }),
              },
              {
                path: '/accounts/:account',
                lazy: async () => ({ Component: (await import('../accounts/AccountPage.tsx')).AccountPage }),
              },
              {
                path: '/agreements',
                lazy: async () => ({ Component: (await import('../agreements/AgreementsPage.tsx')).AgreementsPage }),
              },
              {
                path: '/agreements/new',
                lazy: async () => ({
                  Component: (await import('../agreements/NewAgreementPage.tsx')).NewAgreementPage,
                }),
              },
              {
                path: '/agreements/:id',
                lazy: async () => ({ Component: (await import('../agreements/AgreementPage.tsx')).AgreementPage }),
              },
              {
                path: '/governance',
                lazy: async () => ({
                  Component: (await import('../governance/GovernancePage.tsx')).GovernancePage,
                }),
              },
              {
                path: '/billing',
                lazy: async () => ({ Component: (await import('../billing/BillingPage.tsx')).BillingPage }),
              },
              {
                path: '/data/share',
                lazy: async () => ({ Component: (await import('../data/SharePage.tsx')).SharePage }),
              },
              {
                path: '/data/mine',
                lazy: async () => ({ Component: (await import('../data/MinePage.tsx')).MinePage }),
              },
              {
                path: '/data/consents',
                lazy: async () => ({ Component: (await import('../data/ConsentsPage.tsx')).ConsentsPage }),
              },
              {
                path: '/notifications',
                lazy: async () => ({
                  Component: (await import('../notifications/NotificationsPage.tsx')).NotificationsPage,
                }),
              },
              {
                path: '/market',
                lazy: async () => ({ Component: (await import('../market/search/SearchPage.tsx')).SearchPage }),
              },
              {
                path: '/market/:listing',
                lazy: async () => ({ Component: (await import('../market/listing/ListingPage.tsx')).ListingPage }),
              },
              {
                path: '/innovation',
                lazy: async () => ({
                  Component: (await import('../market/innovation/InnovationsPage.tsx')).InnovationsPage,
                }),
              },
              {
                path: '/innovation/:id',
                lazy: async () => ({
                  Component: (await import('../market/innovation/InnovationPage.tsx')).InnovationPage,
                }),
              },
              {
                path: '/compositions',
                lazy: async () => ({
                  Component: (await import('../market/compositions/CompositionsPage.tsx')).CompositionsPage,
                }),
              },
              {
                path: '/compositions/:id',
                lazy: async () => ({
                  Component: (await import('../market/compositions/CompositionPage.tsx')).CompositionPage,
                }),
              },
              {
                path: '/services',
                lazy: async () => ({ Component: (await import('../market/publish/ServicesPage.tsx')).ServicesPage }),
              },
              {
                path: '/services/:listing',
                lazy: async () => ({ Component: (await import('../market/publish/ServicePage.tsx')).ServicePage }),
              },
              {
                path: '/services/:listing/manage',
                lazy: async () => ({ Component: (await import('../market/manage/ManagePage.tsx')).ManagePage }),
              },
              {
                path: '/services/:listing/landing',
                lazy: async () => ({
                  Component: (await import('../market/advertise/LandingEditorPage.tsx')).LandingEditorPage,
                }),
              },
              {
                path: '/review',
                lazy: async () => ({ Component: (await import('../market/review/ReviewsPage.tsx')).ReviewsPage }),
              },
              {
                path: '/review/:listing',
                lazy: async () => ({ Component: (await import('../market/review/ReviewPage.tsx')).ReviewPage }),
              },
              {
                path: '/status',
                lazy: async () => ({ Component: (await import('../status/StatusPage.tsx')).StatusPage }),
              },
            ],
          },
          {
            path: '/notifications/confirm',
            lazy: async () => ({ Component: (await import('../notifications/LetterLinkPage.tsx')).ConfirmPage }),
          },
          {
            path: '/notifications/stop',
            lazy: async () => ({ Component: (await import('../notifications/LetterLinkPage.tsx')).StopPage }),
          },
          {
            path: '/audit/market',
            lazy: async () => ({ Component: (await import('../audit/market/MarketAuditPage.tsx')).MarketAuditPage }),
          },
          {
            path: '/l/:listing',
            lazy: async () => ({ Component: (await import('../market/advertise/LandingPage.tsx')).LandingPage }),
          },
          {
            path: '/sign-in',
            lazy: async () => ({ Component: (await import('../sign-in/SignInPage.tsx')).SignInPage }),
          },
          {
            path: '/register',
            lazy: async () => ({ Component: (await import('../register/RegisterPage.tsx')).RegisterPage }),
          },
          {
            path: '/register/:kind',
            lazy: async () => ({ Component: (await import('../register/RegisterPage.tsx')).RegisterPage }),
          },
          {
            path: '/credentials',
            lazy: async () => ({ Component: (await import('../credentials/CredentialsPage.tsx')).CredentialsPage }),
          },
          { path: '*', element: <NotFound /> },
        ],
      },
    ],
  },
])
