import { Skeleton, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { kbps, readable } from '../../format.ts'
import { useNoun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { TextLink } from '../../ui/Link.tsx'
import { Money } from '../../ui/Money.tsx'
import { ErrorNotice } from '../../ui/Notice.tsx'
import { StatusChip } from '../../ui/StatusChip.tsx'
import { useExplanation, type Reason } from './explain.ts'
import classes from './ServiceExplanation.module.css'

/** Why a service stands as it does, today or on another day: what was asked about comes first. */
export function ServiceExplanation({ id, about }: { id: string; about?: string | undefined }) {
  const { t } = useTranslation()
  const [date, setDate] = useState('')
  const { data, error } = useExplanation(id, date)
  return (
    <div className={classes.list}>
      <TextInput
        type="date"
        label={t('explain.on')}
        value={date || (data?.date ?? '')}
        onChange={(event) => setDate(event.currentTarget.value)}
        className={classes.date}
      />
      {error ? <ErrorNotice error={error} /> : data ? <Answers about={about} why={data} /> : <Waiting />}
    </div>
  )
}

function Answers({
  why: { status, access, price, speed },
  about,
}: {
  why: NonNullable<ReturnType<typeof useExplanation>['data']>
  about: string | undefined
}) {
  const { t } = useTranslation()
  const answers = [
    <Answer
      key="status"
      title={t('explain.status')}
      result={<StatusChip value={status.value} />}
      sentence={status.sentence}
      because={status.because}
    />,
    <Answer
      key="access"
      title={t('explain.access')}
      result={<StatusChip value={access.decision} />}
      sentence={access.sentence}
      because={access.because}
    />,
    price && (
      <Answer
        key="price"
        title={t('explain.price')}
        result={<Money amount={price.amount} />}
        sentence={price.sentence}
        because={price.because}
      >
        {price.lines && price.lines.length > 0 && (
          <table className={classes.lines}>
            <tbody>
              {price.lines.map((line, index) => (
                <tr key={index}>
                  <th scope="row">{readable(line.label)}</th>
                  <td>
                    <Money amount={line.amount} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Answer>
    ),
    <Answer
      key="speed"
      title={t('explain.speed')}
      result={
        speed.download_kbps
          ? t('explain.speeds', { down: kbps(speed.download_kbps), up: kbps(speed.upload_kbps ?? 0) })
          : null
      }
      sentence={speed.sentence}
      because={speed.because}
    />,
  ].filter((answer) => answer !== null)
  return <>{answers.sort((a, b) => Number(b.key === about) - Number(a.key === about))}</>
}

function Answer(props: {
  title: string
  result: React.ReactNode
  sentence: string
  because: Reason[]
  children?: React.ReactNode
}) {
  return (
    <section>
      <h3 className={classes.title}>
        {props.title} {props.result}
      </h3>
      <p>{readable(props.sentence)}</p>
      {props.because.length > 0 && (
        <ul>
          {props.because.map((reason, index) => (
            <li key={index}>
              {readable(reason.sentence)}
              {reason.links.map((link) => (
                <RowLink key={link.id} {...link} />
              ))}
            </li>
          ))}
        </ul>
      )}
      {props.children}
    </section>
  )
}

/** A row that decided, called by its noun: “Discount”. */
function RowLink({ noun: name, id }: Reason['links'][number]) {
  const noun = useNoun(name)
  if (!noun?.can.get) return null
  return (
    <>
      {' · '}
      <TextLink href={paths.row(noun, id)}>{noun.label}</TextLink>
    </>
  )
}

const Waiting = () => (
  <Stack>
    {[1, 2, 3].map((one) => (
      <Skeleton key={one} h={44} />
    ))}
  </Stack>
)
