import { Button } from '@mantine/core'
import { IconFileCertificate } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, apiLink, type Page, type Row } from '../../api.ts'
import { useNoun } from '../../meta.ts'

/** The document of an erased customer as it was issued, while the law still wants it. */
export function AsIssued({ document, plural }: { document: Row; plural: 'invoices' | 'credit_notes' }) {
  const { t } = useTranslation()
  const noun = useNoun('erasure')
  const bill_to = document['bill_to'] as { name?: string } | null
  const customer_id = String(document['customer_id'])
  const { data } = useQuery({
    queryKey: ['erasures', customer_id],
    queryFn: () => api.get<Page<Row>>('/erasures', { query: { customer_id, originals: 'sealed', limit: 1 } }),
    enabled: noun?.can.list === true && bill_to?.name?.startsWith('Erased customer ') === true,
  })
  const [erasure] = data?.data ?? []
  if (!erasure) return null
  return (
    <Button
      component="a"
      href={apiLink(`/erasures/${erasure.id}/${plural}/${document.id}`, { format: 'pdf' })}
      target="_blank"
      rel="noreferrer"
      variant="default"
      leftSection={<IconFileCertificate size={15} />}
    >
      {t('privacy.asIssued')}
    </Button>
  )
}
