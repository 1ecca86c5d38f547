import { Textarea, type TextareaProps } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

type Props = Omit<TextareaProps, 'value' | 'onChange'> & {
  value: unknown
  onChange: (value: unknown) => void
}

export function JsonInput({ value, onChange, error, ...rest }: Props) {
  const { t } = useTranslation()
  const [text, setText] = useState(
    value === null || value === undefined ? '' : JSON.stringify(value, null, 2),
  )
  const [broken, setBroken] = useState(false)
  return (
    <Textarea
      {...rest}
      autosize
      minRows={4}
      maxRows={20}
      spellCheck={false}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
      error={broken ? t('form.brokenJson') : error}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value)
        try {
          onChange(event.currentTarget.value.trim() === '' ? null : JSON.parse(event.currentTarget.value))
          setBroken(false)
        } catch {
          setBroken(true)
        }
      }}
    />
  )
}
