import { useMantineColorScheme } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { inSentence } from '../format.ts'
import { useMeta } from '../meta.ts'
import { paths } from '../paths.ts'
import { useGo } from '../ui/Link.tsx'
import { signOut } from './UserMenu.tsx'

export type PaletteCommand = { key: string; kind: 'go' | 'create' | 'do'; label: string; run: () => void }

/** Where one can go and what one can start, narrowed by what was typed; the first eight. */
export function usePaletteCommands(query: string): PaletteCommand[] {
  const { t } = useTranslation()
  const { nouns } = useMeta()
  const go = useGo()
  const { setColorScheme } = useMantineColorScheme()
  const commands: PaletteCommand[] = [
    { key: 'home', kind: 'go', label: t('palette.home'), run: () => void go(paths.home()) },
    ...nouns.flatMap((noun): PaletteCommand[] => [
      ...(noun.can.list
        ? [
            {
              key: `go:${noun.name}`,
              kind: 'go' as const,
              label: t('palette.goTo', { what: noun.label_plural }),
              run: () => void go(paths.list(noun)),
            },
          ]
        : []),
      ...(noun.can.create
        ? [
            {
              key: `create:${noun.name}`,
              kind: 'create' as const,
              label: t('palette.create', { what: inSentence(noun.label) }),
              run: () => void go(paths.create(noun)),
            },
          ]
        : []),
      ...(noun.can.list
        ? noun.commands
            .filter((command) => command.on === 'collection')
            .map((command) => ({
              key: `${noun.name}:${command.verb}`,
              kind: 'do' as const,
              label: t('palette.command', { command: command.label, title: noun.label_plural }),
              run: () =>
                void go(
                  command.verb === 'connect' ? paths.connect() : paths.list(noun, { do: command.verb }),
                ),
            }))
        : []),
    ]),
    { key: 'jobs', kind: 'go', label: t('palette.jobs'), run: () => void go(paths.jobs()) },
    { key: 'doctor', kind: 'go', label: t('palette.doctor'), run: () => void go(paths.doctor()) },
    { key: 'light', kind: 'do', label: t('palette.light'), run: () => setColorScheme('light') },
    { key: 'dark', kind: 'do', label: t('palette.dark'), run: () => setColorScheme('dark') },
    { key: 'sign-out', kind: 'do', label: t('user.signOut'), run: () => void signOut() },
  ]
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return commands.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word))).slice(0, 8)
}
