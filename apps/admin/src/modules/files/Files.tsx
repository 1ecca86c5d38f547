import { ActionIcon, Button, FileButton, Text } from '@mantine/core'
import { IconTrash, IconUpload } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, apiLink, newIdempotencyKey } from '../../api.ts'
import { bytes, labelOf } from '../../format.ts'
import { fieldNamed, useNoun } from '../../meta.ts'
import { ErrorNotice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { When } from '../../ui/When.tsx'
import classes from '../notes/Attached.module.css'
import { useAttached, useSmallChange, type Bearer } from '../notes/attached.ts'

/** The papers of a row. They are chosen or dropped; a deleted one stays in the bin for thirty days. */
export function Files(bearer: Bearer) {
  const { t } = useTranslation()
  const noun = useNoun('file')
  const { data, error } = useAttached('files', bearer, noun?.can.list === true)
  const [over, setOver] = useState(false)
  const change = useSmallChange()
  if (!noun?.can.list) return null
  const category = fieldNamed(noun, 'category')
  const send = (chosen: File[]) =>
    change.mutate(async () => {
      for (const file of chosen)
        await api.post('/files', new Blob([file], { type: file.type || 'application/octet-stream' }), {
          query: { ...bearer, name: file.name },
          idempotency_key: newIdempotencyKey(),
        })
    })
  return (
    <div
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        send([...event.dataTransfer.files])
      }}
      style={over ? { outline: '2px dashed var(--isp-accent)', borderRadius: 6 } : undefined}
    >
      <Section
        title={noun.label_plural}
        aside={
          <FileButton multiple onChange={send}>
            {(props) => (
              <Button
                {...props}
                variant="default"
                loading={change.isPending}
                leftSection={<IconUpload size={15} />}
              >
                {t('file.add')}
              </Button>
            )}
          </FileButton>
        }
      >
        <ErrorNotice error={error} />
        {data?.data.length === 0 && <Text c="dimmed">{t('file.drop')}</Text>}
        <ul className={classes.list}>
          {(data?.data ?? []).map((file) => (
            <li key={file.id}>
              <div className={classes.text}>
                <a
                  href={apiLink(`/files/${file.id}/content`, { inline: 'true' })}
                  target="_blank"
                  rel="noreferrer"
                >
                  {String(file['name'])}
                </a>
                <div className={classes.dim}>
                  {category && labelOf(category, file['category'])} · {bytes(file['size_bytes'])} ·{' '}
                  {String(file['author_name'] ?? '')} · <When at={file['created_at']} />
                </div>
              </div>
              {noun.can.delete && (
                <span className={classes.acts}>
                  <ActionIcon
                    aria-label={t('file.delete', { name: String(file['name']) })}
                    onClick={() => change.mutate(() => api.delete(`/files/${file.id}`))}
                  >
                    <IconTrash size={16} />
                  </ActionIcon>
                </span>
              )}
            </li>
          ))}
        </ul>
      </Section>
    </div>
  )
}
