import { Skeleton } from '@mantine/core'
import type { ReactNode } from 'react'
import { PlainLink } from '../../ui/Link.tsx'
import classes from './HomePage.module.css'

/** One number that matters; it leads to the rows it counts. Its place is kept while it loads. */
export function Figure(props: {
  label: string
  value: string | undefined
  note?: ReactNode
  href?: string
  children?: ReactNode
}) {
  const value = props.value ?? <Skeleton h={22} w={90} my={5} />
  return (
    <div className={classes.figure}>
      <div className={classes.label}>{props.label}</div>
      <div className={classes.value}>
        {props.href && props.value !== undefined ? <PlainLink href={props.href}>{value}</PlainLink> : value}
      </div>
      <div className={classes.note}>{props.note ?? props.children}</div>
    </div>
  )
}
