import { Progress, Text } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { count, duration } from '../format.ts'

/** Counts, rate and time left of work that runs on the server; the rate is what was seen since this was opened. */
export function ProgressMeter(props: { done: number; total: number; running: boolean; label: string }) {
  const { t } = useTranslation()
  const first = useRef<{ at_ms: number; done: number } | null>(null)
  const [rate, setRate] = useState(0)
  useEffect(() => {
    const now_ms = performance.now()
    first.current ??= { at_ms: now_ms, done: props.done }
    const seconds = (now_ms - first.current.at_ms) / 1000
    if (seconds > 0.5) setRate((props.done - first.current.done) / seconds)
  }, [props.done])
  const share = props.total > 0 ? (100 * props.done) / props.total : 0
  return (
    <div>
      <Progress.Root size={10}>
        <Progress.Section value={share} color="var(--isp-accent)" aria-label={props.label} />
      </Progress.Root>
      <Text fz={13} c="dimmed" mt={4} mih={20}>
        {t('progress.counts', { done: count(props.done), total: count(props.total) })}
        {props.running &&
          rate > 0 &&
          ` · ${t('progress.rate', { rate: count(Math.round(rate)), left: duration((props.total - props.done) / rate) })}`}
      </Text>
    </div>
  )
}
