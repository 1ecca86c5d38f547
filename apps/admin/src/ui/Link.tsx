import { Anchor, Button, type AnchorProps, type ButtonProps } from '@mantine/core'
import { useRouter } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, MouseEvent, Ref } from 'react'
import type { Search } from './search.ts'

type Native = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href' | 'color'> & {
  href: string
  ref?: Ref<HTMLAnchorElement>
}

/** Splits an address built by `paths` into what the router wants. */
export function destination(href: string): { to: string; search: Search } {
  const url = new URL(href, location.origin)
  return { to: url.pathname, search: Object.fromEntries(url.searchParams) }
}

/** `go(paths.customer(id))` */
export function useGo() {
  const router = useRouter()
  return (href: string, options: { replace?: boolean; ignoreBlocker?: boolean } = {}) =>
    router.navigate({ ...destination(href), ...options })
}

/**
 * Follows an address inside the app. It stays a real anchor, so that any link opens in a new tab, and loads the
 * screen's chunk when the pointer comes near.
 */
export function useAppLink(href: string) {
  const router = useRouter()
  const go = useGo()
  return {
    href,
    onMouseEnter: () => void router.preloadRoute(destination(href)).catch(() => undefined),
    onClick: (event: MouseEvent) => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey)
        return
      event.preventDefault()
      void go(href)
    },
  }
}

export function PlainLink({ href, ...rest }: Native) {
  return <a {...rest} {...useAppLink(href)} />
}

export function TextLink({ href, ...rest }: AnchorProps & Native) {
  return <Anchor {...rest} {...useAppLink(href)} />
}

export function LinkButton({ href, ...rest }: ButtonProps & Native) {
  return <Button component="a" {...rest} {...useAppLink(href)} />
}
