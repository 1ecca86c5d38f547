import { Button, CopyButton, Group, Menu } from '@mantine/core'
import { IconMapPin } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, type Page, type Row } from '../../api.ts'
import { useNoun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { Empty } from '../../ui/Empty.tsx'
import { TextLink } from '../../ui/Link.tsx'
import { ErrorNotice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { Chip } from '../../ui/StatusChip.tsx'
import { useSmallChange } from '../notes/attached.ts'
import classes from './Addresses.module.css'
import { AddLink } from '../../resource/AddLink.tsx'

const uses = ['billing_address_id', 'service_address_id', 'postal_address_id'] as const

/** The places of a customer: which is billed, served and written to, and where each lies. */
export function Addresses({ customer }: { customer: Row }) {
  const { t } = useTranslation()
  const noun = useNoun('address')
  const customers = useNoun('customer')
  const change = useSmallChange()
  const { data, error } = useQuery({
    queryKey: ['addresses', customer.id],
    queryFn: () => api.get<Page<Row>>('/addresses', { query: { customer_id: customer.id, limit: 200 } }),
    meta: { live: ['address', 'customer'] },
  })
  if (!noun) return null
  const use = (field: (typeof uses)[number], address_id: string | null) =>
    change.mutate(() => api.patch(`/customers/${customer.id}`, { [field]: address_id }))
  const own = lineOf(customer)
  return (
    <Section
      title={noun.label_plural}
      padded={false}
      aside={<AddLink noun={noun} given={{ customer_id: customer.id }} />}
    >
      <ErrorNotice error={error} />
      <ul className={classes.places}>
        {!customer['billing_address_id'] && own && (
          <li>
            <div className={classes.place}>
              <span>{own}</span>
              <span className={classes.marks}>
                <Chip tone="info" icon={false}>
                  {t('address.billing_address_id')}
                </Chip>
                {!customer['service_address_id'] && (
                  <Chip tone="ok" icon={false}>
                    {t('address.service_address_id')}
                  </Chip>
                )}
              </span>
            </div>
            <small>{t('address.onCustomer')}</small>
          </li>
        )}
        {(data?.data ?? []).map((address) => {
          const marked = uses.filter((field) => customer[field] === address.id)
          return (
            <li key={address.id}>
              <div className={classes.place}>
                <TextLink href={paths.row(noun, address.id)}>{lineOf(address)}</TextLink>
                <span className={classes.marks}>
                  {marked.map((field) => (
                    <Chip key={field} tone={field === 'service_address_id' ? 'ok' : 'info'} icon={false}>
                      {t(`address.${field}`)}
                    </Chip>
                  ))}
                </span>
                {customers?.can.update && (
                  <Menu width={260} position="bottom-end">
                    <Menu.Target>
                      <Button
                        variant="subtle"
                        size="compact-sm"
                        aria-label={t('address.useOf', { where: lineOf(address) })}
                      >
                        {t('address.use')}
                      </Button>
                    </Menu.Target>
                    <Menu.Dropdown>
                      {uses.map((field) => (
                        <Menu.Item
                          key={field}
                          disabled={change.isPending}
                          onClick={() => use(field, customer[field] === address.id ? null : address.id)}
                        >
                          {t(customer[field] === address.id ? 'address.noLonger' : 'address.useAs', {
                            what: t(`address.${field}`).toLowerCase(),
                          })}
                        </Menu.Item>
                      ))}
                    </Menu.Dropdown>
                  </Menu>
                )}
              </div>
              <Position address={address} />
              {typeof address['directions'] === 'string' && <small>{address['directions']}</small>}
            </li>
          )
        })}
      </ul>
      {data?.data.length === 0 && !own && (
        <Empty small title={t('address.none')} detail={t('address.noneYet')} />
      )}
    </Section>
  )
}

/** Degrees, WGS 84, to be pasted into whatever shows maps. */
function Position({ address }: { address: Row }) {
  const { t } = useTranslation()
  const { latitude, longitude } = address
  if (latitude == null || longitude == null) return null
  const position = `${String(latitude)}, ${String(longitude)}`
  return (
    <Group gap={6} className={classes.position}>
      <IconMapPin size={14} aria-hidden />
      <span>{position}</span>
      <CopyButton value={position}>
        {({ copied, copy }) => (
          <Button variant="subtle" size="compact-xs" onClick={copy}>
            {copied ? t('address.copied') : t('address.copy')}
          </Button>
        )}
      </CopyButton>
    </Group>
  )
}

function lineOf(place: Row): string {
  const part = (name: string) => (typeof place[name] === 'string' ? place[name] : '')
  const street = [part('street'), part('unit')].filter(Boolean).join(', ')
  const town = [part('postal_code'), part('city')].filter(Boolean).join(' ')
  return [street, town, part('country')].filter(Boolean).join(', ')
}
