import { ActionIcon, Button, Textarea } from '@mantine/core'
import { IconPin, IconPinFilled, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, type Row } from '../../api.ts'
import { useNoun } from '../../meta.ts'
import { ErrorNotice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { When } from '../../ui/When.tsx'
import { pinnedFirst, useAttached, useSmallChange, type Bearer } from './attached.ts'
import classes from './Attached.module.css'

/** What somebody wants the others to know; what is pinned stays on top. */
export function Notes(bearer: Bearer) {
  const { t } = useTranslation()
  const noun = useNoun('note')
  const { data, error } = useAttached('notes', bearer, noun?.can.list === true)
  const [text, setText] = useState('')
  const change = useSmallChange()
  if (!noun?.can.list) return null
  const add = () =>
    change.mutate(async () => {
      await api.post('/notes', { ...bearer, text: text.trim() })
      setText('')
    })
  return (
    <Section title={noun.label_plural}>
      <ErrorNotice error={error} />
      {noun.can.create && (
        <form
          className={classes.composer}
          onSubmit={(event) => {
            event.preventDefault()
            if (text.trim() !== '') add()
          }}
        >
          <Textarea
            aria-label={t('note.new')}
            placeholder={t('note.new')}
            autosize
            minRows={1}
            maxRows={8}
            maxLength={10_000}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            onKeyDown={(event) => event.key === 'Enter' && (event.metaKey || event.ctrlKey) && add()}
          />
          <Button type="submit" disabled={text.trim() === ''} loading={change.isPending}>
            {t('note.add')}
          </Button>
        </form>
      )}
      <ul className={classes.list}>
        {pinnedFirst(data?.data ?? []).map((note) => (
          <li key={note.id}>
            <NoteText note={note} />
            <span className={classes.acts}>
              {noun.can.update && (
                <ActionIcon
                  aria-label={note['pinned'] === true ? t('note.unpin') : t('note.pin')}
                  aria-pressed={note['pinned'] === true}
                  onClick={() =>
                    change.mutate(() => api.patch(`/notes/${note.id}`, { pinned: note['pinned'] !== true }))
                  }
                >
                  {note['pinned'] === true ? <IconPinFilled size={16} /> : <IconPin size={16} />}
                </ActionIcon>
              )}
              {noun.can.delete && (
                <ActionIcon
                  aria-label={t('note.delete')}
                  onClick={() => change.mutate(() => api.delete(`/notes/${note.id}`))}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function NoteText({ note }: { note: Row }) {
  return (
    <div className={classes.text}>
      {String(note['text'])}
      <div className={classes.dim}>
        {String(note['author_name'] ?? '')} · <When at={note['created_at']} />
      </div>
    </div>
  )
}

/** The pinned notes alone, for the top of a page. */
export function PinnedNotes(bearer: Bearer) {
  const noun = useNoun('note')
  const { data } = useAttached('notes', bearer, noun?.can.list === true)
  const pinned = (data?.data ?? []).filter((note) => note['pinned'] === true)
  if (pinned.length === 0) return null
  return (
    <ul className={classes.pinned}>
      {pinned.map((note) => (
        <li key={note.id}>
          <IconPinFilled size={14} aria-hidden />
          <NoteText note={note} />
        </li>
      ))}
    </ul>
  )
}
