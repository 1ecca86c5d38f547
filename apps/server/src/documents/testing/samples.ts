import type { ContractDocument } from '../contract.ts'
import type { InvoiceDocument } from '../invoice.ts'
import type { ReceiptDocument } from '../receipt.ts'

/** An ordinary invoice of a small provider, for tests and for trying out the template. */
export const sample_invoice: InvoiceDocument = {
  number: 'INV-2026-00042',
  status: 'overdue',
  issue_date: '1 October 2026',
  due_date: '15 October 2026',
  service_period: '1–31 October 2026',
  seller: {
    name: 'Northwind Fibre Ltd',
    address_lines: ['12 Harbour Street', 'Galway H91 X4Y2', 'Ireland'],
    tax_id: 'IE 6388047V',
    registration_number: '583920',
    email: 'billing@northwindfibre.example',
    phone: '+353 91 555 0100',
  },
  customer: {
    name: 'José Müller',
    number: 'C-10042',
    address_lines: ['ul. Piotrkowska 104', '90-926 Łódź', 'Poland'],
    tax_id: 'PL 7251868136',
  },
  lines: [
    {
      description: 'Fibre 500',
      period: '1–31 October 2026',
      quantity: '1',
      unit_price: '€39.00',
      tax_rate: '23%',
      amount: '€39.00',
    },
    {
      description: 'Static IPv4 address 203.0.113.17',
      period: '1–31 October 2026',
      quantity: '1',
      unit_price: '€4.00',
      tax_rate: '23%',
      amount: '€4.00',
    },
    {
      description: 'Telephone calls, 214 minutes',
      period: '1–30 September 2026',
      quantity: '214',
      unit_price: '€0.025',
      tax_rate: '23%',
      amount: '€5.35',
    },
    {
      description: 'Engineer visit',
      quantity: '1',
      unit_price: '€25.00',
      tax_rate: '13.5%',
      amount: '€25.00',
    },
    { description: 'Loyalty discount, 10%', amount: '−€3.90', tax_rate: '23%' },
  ],
  totals: {
    net: '€69.45',
    taxes: [
      { label: 'VAT 23% on €44.45', value: '€10.22' },
      { label: 'VAT 13.5% on €25.00', value: '€3.38' },
    ],
    total: '€83.05',
    paid: '€20.00',
    due: '€63.05',
  },
  payment_text: 'Please pay by bank transfer and give the reference, so that we can find your payment.',
  payment_details: [
    { label: 'IBAN', value: 'IE29 AIBK 9311 5212 3456 78' },
    { label: 'BIC', value: 'AIBKIE2D' },
    { label: 'Reference', value: 'INV-2026-00042' },
  ],
  notes:
    'Questions about this invoice? Write to billing@northwindfibre.example.\nThank you for being with us.',
  footer: 'Northwind Fibre Ltd · Registered in Ireland 583920',
}

export const sample_receipt: ReceiptDocument = {
  number: 'RCP-2026-00107',
  paid_on: '12 October 2026',
  amount: '€63.05',
  method: 'Bank transfer',
  reference: 'INV-2026-00042',
  seller: sample_invoice.seller,
  customer: sample_invoice.customer,
  allocations: [{ description: 'Invoice INV-2026-00042', date: '1 October 2026', amount: '€60.00' }],
  credit: '€3.05',
  footer: 'Northwind Fibre Ltd · Registered in Ireland 583920',
}

export const sample_contract: ContractDocument = {
  number: 'C-10042-1',
  begins_on: '1 October 2026',
  seller: sample_invoice.seller,
  customer: sample_invoice.customer,
  details: [
    { label: 'Minimum term', value: '12 months' },
    { label: 'Until', value: '30 September 2027' },
    { label: 'Notice', value: '30 days' },
  ],
  lines: [
    { description: 'Fibre 500', detail: 'Flat 3', quantity: '1', price: '€39.00', charged: 'a month' },
    { description: 'Set-up', quantity: '1', price: '€49.00', charged: 'once' },
  ],
  terms: ['Prices are without tax.', 'It is agreed for at least 12 months.'],
}

/** The same invoice in Arabic, set from right to left. */
export const sample_arabic_invoice: InvoiceDocument = {
  ...sample_invoice,
  language: 'ar-SA',
  direction: 'rtl',
  status: 'paid',
  issue_date: '1 أكتوبر 2026',
  due_date: '15 أكتوبر 2026',
  service_period: '1–31 أكتوبر 2026',
  seller: {
    name: 'شركة الشمال للاتصالات',
    address_lines: ['شارع الملك فهد 104', 'الرياض 12271', 'المملكة العربية السعودية'],
    tax_id: '300000000000003',
    phone: '+966 11 555 0100',
    email: 'billing@shamal.example',
  },
  customer: { name: 'علاء الدين السلامي', number: 'C-10042', address_lines: ['حي العليا', 'الرياض'] },
  lines: [
    {
      description: 'إنترنت الألياف 500 Mbit/s',
      period: '1–31 أكتوبر 2026',
      quantity: '1',
      unit_price: '149.00 ر.س',
      tax_rate: '15%',
      amount: '149.00 ر.س',
    },
    {
      description: 'عنوان IPv4 ثابت (203.0.113.17)',
      quantity: '1',
      unit_price: '15.00 ر.س',
      tax_rate: '15%',
      amount: '15.00 ر.س',
    },
  ],
  totals: {
    net: '164.00 ر.س',
    taxes: [{ label: 'ضريبة القيمة المضافة 15%', value: '24.60 ر.س' }],
    total: '188.60 ر.س',
    paid: '188.60 ر.س',
    due: '0.00 ر.س',
  },
  payment_text: 'تم الدفع. لا يلزم أي إجراء.',
  payment_details: [{ label: 'IBAN', value: 'SA03 8000 0000 6080 1016 7519' }],
  notes: 'للاستفسار عن هذه الفاتورة: billing@shamal.example',
  footer: 'شركة الشمال للاتصالات · سجل تجاري 1010000000',
  labels: {
    title: 'فاتورة ضريبية',
    paid: 'مدفوعة',
    bill_to: 'فاتورة إلى',
    issue_date: 'تاريخ الإصدار',
    due_date: 'تاريخ الاستحقاق',
    service_period: 'فترة الخدمة',
    customer_number: 'رقم العميل',
    tax_id: 'الرقم الضريبي',
    description: 'الوصف',
    quantity: 'الكمية',
    unit_price: 'سعر الوحدة',
    tax_rate: 'الضريبة',
    amount: 'المبلغ',
    net: 'المجموع الفرعي',
    total: 'الإجمالي',
    amount_paid: 'المدفوع',
    amount_due: 'المبلغ المستحق',
    payment: 'طريقة الدفع',
    notes: 'ملاحظات',
    page: 'صفحة {page} من {pages}',
  },
}
