import { useQuery } from '@tanstack/react-query'
import { api, type Page, type Row } from '../../api.ts'
import { useNoun } from '../../meta.ts'

/** The names of the customer's contacts by id. */
export function usePeople(customer_id: string): ReadonlyMap<string, string> {
  const contacts = useNoun('contact')
  const { data } = useQuery({
    queryKey: ['contacts', customer_id],
    queryFn: () => api.get<Page<Row>>('/contacts', { query: { customer_id, limit: 200 } }),
    enabled: contacts?.can.list === true,
    meta: { live: ['contact'] },
  })
  return new Map((data?.data ?? []).map((row) => [row.id, String(row['name'])]))
}
