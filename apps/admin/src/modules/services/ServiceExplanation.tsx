import { Skeleton, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { kbps } from '../../format.ts'
import { Money } from '../../ui/Money.tsx'
import { ErrorNotice } from '../../ui/Notice.tsx'
import { StatusChip } from '../../ui/StatusChip.tsx'
import { useExplanation } from './explain.ts'
import classes from './ServiceExplanation.module.css'

export function ServiceExplanation({ id }: { id: string }) {
  const { t } = useTranslation()
  const { data, error } = useExplanation(id)
  if (error) return <ErrorNotice error={error} />
  if (!data)
    return (
      <Stack>
        {[1, 2, 3].map((one) => (
          <Skeleton key={one} h={44} />
        ))}
      </Stack>
    )
  const { status, access, price, speed } = data
  return (
    <div className={classes.list}>
      <Answer
        title={t('explain.status')}
        result={<StatusChip value={status.value} />}
        sentence={status.sentence}
        reasons={status.reasons}
      />
      <Answer
        title={t('explain.access')}
        result={<StatusChip value={access.decision} />}
        sentence={access.sentence}
        reasons={access.reasons}
      />
      <Answer title={t('explain.price')} result={<Money amount={price.amount} />} sentence={price.sentence}>
        {price.lines && price.lines.length > 0 && (
          <table className={classes.lines}>
            <tbody>
              {price.lines.map((line, index) => (
                <tr key={index}>
                  <th scope="row">{line.label}</th>
                  <td>
                    <Money amount={line.amount} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Answer>
      {speed && (
        <Answer
          title={t('explain.speed')}
          result={
            speed.download_kbps
              ? t('explain.speeds', { down: kbps(speed.download_kbps), up: kbps(speed.upload_kbps ?? 0) })
              : null
          }
          sentence={speed.sentence ?? ''}
          reasons={speed.reasons}
        />
      )}
    </div>
  )
}

function Answer(props: {
  title: string
  result: React.ReactNode
  sentence: string
  reasons?: string[] | undefined
  children?: React.ReactNode
}) {
  return (
    <section>
      <h3 className={classes.title}>
        {props.title} {props.result}
      </h3>
      <p>{props.sentence}</p>
      {props.reasons && props.reasons.length > 0 && (
        <ul>
          {props.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      {props.children}
    </section>
  )
}
