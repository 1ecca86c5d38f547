import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  type AnyRoute,
} from '@tanstack/react-router'
import { isUnreachable, Problem, sentenceOf } from './api.ts'
import { meQuery, metaQuery } from './meta.ts'
import { queryClient } from './query-client.ts'
import { Shell } from './shell/Shell.tsx'
import type { Search } from './ui/search.ts'
import { FailedScreen, MissingScreen, WaitingScreen } from './ui/Screens.tsx'

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: MissingScreen,
  errorComponent: FailedScreen,
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: lazyRouteComponent(() => import('./modules/identity/SignInPage.tsx'), 'SignInPage'),
})

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: Shell,
  pendingComponent: WaitingScreen,
  errorComponent: FailedScreen,
  loader: async ({ location }) => {
    try {
      await Promise.all([queryClient.ensureQueryData(meQuery), queryClient.ensureQueryData(metaQuery)])
    } catch (error) {
      if (error instanceof Problem && error.status === 401) {
        throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { back: location.href } })
      }
      throw error
    }
  },
})

/** One screen, one chunk: `load` runs when its address is first wanted, or on hover of a link to it. */
function screen<Module extends Record<string, unknown>>(
  path: string,
  load: () => Promise<Module>,
  name: keyof Module & string,
): AnyRoute {
  return createRoute({
    getParentRoute: () => shell,
    path,
    component: lazyRouteComponent(fetched(load) as () => Promise<Record<string, never>>, name), // Names are checked by keyof.
    errorComponent: FailedScreen,
  })
}

/** The router would load the page anew over a file that cannot be fetched, and lose it while the server does not answer. */
const fetched =
  <Module,>(load: () => Promise<Module>) =>
  () =>
    load().catch((error: unknown) => {
      throw isUnreachable(error) ? new Problem(0, { code: 'unreachable', detail: sentenceOf(error) }) : error
    })

const list = () => import('./resource/ResourceList.tsx')
const page = () => import('./resource/ResourcePage.tsx')
const form = () => import('./resource/FormPages.tsx')
const customField = () => import('./modules/entities/CustomFieldPages.tsx')

const routeTree = root.addChildren([
  signIn,
  shell.addChildren([
    screen('/', () => import('./modules/dashboard/HomePage.tsx'), 'HomePage'),
    screen('/customers/$id', () => import('./modules/customers/CustomerPage.tsx'), 'CustomerPage'),
    screen('/customers', () => import('./modules/customers/CustomersPage.tsx'), 'CustomersPage'),
    screen('/customers/connect', () => import('./modules/customers/ConnectPage.tsx'), 'ConnectPage'),
    screen('/customers/$id/merge', () => import('./modules/customers/MergePage.tsx'), 'MergePage'),
    screen('/customers/new', form, 'CreatePage'),
    screen('/services/new', form, 'CreatePage'),
    screen('/services/$id', () => import('./modules/services/ServicePage.tsx'), 'ServicePage'),
    screen('/tariffs/new', form, 'CreatePage'),
    screen('/tariffs/$id', () => import('./modules/catalog/TariffPage.tsx'), 'TariffPage'),
    screen('/payments/new', () => import('./modules/payments/NewPaymentPage.tsx'), 'NewPaymentPage'),
    screen('/billing_runs/new', () => import('./modules/billing/NewBillingRunPage.tsx'), 'NewBillingRunPage'),
    screen('/billing_runs/$id', () => import('./modules/billing/BillingRunPage.tsx'), 'BillingRunPage'),
    screen('/invoices/$id', () => import('./modules/billing/InvoicePage.tsx'), 'InvoicePage'),
    screen('/sessions', () => import('./modules/radius/SessionsPage.tsx'), 'SessionsPage'),
    screen('/audit_events', () => import('./modules/audit/AuditPage.tsx'), 'AuditPage'),
    screen('/imports', () => import('./modules/imports/ImportsPage.tsx'), 'ImportsPage'),
    screen('/imports/new', () => import('./modules/imports/NewImportPage.tsx'), 'NewImportPage'),
    screen('/imports/$id', () => import('./modules/imports/ImportPage.tsx'), 'ImportPage'),
    screen('/reports/churn', () => import('./modules/reports/ChurnPage.tsx'), 'ChurnPage'),
    screen('/entities/new', () => import('./modules/entities/NewEntityPage.tsx'), 'NewEntityPage'),
    screen('/custom_fields', () => import('./modules/entities/CustomFieldsPage.tsx'), 'CustomFieldsPage'),
    screen('/custom_fields/new', customField, 'NewCustomFieldPage'),
    screen('/custom_fields/$id', customField, 'EditCustomFieldPage'),
    screen('/custom_fields/$id/edit', customField, 'EditCustomFieldPage'),
    screen('/api_keys/new', () => import('./modules/identity/NewApiKeyPage.tsx'), 'NewApiKeyPage'),
    screen('/tenants', () => import('./modules/identity/IspPage.tsx'), 'IspPage'),
    screen('/doctor', () => import('./modules/doctor/DoctorPage.tsx'), 'DoctorPage'),
    screen('/jobs', () => import('./modules/jobs/JobsPage.tsx'), 'JobsPage'),
    screen('/x/$name', list, 'ResourceList'),
    screen('/x/$name/new', form, 'CreatePage'),
    screen('/x/$name/$id', page, 'ResourcePage'),
    screen('/x/$name/$id/edit', form, 'EditPage'),
    screen('/$plural', list, 'ResourceList'),
    screen('/$plural/new', form, 'CreatePage'),
    screen('/$plural/$id', page, 'ResourcePage'),
    screen('/$plural/$id/edit', form, 'EditPage'),
  ]),
])

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  defaultPreloadDelay: 60,
  defaultPendingMs: 300,
  scrollRestoration: true,
  parseSearch: (text): Search => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(search))
      if (value !== undefined) query.set(name, String(value))
    return query.size > 0 ? `?${query}` : ''
  },
})
