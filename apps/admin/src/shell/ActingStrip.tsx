import { UnstyledButton } from '@mantine/core'
import { IconBuilding } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { actFor } from '../acting.ts'
import { useMeta } from '../meta.ts'
import { usePartners } from './PartnerSwitcher.tsx'
import classes from './TroubleStrip.module.css'

/** Says on every screen that only one partner's rows are shown, and leads out of it. */
export function ActingStrip() {
  const { acting_partner_id } = useMeta().actor
  return acting_partner_id ? <Strip partner_id={acting_partner_id} /> : null
}

function Strip({ partner_id }: { partner_id: string }) {
  const { t } = useTranslation()
  const name = usePartners().find((partner) => partner.id === partner_id)?.name ?? '…'
  return (
    <div className={classes.strip} data-quiet>
      <IconBuilding size={15} aria-hidden />
      <span>{t('partner.within', { name })}</span>
      <UnstyledButton className={classes.leave} onClick={() => actFor(null)}>
        {t('partner.leave')}
      </UnstyledButton>
    </div>
  )
}
