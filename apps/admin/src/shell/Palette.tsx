import { createSpotlight, Spotlight } from '@mantine/spotlight'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { IconArrowRight, IconBolt, IconCash, IconPlus, IconSearch } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../api.ts'
import { useMeta } from '../meta.ts'
import { paths } from '../paths.ts'
import { useGo } from '../ui/Link.tsx'
import { StatusChip } from '../ui/StatusChip.tsx'
import classes from './Palette.module.css'
import { usePaletteCommands, type PaletteCommand } from './palette-commands.ts'
import { useRowCommands, verbsIn } from './row-commands.ts'

const [store, palette] = createSpotlight()

type Hit = {
  noun: string
  id: string
  title: string
  subtitle: string | null
  status: string | null
  matched?: string
}

/** ⌘K: every row by name, number, phone, login or address; every place and every thing one may start. */
export function Palette({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  const [query, setQuery] = useState('')
  useEffect(() => {
    if (opened) palette.open()
  }, [opened])
  const [settled] = useDebouncedValue(query.trim(), 120)
  const { nouns } = useMeta()
  const go = useGo()
  // A verb before it is what to do with what is searched for.
  const sought = verbsIn(nouns, settled).rest
  const { data, isFetching } = useQuery({
    queryKey: ['search', sought],
    queryFn: ({ signal }) => api.get<{ data: Hit[] }>('/search', { query: { q: sought }, signal }),
    enabled: sought.length >= 2,
    placeholderData: keepPreviousData,
  })
  const hits = sought.length >= 2 && query.trim().length >= 2 ? (data?.data ?? []) : []
  const onRows = useRowCommands(hits, query, opened)
  const verbFirst = sought !== settled
  const commands = [...(query.trim() === '' ? onRows : []), ...usePaletteCommands(query)]
  // What is first is what Enter opens, also when it arrives after the last key.
  useEffect(() => {
    if (opened) selectFirst()
  }, [opened, query, data, onRows.length])
  const customer = hits.find((hit) => hit.noun === 'customer')
  const payments = nouns.find((noun) => noun.name === 'payment')

  return (
    <Spotlight.Root
      store={store}
      shortcut={null}
      onSpotlightClose={onClose}
      query={query}
      onQueryChange={setQuery}
      scrollable
      maxHeight="min(60dvh, 480px)"
      transitionProps={{ duration: 0 }}
      title={t('palette.title')}
      classNames={{ header: classes.unseen, content: classes.content }}
      centered={false}
      yOffset="12dvh"
      overlayProps={{ backgroundOpacity: 0.3, blur: 0 }}
    >
      <Spotlight.Search
        placeholder={t('palette.placeholder')}
        aria-label={t('palette.placeholder')}
        leftSection={<IconSearch size={18} aria-hidden />}
      />
      <Spotlight.ActionsList>
        {verbFirst && onRows.map((command) => <CommandAction key={command.key} command={command} />)}
        {hits.map((hit) => {
          const noun = nouns.find((one) => one.name === hit.noun)
          if (!noun) return null
          return (
            <Spotlight.Action
              key={`${hit.noun}:${hit.id}`}
              onClick={() => void go(paths.row(noun, hit.id))}
              className={classes.action}
            >
              <span className={classes.noun}>{noun.label}</span>
              <span className={classes.title}>{hit.title}</span>
              <span className={classes.subtitle}>{subtitleOf(hit)}</span>
              <StatusChip value={hit.status} field={noun.fields.find((field) => field.name === 'status')} />
            </Spotlight.Action>
          )
        })}
        {customer && payments?.can.create && (
          <Spotlight.Action
            onClick={() => void go(paths.newPayment({ customer_id: customer.id }))}
            className={classes.action}
          >
            <IconCash size={16} aria-hidden />
            <span className={classes.title}>{t('palette.takePayment', { name: customer.title })}</span>
          </Spotlight.Action>
        )}
        {commands.map((command) => (
          <CommandAction key={command.key} command={command} />
        ))}
        {hits.length === 0 && commands.length === 0 && (!verbFirst || onRows.length === 0) && (
          <Spotlight.Empty>
            {isFetching ? t('palette.searching') : t('palette.nothing', { query: query.trim() })}
          </Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  )
}

/** As Spotlight itself does after each key; results that arrive later are its caller's business. */
function selectFirst() {
  const { listId } = store.getState()
  const list = listId === '' ? null : document.getElementById(listId)
  list?.querySelector('[data-selected]')?.removeAttribute('data-selected')
  list?.querySelector('[data-action]')?.setAttribute('data-selected', 'true')
  store.updateState((state) => ({ ...state, selected: 0 }))
}

/** What was found by, when the title and the subtitle do not show it already: an address, a login. */
function subtitleOf(hit: Hit): string {
  const shown = `${hit.title} ${hit.subtitle ?? ''}`.toLowerCase()
  const { matched } = hit
  return matched && !shown.includes(matched.toLowerCase())
    ? [hit.subtitle, matched].filter(Boolean).join(' · ')
    : (hit.subtitle ?? '')
}

function CommandAction({ command }: { command: PaletteCommand }) {
  const Icon = { create: IconPlus, go: IconArrowRight, do: IconBolt }[command.kind]
  return (
    <Spotlight.Action onClick={command.run} className={classes.action}>
      <Icon size={16} aria-hidden />
      <span className={classes.title}>{command.label}</span>
    </Spotlight.Action>
  )
}
