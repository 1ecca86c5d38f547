import type { Preset } from './preset.ts'

type Template = Preset['templates'][number]

const invoice: Template = {
  name: 'Invoice',
  kind: 'invoice',
  is_default: true,
  before_lines: 'Dear {{customer.name}},\nthis is our invoice for {{invoice.period}}.',
  after_lines:
    'Please pay {{invoice.total}} by {{invoice.due_date}} and give {{invoice.number}} as the reference.\nQuestions? Write to {{seller.email}}.',
}

export const creditNote: Template = {
  name: 'Credit note',
  kind: 'credit_note',
  is_default: true,
  after_lines: 'It is put towards what you owe us; what is left stays as your credit.',
}

const contract: Template = {
  name: 'Contract',
  kind: 'contract',
  is_default: true,
  before_lines: '{{seller.name}} and {{customer.name}} agree on the following.',
  after_lines: 'Each of the two keeps a signed copy.',
}

export const wirelessTemplates: readonly Template[] = [
  invoice,
  creditNote,
  {
    ...contract,
    after_lines:
      'The antenna and the router stay the property of {{seller.name}} and are given back when the contract ends. The customer lets our technicians reach them.',
  },
]

export const fibreTemplates: readonly Template[] = [
  invoice,
  creditNote,
  {
    ...contract,
    after_lines:
      'The line to the building and the optical terminal stay the property of {{seller.name}}. The owner of the building has agreed to the connection.',
  },
]

export const voiceTemplates: readonly Template[] = [
  {
    ...invoice,
    before_lines: 'Dear {{customer.name}},\nthese are your numbers and extensions for {{invoice.period}}.',
  },
  creditNote,
  {
    ...contract,
    after_lines:
      'Emergency calls need power and a connection to the internet. The customer says at which address each extension is used.',
  },
]

export const managedTemplates: readonly Template[] = [
  { ...invoice, before_lines: 'To {{customer.name}}:\nservices for {{invoice.period}}.' },
  creditNote,
  {
    ...contract,
    name: 'Service agreement',
    title: 'Service agreement',
    after_lines: 'What is to be reached, by when and at which hours is said in the annex to this agreement.',
  },
]
