import { expect, test } from 'vitest'
import { paths } from './paths.ts'

const customer = { path: '/api/v1/customers' }
const vehicle = { path: '/api/v1/x/vehicle' }

test('every address of the app has one builder', () => {
  expect({
    home: paths.home(),
    signIn: paths.signIn(),
    signInBack: paths.signIn('/customers?status=active'),
    list: paths.list(customer, { status: 'active', 'balance[lt]': '0' }),
    listOfCustomEntity: paths.list(vehicle),
    create: paths.create(customer),
    createFor: paths.create({ path: '/api/v1/contacts' }, { customer_id: 'c1' }),
    row: paths.row(vehicle, 'a/b'),
    edit: paths.edit(customer, 'c1'),
    customers: paths.customers({ q: 'jane' }),
    customer: paths.customer('c1', { tab: 'payments' }),
    connect: paths.connect(),
    service: paths.service('s1'),
    newService: paths.newService('c1'),
    invoice: paths.invoice('i1'),
    invoices: paths.invoices({ status: 'overdue' }),
    newPayment: paths.newPayment({ customer_id: 'c1' }),
    billingRun: paths.billingRun('r1', { change: 'new' }),
    newBillingRun: paths.newBillingRun(),
    sessions: paths.sessions({ status: 'online' }),
    importFile: paths.importFile(),
    imported: paths.imported('m1'),
    bulkJob: paths.bulkJob('b1'),
    jobs: paths.jobs(),
    doctor: paths.doctor(),
  }).toMatchInlineSnapshot(`
    {
      "billingRun": "/billing_runs/r1?change=new",
      "bulkJob": "/bulk_jobs/b1",
      "connect": "/customers/connect",
      "create": "/customers/new",
      "createFor": "/contacts/new?customer_id=c1",
      "customer": "/customers/c1?tab=payments",
      "customers": "/customers?q=jane",
      "doctor": "/doctor",
      "edit": "/customers/c1/edit",
      "home": "/",
      "importFile": "/imports/new",
      "imported": "/imports/m1",
      "invoice": "/invoices/i1",
      "invoices": "/invoices?status=overdue",
      "jobs": "/jobs",
      "list": "/customers?status=active&balance%5Blt%5D=0",
      "listOfCustomEntity": "/x/vehicle",
      "newBillingRun": "/billing_runs/new",
      "newPayment": "/payments/new?customer_id=c1",
      "newService": "/services/new?customer_id=c1",
      "row": "/x/vehicle/a%2Fb",
      "service": "/services/s1",
      "sessions": "/sessions?status=online",
      "signIn": "/sign-in",
      "signInBack": "/sign-in?back=%2Fcustomers%3Fstatus%3Dactive",
    }
  `)
})
