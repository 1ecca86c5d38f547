import { api, sentenceOf, type Row } from '../api.ts'
import { t } from '../i18n.ts'
import { fieldNamed, titleOf, type Noun } from '../meta.ts'
import { refreshEverything } from '../query-client.ts'
import { notify, type Offer } from '../ui/notify.tsx'
import { changesOf, type Values } from './useFormState.ts'

/**
 * Takes an edit back: what was there before, over the version that the edit made, so that nothing somebody else did since is lost.
 * A secret cannot be read and so not be put back; then there is no offer.
 */
export function undoOffer(noun: Noun, before: Values, sent: Values, saved: Row): Offer | undefined {
  const { custom, ...own } = sent
  const names = [
    ...Object.keys(own),
    ...Object.keys((custom as Values | undefined) ?? {}).map((n) => `custom.${n}`),
  ]
  if (names.some((name) => fieldNamed(noun, name)?.kind === 'secret')) return undefined
  const was = changesOf(
    Object.fromEntries(names.map((name) => [name, before[name]])),
    // Anything but what was there makes it a change.
    Object.fromEntries(names.map((name) => [name, { other: true }])),
  )
  return {
    label: t('undo.do'),
    run: () => {
      const { version } = saved
      api
        .patch<Row>(`${noun.path}/${saved.id}`, was, version === undefined ? {} : { version })
        .then((row) => {
          void notify(t('undo.done', { title: titleOf(noun, row) }))
          return refreshEverything()
        })
        .catch((error: unknown) => void notify(t('undo.failed', { why: sentenceOf(error) })))
    },
  }
}
