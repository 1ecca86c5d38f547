import type { ReactNode } from 'react'
import classes from './PageColumns.module.css'

/** The work on the left, what happened on the right; one below the other where there is no room. */
export function PageColumns({ children, aside }: { children: ReactNode; aside?: ReactNode }) {
  return (
    <div className={classes.columns} data-alone={aside ? undefined : true}>
      <div className={classes.work}>{children}</div>
      {aside && <aside className={classes.aside}>{aside}</aside>}
    </div>
  )
}
