import { Button } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { bitsPerSecond, bytes } from '../../format.ts'
import { useNoun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { Empty } from '../../ui/Empty.tsx'
import { LinkButton, TextLink } from '../../ui/Link.tsx'
import { Money } from '../../ui/Money.tsx'
import { Section } from '../../ui/Section.tsx'
import { OnlineDot, StatusChip } from '../../ui/StatusChip.tsx'
import { When } from '../../ui/When.tsx'
import classes from './Customer.module.css'
import type { Overview, ServiceLine } from './overview.ts'

/** Each service with its dot, its address, what flows now and what has flowed. */
export function CustomerServices({ overview, onOpen }: { overview: Overview; onOpen: (id: string) => void }) {
  const { t } = useTranslation()
  const { services, customer } = overview
  return (
    <Section title={t('customer.services')} padded={false}>
      {services.length === 0 && (
        <Empty small title={t('customer.noServices')} detail={t('customer.noServicesYet')}>
          <LinkButton href={paths.newService(customer.id)}>{t('customer.addService')}</LinkButton>
        </Empty>
      )}
      <ul className={classes.services}>
        {services.map((service) => (
          <ServiceItem
            key={service.id}
            service={service}
            currency={customer['currency']}
            onOpen={() => onOpen(service.id)}
          />
        ))}
      </ul>
    </Section>
  )
}

function ServiceItem({
  service,
  currency,
  onOpen,
}: {
  service: ServiceLine
  currency: unknown
  onOpen: () => void
}) {
  const { t } = useTranslation()
  const noun = useNoun('service')
  const { session } = service
  const title = String(service['description'] ?? service.tariff_title ?? noun?.label ?? '')
  return (
    <li>
      <div className={classes.serviceTitle}>
        <TextLink href={paths.service(service.id)} fw={550}>
          {title}
        </TextLink>
        <StatusChip value={service['status']} field={noun?.fields.find((field) => field.name === 'status')} />
        {service['service_type'] === 'internet' && (
          <OnlineDot online={service.online} labels={[t('customer.isOnline'), t('customer.isOffline')]} />
        )}
        {service['price'] !== null && service['price'] !== undefined && (
          <Money amount={service['price']} currency={currency} />
        )}
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={onOpen}
          aria-label={t('customer.whyService', { title })}
        >
          {t('why.open')}
        </Button>
      </div>
      {service['service_type'] === 'internet' && (
        <div className={classes.serviceDetail}>
          {service['login'] ? <span>{String(service['login'])}</span> : null}
          {session && (
            <>
              <span>{session.ip}</span>
              <span>
                <IconArrowDown size={13} aria-label={t('home.download')} />{' '}
                {bitsPerSecond(session.download_bps ?? 0)}
              </span>
              <span>
                <IconArrowUp size={13} aria-label={t('home.upload')} />{' '}
                {bitsPerSecond(session.upload_bps ?? 0)}
              </span>
              <span>
                {t('customer.used', { down: bytes(session.output_bytes), up: bytes(session.input_bytes) })}
              </span>
              <span>
                {t('customer.since')} <When at={session.started_at} />
              </span>
            </>
          )}
        </div>
      )}
    </li>
  )
}
