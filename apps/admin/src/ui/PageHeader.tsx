import { Title } from '@mantine/core'
import { useEffect } from 'react'
import { useMeta } from '../meta.ts'
import { PlainLink } from './Link.tsx'
import classes from './PageHeader.module.css'

export function useTitle(title: string) {
  const { tenant } = useMeta()
  useEffect(() => {
    document.title = title === '' ? tenant.name : `${title} · ${tenant.name}`
  }, [title, tenant.name])
}

/** Where one is, what it is, in which state, and what can be done: the same place on every page. */
export function PageHeader(props: {
  title: string
  back?: { href: string; label: string }
  number?: React.ReactNode
  chips?: React.ReactNode
  actions?: React.ReactNode
  children?: React.ReactNode
}) {
  useTitle(props.title)
  return (
    <header className={classes.header}>
      <div className={classes.line}>
        <div className={classes.identity}>
          {props.back && (
            <PlainLink className={classes.back} href={props.back.href}>
              {props.back.label}
            </PlainLink>
          )}
          <div className={classes.title}>
            <Title order={1}>{props.title}</Title>
            {props.number && <span className={classes.number}>{props.number}</span>}
            {props.chips}
          </div>
        </div>
        {props.actions && <div className={classes.actions}>{props.actions}</div>}
      </div>
      {props.children}
    </header>
  )
}
