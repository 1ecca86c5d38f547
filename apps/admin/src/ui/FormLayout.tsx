import { Stack } from '@mantine/core'
import type { ReactNode, RefObject } from 'react'
import classes from './FormLayout.module.css'
import { ErrorNotice } from './Notice.tsx'
import { PageHeader } from './PageHeader.tsx'

/** A form on its own page: one column of fields, what it will do beside it, the verb at its end. */
export function FormLayout(props: {
  title: string
  back: { href: string; label: string }
  refusal: unknown
  formRef?: RefObject<HTMLFormElement | null>
  onSubmit: () => void
  aside?: ReactNode
  buttons: ReactNode
  children: ReactNode
}) {
  return (
    <div className={classes.page}>
      <PageHeader title={props.title} back={props.back} />
      <div className={classes.columns}>
        <form
          ref={props.formRef}
          noValidate
          className={classes.form}
          onSubmit={(event) => {
            event.preventDefault()
            props.onSubmit()
          }}
        >
          <Stack gap="lg">
            <ErrorNotice error={props.refusal} />
            {props.children}
            <div className={classes.buttons}>{props.buttons}</div>
          </Stack>
        </form>
        {props.aside && <aside className={classes.aside}>{props.aside}</aside>}
      </div>
    </div>
  )
}
