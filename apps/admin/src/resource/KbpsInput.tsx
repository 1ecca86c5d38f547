import { TextInput, type TextInputProps } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

type Props = Omit<TextInputProps, 'value' | 'onChange'> & {
  value: unknown
  onChange: (kbps: unknown) => void
}

/** A line speed: typed in Mbps as it is sold, sent in kbps as it is stored. */
export function KbpsInput({ value, onChange, ...rest }: Props) {
  const { t } = useTranslation()
  const [text, setText] = useState(typeof value === 'number' ? String(value / 1000) : '')
  return (
    <TextInput
      {...rest}
      inputMode="decimal"
      value={text}
      rightSection={<span style={{ color: 'var(--isp-dim)', fontSize: 12 }}>{t('unit.mbps')}</span>}
      rightSectionWidth={60}
      onChange={(event) => {
        const entered = event.currentTarget.value
        setText(entered)
        const mbps = Number(entered.replace(',', '.'))
        onChange(entered === '' ? null : Number.isFinite(mbps) ? Math.round(mbps * 1000) : entered)
      }}
    />
  )
}
