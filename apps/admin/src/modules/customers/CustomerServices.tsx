import { UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { bitsPerSecond, bytes, kbps } from '../../format.ts'
import { useNoun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { Empty } from '../../ui/Empty.tsx'
import { LinkButton, TextLink } from '../../ui/Link.tsx'
import { Money } from '../../ui/Money.tsx'
import { Section } from '../../ui/Section.tsx'
import { OnlineDot, StatusChip } from '../../ui/StatusChip.tsx'
import { When } from '../../ui/When.tsx'
import whyClasses from '../../ui/Why.module.css'
import classes from './Customer.module.css'
import type { Overview, ServiceLine } from './overview.ts'

type About = 'status' | 'price' | 'speed'

/** Each service with its dot, its address, what flows now and what has flowed. */
export function CustomerServices({
  overview,
  onOpen,
}: {
  overview: Overview
  onOpen: (id: string, why: About) => void
}) {
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
            onOpen={(why) => onOpen(service.id, why)}
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
  onOpen: (why: About) => void
}) {
  const { t } = useTranslation()
  const noun = useNoun('service')
  const { session } = service
  const title = String(service['description'] ?? service.tariff_title ?? noun?.label ?? '')
  const why = (about: About) => (
    <UnstyledButton
      className={whyClasses.why}
      onClick={() => onOpen(about)}
      aria-label={t('customer.whyOf', { about: t(`explain.${about}`), title })}
    >
      {t('why.open')}
    </UnstyledButton>
  )
  return (
    <li>
      <div className={classes.serviceTitle}>
        <TextLink href={paths.service(service.id)} fw={550}>
          {title}
        </TextLink>
        <span className={classes.factOf}>
          <StatusChip
            value={service['status']}
            field={noun?.fields.find((field) => field.name === 'status')}
          />
          {why('status')}
        </span>
        {service['service_type'] === 'internet' && (
          <OnlineDot online={service.online} labels={[t('customer.isOnline'), t('customer.isOffline')]} />
        )}
        {service.price_now != null && (
          <span className={classes.factOf}>
            <Money amount={service.price_now} currency={currency} />
            {why('price')}
          </span>
        )}
        {service.speed_download_kbps != null && (
          <span className={classes.factOf}>
            {t('explain.speeds', {
              down: kbps(service.speed_download_kbps),
              up: kbps(service.speed_upload_kbps ?? 0),
            })}
            {why('speed')}
          </span>
        )}
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
