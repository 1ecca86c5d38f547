import { afterAll, describe, expect, test } from 'vitest'
import { closeDocuments, renderDocument } from './index.ts'
import type { InvoiceDocument } from './index.ts'
import { readPdf, readText } from './testing/read_pdf.ts'
import { sample_arabic_invoice, sample_invoice, sample_contract, sample_receipt } from './testing/samples.ts'

afterAll(closeDocuments)

const print = async (changes: Partial<InvoiceDocument>) =>
  readText(await renderDocument('invoice', { ...sample_invoice, ...changes }))

describe('an invoice', () => {
  test('says who owes whom how much, for what, and until when', async () => {
    const text = await print({})
    for (const words of [
      'Invoice',
      'INV-2026-00042',
      'Overdue',
      'Northwind Fibre Ltd',
      'billing@northwindfibre.example',
      'C-10042',
      'PL 7251868136',
      '15 October 2026',
      '1–31 October 2026',
      'Static IPv4 address 203.0.113.17',
      '−€3.90',
      'VAT 13.5% on €25.00',
      '€63.05',
      'IE29 AIBK 9311 5212 3456 78',
      'Thank you for being with us.',
      'Page 1 of 1',
    ]) {
      expect(text).toContain(words)
    }
  })

  // The two Hebrew words are looked for one by one: pdf.js lists the words of a right-to-left line from left to right.
  test.each([
    'Łódź',
    'Київ',
    '東京',
    'الرياض',
    '北京',
    'תל',
    'אביב',
    'Ελλάδα',
    'José Müller',
    'Đặng Thị Hồng',
    'Ọṣun',
    'नमस्ते',
  ])('%s can be read out of the PDF, as a name, in a line, and among other scripts', async (name) => {
    const text = await print({
      customer: { name, address_lines: [`Kraków, Одеса, 大阪, ${name}, Αθήνα`] },
      lines: [{ description: name, amount: '€1.00' }],
    })
    expect(text.split(name).length - 1).toBe(3)
  })

  test.each(['شركة', 'ضريبة', 'فترة', 'إنترنت', 'الإمارات', 'صلاح', 'السلام', 'إلى'])(
    '%s is read in the right order although the font would draw some of its letters as one',
    async (name) => expect(await print({ customer: { name } })).toContain(name),
  )

  test('with Vietnamese names leaves the letters of the others alone', async () => {
    const text = await print({ customer: { name: 'Lê Thị Mẹ', address_lines: ['José Müller'] } })
    expect(text).toContain('Lê Thị Mẹ')
    expect(text).toContain('José Müller')
    expect(text).toContain('Fibre 500')
  })

  test('prints every string as it is and evaluates none', async () => {
    const strings = [
      '#import "x"',
      '#panic("read me")',
      '#sys.inputs.document',
      '#read("/etc/passwd")',
      '$ x^2 $',
      '*bold* _thin_ `raw`',
      '@ref and <label>',
      'back\\slash \\n \\u{41} \\',
      '= Heading',
      '- item -- dash --- "quoted" ~ ...',
      '// comment /* comment */',
      ']) #(1 + 1) {{x}} ${y}',
      'https://isp.example/a?b=c&d=%20#e',
    ]
    const text = await print({
      number: '#1',
      customer: { name: '#strong[A]', address_lines: strings },
      lines: strings.map((description) => ({ description, amount: '$1' })),
      notes: strings.join('\n'),
      footer: '#footer',
      labels: { title: '#title', page: '#page {page}/{pages}' },
    })
    for (const string of strings) expect(text.split(string).length - 1, string).toBe(3)
    expect(text).toContain('#strong[A]')
    expect(text).toContain('#title #1')
    expect(text).toContain('#page 2/2')
  })

  test('leaves out what is not given', async () => {
    const text = await readText(
      await renderDocument('invoice', {
        number: '1',
        issue_date: '2026-10-01',
        due_date: '',
        seller: { name: 'ISP', address_lines: [] },
        customer: { name: 'Ann', email: '' },
        lines: [{ description: 'Internet', amount: '10.00' }],
        totals: { total: '10.00', taxes: [] },
        details: [],
        payment_details: [],
        notes: '',
      }),
    )
    expect(text.split(/\s+/).join(' ')).toBe(
      'Invoice 1 Bill to Ann ISP Issue date 2026-10-01 Description Amount Internet 10.00 Total 10.00 Page 1 of 1',
    )
  })

  test('can do without lines, and takes null for absent', async () => {
    const data: InvoiceDocument = JSON.parse(
      JSON.stringify({
        ...sample_invoice,
        lines: [],
        status: null,
        notes: null,
        customer: { name: 'A', address_lines: null },
      }),
    )
    const text = await readText(await renderDocument('invoice', data))
    expect(text).toContain('€63.05')
    expect(text).not.toContain('Description')
    expect(text).not.toContain('Overdue')
  })

  test('runs over pages: each line once, in order, under the same heading', async () => {
    const lines = Array.from({ length: 300 }, (_, index) => ({
      description: `Line no. ${index + 1}.`,
      period: '1–31 October 2026',
      quantity: '1',
      unit_price: '€39.00',
      tax_rate: '23%',
      amount: '€39.00',
    }))
    const pages = await readPdf(await renderDocument('invoice', { ...sample_invoice, lines }))
    expect(pages.length).toBeGreaterThan(10)
    pages.forEach((page, index) => {
      expect(page.text).toContain(`Page ${index + 1} of ${pages.length}`)
      if (page.text.includes('Line no.')) expect(page.text).toContain('Unit price')
      if (index > 0) expect(page.text).toContain('Invoice INV-2026-00042')
    })
    const printed = pages.flatMap((page) =>
      [...page.text.matchAll(/Line no\. (\d+)\./g)].map((match) => Number(match[1])),
    )
    expect(printed).toEqual(lines.map((_, index) => index + 1))
    expect(pages.filter((page) => page.text.includes('Amount due'))).toHaveLength(2)
  })

  test('wraps what is long and stays within the page', async () => {
    const words = Array.from({ length: 1_700 }, (_, index) => `w${index}`)
    const pages = await readPdf(
      await renderDocument('invoice', {
        ...sample_invoice,
        number: 'N'.repeat(60),
        customer: {
          name: 'x'.repeat(300),
          address_lines: [`${'long.name.'.repeat(9)}@isp.example`, '東京'.repeat(80)],
        },
        lines: [
          {
            description: words.join(' '),
            quantity: '1',
            unit_price: 'IDR 1,234,567,890.00',
            amount: 'IDR 1,234,567,890.00',
          },
          { description: 'y'.repeat(10_000), quantity: '1', unit_price: '1', amount: '1' },
          { description: 'emoji 😀👨‍👩‍👧 and on', amount: '1' },
        ],
        details: [{ label: 'Mandate', value: 'DE98ZZZ09999999999-2026-000042-A' }],
        payment_details: [{ label: 'Link', value: `https://pay.isp.example/${'a1b2c3d4'.repeat(20)}` }],
      }),
    )
    const text = pages.map((page) => page.text).join('\n')
    // The margin is 20 mm on a page of 210 mm.
    for (const page of pages) expect(page.right_edge).toBeLessThan((190 / 25.4) * 72 + 1)
    expect(text.split(/\s+/).filter((word) => /^w\d+$/.test(word))).toEqual(words)
    expect(text.match(/y{8}/g)?.length).toBe(1_250)
    expect(text).toMatch(/emoji .*and on/)
  })

  test('speaks another language and runs from right to left', async () => {
    const pdf = await renderDocument('invoice', sample_arabic_invoice)
    const text = await readText(pdf)
    for (const words of [
      'مدفوعة',
      'الرياض',
      'الضريبة',
      'الكمية',
      'INV-2026-00042',
      '149.00',
      '+966 11 555 0100',
    ]) {
      expect(text).toContain(words)
    }
    expect(text).not.toContain('Qty')
    // The margins change sides with the columns: the title now ends at the right one.
    const [page] = await readPdf(pdf)
    expect(page?.right_edge).toBeCloseTo((190 / 25.4) * 72, -1)
  })

  test('is the same file for the same data', async () => {
    const once = await renderDocument('invoice', sample_invoice)
    expect(Buffer.from(once).equals(await renderDocument('invoice', sample_invoice))).toBe(true)
    expect(
      Buffer.from(once).equals(await renderDocument('invoice', { ...sample_invoice, number: '2' })),
    ).toBe(false)
  })
})

test('a receipt says what was paid, how, and what for', async () => {
  const text = await readText(await renderDocument('receipt', sample_receipt))
  for (const words of [
    'Receipt',
    'RCP-2026-00107',
    'Bank transfer',
    'Invoice INV-2026-00042',
    'Kept as credit',
    '€63.05',
  ]) {
    expect(text).toContain(words)
  }
})

test('a contract says what is provided at which price, on which terms, and where to sign', async () => {
  const text = await readText(await renderDocument('contract', sample_contract))
  for (const words of [
    'C-10042-1',
    'Fibre 500',
    'Minimum term',
    '€49.00',
    'at least 12 months',
    'signature',
  ]) {
    expect(text).toContain(words)
  }
})
