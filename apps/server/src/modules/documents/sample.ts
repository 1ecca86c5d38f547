import { today, type Ctx } from '#kernel/ctx.ts'
import { currencyDigits, parseDecimal, printMoney } from '#kernel/money.ts'
import {
  phrase,
  printCount,
  printDay,
  printDays,
  wordsOf,
  type ContractDocument,
  type InvoiceDocument,
} from '../../documents/index.ts'
import type { DocumentTemplate } from './document-templates.ts'
import type { Letterhead } from './letterheads.ts'
import { worded } from './wording.ts'

/** What a template makes of an invented customer, with the ISP's own name, currency and language. */
export function sampleDocument(
  ctx: Ctx,
  template: DocumentTemplate,
  parts: Omit<Letterhead, 'template'>,
): { print: 'invoice'; document: InvoiceDocument } | { print: 'contract'; document: ContractDocument } {
  const { language } = template
  const words = wordsOf(language)
  const head: Letterhead = { ...parts, template }
  const { currency } = ctx.tenant
  const money = (hundredths: string) =>
    printMoney(
      (parseDecimal(hundredths, 2) ?? 0n) * 10n ** BigInt(Math.max(currencyDigits(currency) - 2, 0)),
      currency,
      language,
    )
  const first = today(ctx).with({ day: 1 })
  const day = (date: Temporal.PlainDate) => printDay(date.toString(), language)
  const period = printDays(
    first.toString(),
    first.add({ months: 1 }).subtract({ days: 1 }).toString(),
    language,
  )
  const common = { customer, number: 'SAMPLE-0042' }
  if (template.kind === 'contract') {
    const term = printCount(12, 'month', language)
    const values = {
      ...customerValues,
      'contract.number': common.number,
      'contract.begins_on': day(first),
      'contract.ends_on': day(first.add({ years: 1 }).subtract({ days: 1 })),
      'contract.minimum_term': term,
      'contract.notice': printCount(30, 'day', language),
      'tariff.title': 'Fibre 500',
      'tariff.price': money('39.00'),
    }
    return {
      print: 'contract',
      document: {
        ...common,
        ...worded(head, 'contract', values),
        begins_on: values['contract.begins_on'],
        details: [
          { label: words.minimum_term, value: term },
          { label: words.until, value: values['contract.ends_on'] },
          { label: words.notice, value: values['contract.notice'] },
        ],
        lines: [
          { description: 'Fibre 500', quantity: '1', price: money('39.00'), charged: words.a_month },
          { description: words.set_up, quantity: '1', price: money('49.00'), charged: words.once },
        ],
        terms: [words.prices_without_tax, `${phrase(words.at_least, { term })} ${words.then_monthly}`],
      },
    }
  }
  const sums = { net: money('43.00'), tax: money('8.60'), total: money('51.60') }
  const correcting = template.kind === 'credit_note'
  const texts = correcting
    ? worded(head, 'credit_note', {
        ...customerValues,
        'credit_note.number': common.number,
        'credit_note.date': day(first),
        'credit_note.reason': 'Fibre 500',
        'credit_note.net_total': sums.net,
        'credit_note.tax_total': sums.tax,
        'credit_note.total': sums.total,
        'invoice.number': 'SAMPLE-0041',
      })
    : worded(head, 'invoice', {
        ...customerValues,
        'invoice.number': common.number,
        'invoice.date': day(first),
        'invoice.due_date': day(first.add({ days: 14 })),
        'invoice.period': period,
        'invoice.net_total': sums.net,
        'invoice.tax_total': sums.tax,
        'invoice.total': sums.total,
      })
  return {
    print: 'invoice',
    document: {
      ...common,
      ...texts,
      issue_date: day(first),
      ...(correcting
        ? { details: [{ label: words.corrects, value: 'SAMPLE-0041' }] }
        : { due_date: day(first.add({ days: 14 })) }),
      lines: [
        {
          description: 'Fibre 500',
          period,
          quantity: '1',
          unit_price: money('39.00'),
          tax_rate: '20%',
          amount: money('39.00'),
        },
        {
          description: 'IPv4',
          period,
          quantity: '1',
          unit_price: money('4.00'),
          tax_rate: '20%',
          amount: money('4.00'),
        },
      ],
      totals: {
        net: sums.net,
        taxes: [{ label: phrase(words.tax, { rate: '20%', amount: sums.net }), value: sums.tax }],
        total: sums.total,
      },
      ...(parts.bank.length > 0 && !correcting
        ? { payment_details: [...parts.bank, { label: words.reference, value: common.number }] }
        : {}),
    },
  }
}

const customer = {
  name: 'Ada Lovelace',
  number: '10042',
  address_lines: ['12 Harbour Street', 'H91 X4Y2 Galway', 'IE'],
  tax_id: 'IE6388047V',
  email: 'ada@example.com',
}
const customerValues = {
  'customer.name': customer.name,
  'customer.number': customer.number,
  'customer.email': customer.email,
  'customer.tax_id': customer.tax_id,
  'customer.street': '12 Harbour Street',
  'customer.postal_code': 'H91 X4Y2',
  'customer.city': 'Galway',
  'customer.country': 'IE',
}
