import { useCallback, useEffect, useRef, useState } from 'react'
import { Problem } from '../api.ts'
import type { Field } from '../meta.ts'

export type Values = Record<string, unknown>

export type FormState = {
  values: Values
  set: (name: string, value: unknown) => void
  /** One sentence a field. */
  errors: Record<string, string>
  /** Refusals that belong to no field on the form. */
  refusal: unknown
  dirty: boolean
  /** Checks what must be filled; answers whether the form may be sent, and shows what is missing. */
  check: (required_sentence: (field: Field) => string) => boolean
  refuse: (error: unknown) => void
  formRef: React.RefObject<HTMLFormElement | null>
}

/** What a person has typed so far, what is wrong with it, and the focus on the first thing to mend. */
export function useFormState(fields: Field[], initial: Values): FormState {
  const [values, setValues] = useState(initial)
  const [errors, setErrors] = useState<Record<string, string>>({})
  const [refusal, setRefusal] = useState<unknown>(null)
  const formRef = useRef<HTMLFormElement>(null)
  const set = useCallback((name: string, value: unknown) => {
    setValues((before) => ({ ...before, [name]: value }))
    setErrors((before) => Object.fromEntries(Object.entries(before).filter(([field]) => field !== name)))
  }, [])

  useEffect(() => {
    const wrong = fields.find((field) => errors[field.name] !== undefined)
    if (wrong) formRef.current?.querySelector<HTMLElement>(`[name="${CSS.escape(wrong.name)}"]`)?.focus()
    // Only a new set of errors moves the focus; typing must not.
  }, [errors])

  return {
    values,
    set,
    errors,
    refusal,
    dirty: JSON.stringify(values) !== JSON.stringify(initial),
    check: (sentence) => {
      const missing = fields.filter((field) => field.required && isEmpty(values[field.name]))
      setErrors(Object.fromEntries(missing.map((field) => [field.name, sentence(field)])))
      setRefusal(null)
      return missing.length === 0
    },
    refuse: (error) => {
      const named = error instanceof Problem ? error.errors : []
      const known = named.filter((one) => fields.some((field) => field.name === one.field))
      setErrors(Object.fromEntries(known.map((one) => [one.field, one.detail])))
      setRefusal(known.length > 0 && known.length === named.length ? null : error)
    },
    formRef,
  }
}

export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

/** Whether all is there that must be. */
export const isReady = (fields: Field[], values: Values): boolean =>
  fields.every((field) => !field.required || !isEmpty(values[field.name]))

/** What is sent when something is created or commanded: what was filled, custom fields under `custom`. */
export function bodyOf(values: Values): Values {
  return nested(Object.entries(values).filter(([, value]) => !isEmpty(value)))
}

/** What is sent when something is changed: what differs; a cleared field as null. */
export function changesOf(values: Values, before: Values): Values {
  const changed = Object.entries(values).filter(
    ([name, value]) => JSON.stringify(value ?? '') !== JSON.stringify(before[name] ?? ''),
  )
  return nested(changed.map(([name, value]) => [name, isEmpty(value) ? null : value]))
}

function nested(entries: [string, unknown][]): Values {
  const custom = entries
    .filter(([name]) => name.startsWith('custom.'))
    .map(([name, value]) => [name.slice(7), value])
  const own = entries.filter(([name]) => !name.startsWith('custom.'))
  return { ...Object.fromEntries(own), ...(custom.length > 0 ? { custom: Object.fromEntries(custom) } : {}) }
}
