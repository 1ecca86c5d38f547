import classes from './KeyFacts.module.css'

/** What matters most about a row, at the top of its page. */
export const KeyFacts = ({ children }: { children: React.ReactNode }) => (
  <dl className={classes.facts}>{children}</dl>
)

export function KeyFact(props: { label: string; note?: React.ReactNode; children: React.ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{props.label}</dt>
      <dd>{props.children}</dd>
      <dd className={classes.note}>{props.note}</dd>
    </div>
  )
}
