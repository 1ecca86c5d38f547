import { Title } from '@mantine/core'
import { useId } from 'react'
import classes from './Section.module.css'

/** A titled part of a page, with thin borders around what it holds. */
export function Section(props: {
  title: React.ReactNode
  aside?: React.ReactNode
  children: React.ReactNode
  padded?: boolean
  className?: string
}) {
  const id = useId()
  return (
    <section className={`${classes.section} ${props.className ?? ''}`} aria-labelledby={id}>
      <header className={classes.header}>
        <Title order={2} id={id}>
          {props.title}
        </Title>
        {props.aside && <div className={classes.aside}>{props.aside}</div>}
      </header>
      <div className={props.padded === false ? undefined : classes.body}>{props.children}</div>
    </section>
  )
}

/** Label and value pairs, in as many columns as there is room for. */
export function Facts({ facts }: { facts: { label: string; value: React.ReactNode; wide?: boolean }[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(({ label, value, wide }) => (
        <div key={label} data-wide={wide || undefined}>
          <dt>{label}</dt>
          <dd>
            {value === null || value === undefined || value === '' ? <span aria-hidden>–</span> : value}
          </dd>
        </div>
      ))}
    </dl>
  )
}
