/** One builder per address of the app. Noun addresses follow the API's: `/api/v1/customers` is shown at `/customers`. */
export const paths = {
  home: () => '/',
  signIn: (back?: string) =>
    back && back !== '/' ? `/sign-in?back=${encodeURIComponent(back)}` : '/sign-in',
  list: (noun: { path: string }, query: Record<string, string> = {}) => withQuery(nounPath(noun), query),
  create: (noun: { path: string }, query: Record<string, string> = {}) =>
    withQuery(`${nounPath(noun)}/new`, query),
  row: (noun: { path: string }, id: string, query: Record<string, string> = {}) =>
    withQuery(`${nounPath(noun)}/${encodeURIComponent(id)}`, query),
  edit: (noun: { path: string }, id: string) => `${nounPath(noun)}/${encodeURIComponent(id)}/edit`,
  customers: (query: Record<string, string> = {}) => withQuery('/customers', query),
  customer: (id: string, query: Record<string, string> = {}) =>
    withQuery(`/customers/${encodeURIComponent(id)}`, query),
  mergeCustomer: (id: string) => `/customers/${encodeURIComponent(id)}/merge`,
  churn: () => '/reports/churn',
  connect: () => '/customers/connect',
  service: (id: string) => `/services/${encodeURIComponent(id)}`,
  newService: (customer_id: string) => withQuery('/services/new', { customer_id }),
  invoice: (id: string) => `/invoices/${encodeURIComponent(id)}`,
  invoices: (query: Record<string, string> = {}) => withQuery('/invoices', query),
  newPayment: (query: Record<string, string> = {}) => withQuery('/payments/new', query),
  billingRun: (id: string, query: Record<string, string> = {}) =>
    withQuery(`/billing_runs/${encodeURIComponent(id)}`, query),
  newBillingRun: () => '/billing_runs/new',
  sessions: (query: Record<string, string> = {}) => withQuery('/sessions', query),
  importFile: () => '/imports/new',
  imported: (id: string) => `/imports/${encodeURIComponent(id)}`,
  bulkJob: (id: string) => `/bulk_jobs/${encodeURIComponent(id)}`,
  jobs: () => '/jobs',
  doctor: () => '/doctor',
}

function nounPath(noun: { path: string }): string {
  return noun.path.replace(/^\/api\/v1/, '')
}

function withQuery(path: string, query: Record<string, string>): string {
  const search = new URLSearchParams(query)
  return search.size > 0 ? `${path}?${search}` : path
}
