import { Button, Tooltip, type ButtonProps } from '@mantine/core'
import type { ReactNode } from 'react'

type Props = ButtonProps & { onClick: () => void; reason?: string | undefined; children: ReactNode }

/** A button that stays in its place when it may not be pressed, and says why: to the pointer and to the keyboard. */
export function ActionButton({ reason, onClick, children, ...rest }: Props) {
  if (reason === undefined)
    return (
      <Button variant="default" {...rest} onClick={onClick}>
        {children}
      </Button>
    )
  return (
    <Tooltip label={reason}>
      <Button
        {...rest}
        variant="default"
        aria-disabled
        data-disabled
        onClick={(event) => event.preventDefault()}
      >
        {children}
      </Button>
    </Tooltip>
  )
}
