import { Button } from '@mantine/core'
import { IconFileTypePdf } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { apiLink, type Row } from '../api.ts'
import type { Noun } from '../meta.ts'

/** The rows that can be seen on paper, and where. */
const printed: Readonly<Record<string, string>> = {
  contract: 'pdf',
  credit_note: 'pdf',
  document_template: 'preview',
}

export function PdfButton({ noun, row }: { noun: Noun; row: Row }) {
  const { t } = useTranslation()
  const place = printed[noun.name]
  if (!place || noun.custom) return null
  return (
    <Button
      component="a"
      href={apiLink(`/${noun.plural}/${row.id}/${place}`)}
      target="_blank"
      rel="noreferrer"
      variant="default"
      leftSection={<IconFileTypePdf size={15} />}
    >
      {t(place === 'preview' ? 'common.preview' : 'common.pdf')}
    </Button>
  )
}
