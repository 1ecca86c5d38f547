import { useQueries } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api } from '../api.ts'
import { useMeta, type Command, type Noun } from '../meta.ts'
import { paths } from '../paths.ts'
import type { Allowed } from '../resource/actions.ts'
import { useNounOfAddress } from '../resource/useNounOfAddress.ts'
import { useReferenceTitle } from '../resource/useReferenceTitle.ts'
import { useGo } from '../ui/Link.tsx'
import type { PaletteCommand } from './palette-commands.ts'

type Target = { noun: Noun; id: string; title: string }

const wordsOf = (text: string) => text.toLowerCase().split(/\s+/).filter(Boolean)

/** `block jane` → verbs that begin with “block”, and what is left to search for; `jane` → no verbs. */
export function verbsIn(nouns: Noun[], text: string): { verbs: Set<Command>; rest: string } {
  const words = wordsOf(text)
  const [first = ''] = words
  const verbs =
    first.length < 3
      ? []
      : nouns
          .flatMap((noun) => noun.commands)
          .filter(({ on, label }) => on === 'row' && wordsOf(label).some((word) => word.startsWith(first)))
  return { verbs: new Set(verbs), rest: verbs.length > 0 ? words.slice(1).join(' ') : text.trim() }
}

/**
 * What can be done with rows: with the one whose page is open, and with those found. They open the command's form with its preview;
 * what the server does not allow now is not offered.
 */
export function useRowCommands(
  found: { noun: string; id: string; title: string; subtitle: string | null }[],
  query: string,
  opened: boolean,
): PaletteCommand[] {
  const { t } = useTranslation()
  const { nouns } = useMeta()
  const go = useGo()
  const here = useRowHere()
  const { verbs } = verbsIn(nouns, query)
  const hits = found
    .flatMap(({ noun: name, id, title, subtitle }): Target[] => {
      const noun = nouns.find((one) => one.name === name)
      return noun?.commands.some((command) => verbs.has(command))
        ? [{ noun, id, title: told(title, subtitle) }]
        : []
    })
    .slice(0, 4)
  // Typed words are about rows that they find; without any, what is meant is the row one looks at.
  const targets = verbs.size > 0 && hits.length > 0 ? hits : here ? [here] : []
  const answers = useQueries({
    queries: targets.map(({ noun, id }) => ({
      queryKey: ['actions', noun.path, id],
      queryFn: () => api.get<Record<string, Allowed>>(`${noun.path}/${id}/actions`),
      enabled: opened && noun.commands.some((command) => command.on === 'row'),
    })),
  })
  return targets
    .flatMap(({ noun, id, title }, index) =>
      noun.commands
        .filter((command) => command.on === 'row' && answers[index]?.data?.[command.verb]?.allowed)
        .filter((command) => query.trim() === '' || verbs.has(command))
        .map((command): PaletteCommand => ({
          key: `${command.verb}:${id}`,
          kind: 'do',
          label: t('palette.command', { command: command.label, title }),
          run: () => void go(paths.row(noun, id, { do: command.verb })),
        })),
    )
    .slice(0, 8)
}

/** Two people of one name are told apart by what follows it first: a number. */
const told = (title: string, subtitle: string | null) =>
  [title, subtitle?.split(' · ')[0]].filter(Boolean).join(', ')

function useRowHere(): Target | undefined {
  const noun = useNounOfAddress()
  const parts = useLocation().pathname.split('/')
  const id = noun?.path.startsWith('/api/v1/x/') ? parts[3] : parts[2]
  const is_row = noun !== undefined && id !== undefined && /^[0-9a-f-]{36}$/.test(id)
  const title = useReferenceTitle(is_row ? noun.name : undefined, is_row ? id : null)
  return is_row && title !== undefined ? { noun, id, title } : undefined
}
