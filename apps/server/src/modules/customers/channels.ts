import { invalidField } from '#kernel/refused.ts'

export const channels = ['email', 'sms', 'phone', 'post'] as const
export type Channel = (typeof channels)[number]

/** What we write or call about. */
export const contactPurposes = ['billing', 'reminders', 'service', 'support', 'marketing'] as const
export type ContactPurpose = (typeof contactPurposes)[number]

/** Purpose → channels. An empty list: not about this. */
export type Preferences = Partial<Record<ContactPurpose, readonly Channel[]>>

/** Whose roles get what, when the person said nothing else. */
const usual: Record<ContactPurpose, readonly string[]> = {
  billing: ['billing'],
  reminders: ['billing'],
  service: ['technical'],
  support: ['technical'],
  marketing: [],
}

type Reached = { email?: unknown; phone?: unknown }

/** By which channels somebody with these roles and preferences is told about a purpose. */
export function channelsOf(
  { roles, preferences, email, phone }: Reached & { roles: readonly string[]; preferences: Preferences },
  purpose: ContactPurpose,
): readonly Channel[] {
  const chosen = preferences[purpose]
  if (chosen) return chosen
  if (!usual[purpose].some((role) => roles.includes(role))) return []
  return email ? ['email'] : phone ? ['phone'] : []
}

/** Refuses preferences that cannot be followed: unknown purposes and channels, and channels by which the person cannot be reached. */
export function checkPreferences(preferences: unknown, reached: Reached): void {
  const refuse = (code: 'not_preferences' | 'not_reachable', sentence: string) =>
    invalidField('preferences', code, sentence)
  if (typeof preferences !== 'object' || preferences === null || Array.isArray(preferences))
    throw refuse('not_preferences', 'Preferences are channels by purpose: {"billing": ["email"]}.')
  for (const [purpose, list] of Object.entries(preferences)) {
    if (!contactPurposes.includes(purpose as ContactPurpose))
      throw refuse('not_preferences', `“${purpose}” is no purpose; there are ${contactPurposes.join(', ')}.`)
    const wanted: unknown[] = Array.isArray(list) ? list : [null]
    if (new Set(wanted).size < wanted.length || !wanted.every((one) => channels.includes(one as Channel)))
      throw refuse('not_preferences', `${purpose} takes a list of ${channels.join(', ')}, each once.`)
    if (wanted.includes('email') && !reached.email)
      throw refuse('not_reachable', `For ${purpose} by e-mail the contact needs an e-mail address.`)
    if ((wanted.includes('sms') || wanted.includes('phone')) && !reached.phone)
      throw refuse(
        'not_reachable',
        `For ${purpose} by telephone or SMS the contact needs a telephone number.`,
      )
  }
}
