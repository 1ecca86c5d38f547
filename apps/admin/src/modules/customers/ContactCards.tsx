import { Checkbox, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, type Page, type Row } from '../../api.ts'
import { humanise } from '../../format.ts'
import { isRecord, useNoun, type Noun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { Empty } from '../../ui/Empty.tsx'
import { TextLink } from '../../ui/Link.tsx'
import { ErrorNotice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { Chip } from '../../ui/StatusChip.tsx'
import { useSmallChange } from '../notes/attached.ts'
import classes from './ContactCards.module.css'
import { AddLink } from '../../resource/AddLink.tsx'

const channels = ['email', 'sms', 'phone', 'post'] as const
const purposes = ['billing', 'reminders', 'service', 'support', 'marketing'] as const

/** The people to talk to about a customer: their roles, how to reach them, and by which channel they want to hear of what. */
export function ContactCards({ customer_id }: { customer_id: string }) {
  const { t } = useTranslation()
  const noun = useNoun('contact')
  const { data, error } = useQuery({
    queryKey: ['contacts', customer_id],
    queryFn: () => api.get<Page<Row>>('/contacts', { query: { customer_id, limit: 200 } }),
    meta: { live: ['contact'] },
  })
  if (!noun) return null
  return (
    <Section title={noun.label_plural} padded={false} aside={<AddLink noun={noun} given={{ customer_id }} />}>
      <ErrorNotice error={error} />
      {data?.data.length === 0 && <Empty small title={t('contact.none')} detail={t('contact.noneYet')} />}
      <ul className={classes.cards}>
        {(data?.data ?? []).map((contact) => (
          <Card key={contact.id} noun={noun} contact={contact} />
        ))}
      </ul>
    </Section>
  )
}

function Card({ noun, contact }: { noun: Noun; contact: Row }) {
  const roles = Array.isArray(contact['roles']) ? contact['roles'].map(String) : []
  const [email, phone] = [text(contact['email']), text(contact['phone'])]
  return (
    <li>
      <div className={classes.who}>
        <TextLink href={paths.row(noun, contact.id)} fw={550}>
          {String(contact['name'])}
        </TextLink>
        {roles.map((role) => (
          <Chip key={role} tone="idle" icon={false}>
            {humanise(role)}
          </Chip>
        ))}
        {text(contact['position']) && <small>{text(contact['position'])}</small>}
      </div>
      <div className={classes.reach}>
        {email && <a href={`mailto:${email}`}>{email}</a>}
        {phone && <a href={`tel:${phone.replace(/[^+\d]/g, '')}`}>{phone}</a>}
      </div>
      <Channels noun={noun} contact={contact} />
    </li>
  )
}

/** A tick a channel and purpose. A purpose that nobody decided goes by the roles, and says so. */
function Channels({ noun, contact }: { noun: Noun; contact: Row }) {
  const { t } = useTranslation()
  const change = useSmallChange()
  const preferences = isRecord(contact['preferences']) ? contact['preferences'] : {}
  const chosen = (purpose: string) => {
    const list = preferences[purpose]
    return Array.isArray(list) ? list.map(String) : null
  }
  const set = (purpose: string, list: string[] | null) => {
    const { [purpose]: _was, ...others } = preferences
    const next = list === null ? others : { ...others, [purpose]: list }
    change.mutate(() => api.patch(`/contacts/${contact.id}`, { preferences: next, version: contact.version }))
  }
  const reachable = (channel: string) =>
    channel === 'post' || Boolean(channel === 'email' ? contact['email'] : contact['phone'])
  return (
    <Table.ScrollContainer minWidth={360} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table className={classes.channels} aria-label={t('contact.channelsOf', { name: contact['name'] })}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('contact.about')}</Table.Th>
            {channels.map((channel) => (
              <Table.Th key={channel}>{t(`contact.by.${channel}`)}</Table.Th>
            ))}
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {purposes.map((purpose) => {
            const list = chosen(purpose)
            return (
              <Table.Tr key={purpose}>
                <Table.Th scope="row">{t(`contact.purpose.${purpose}`)}</Table.Th>
                {channels.map((channel) => (
                  <Table.Td key={channel}>
                    <Checkbox
                      size="xs"
                      aria-label={t('contact.tick', {
                        purpose: t(`contact.purpose.${purpose}`),
                        channel: t(`contact.by.${channel}`),
                        name: contact['name'],
                      })}
                      checked={list?.includes(channel) ?? false}
                      disabled={!noun.can.update || change.isPending || !reachable(channel)}
                      onChange={() =>
                        set(
                          purpose,
                          list?.includes(channel)
                            ? list.filter((one) => one !== channel)
                            : [...(list ?? []), channel],
                        )
                      }
                    />
                  </Table.Td>
                ))}
                <Table.Td c="dimmed" fz={12}>
                  {list === null ? t('contact.byRole') : list.length === 0 ? t('contact.never') : null}
                  {list !== null && noun.can.update && (
                    <button type="button" className={classes.reset} onClick={() => set(purpose, null)}>
                      {t('contact.asRole')}
                    </button>
                  )}
                </Table.Td>
              </Table.Tr>
            )
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
