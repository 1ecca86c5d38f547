import { html, type Html } from './html.ts'

/** What holds for every noun, before the reference of each. */
export const introduction: readonly { id: string; title: string; text: Html }[] = [
  {
    id: 'who',
    title: 'Who asks',
    text: html`<p>
        Send an API key: <code>Authorization: Bearer isp_…</code>. Its roles say which nouns, verbs and fields
        it may use, and its partner which rows it sees. What you may not see answers as if it were not there.
        <code>RateLimit-*</code> headers say how many requests are left. With
        <code>Acting-Partner: {id}</code> a request sees and does only what somebody of that partner could.
      </p>
      <pre tabindex="0">
curl -H "Authorization: Bearer $ISP_TOKEN" "$ISP_URL/api/v1/customers?status=active&amp;limit=10"</pre>`,
  },
  {
    id: 'rows',
    title: 'Rows and values',
    text: html`<p>
        JSON, names in snake_case. Every row has <code>id</code> (UUIDv7), <code>version</code>,
        <code>created_at</code> and <code>updated_at</code>. Money is a decimal string in the tenant’s
        currency (<code>"30.00"</code>), data is in bytes, speeds in kbps; dates are <code>2026-11-23</code>,
        instants RFC 3339 in UTC. A secret can be written and never read: it answers <code>"set"</code> or
        null. Fields your role may not read are left out and named in <code>_redacted</code>.
      </p>
      <p>
        Send the version you read, as <code>If-Match: "3"</code> or in the body: when somebody was quicker you
        get 409 <code>version_conflict</code> instead of overwriting.
      </p>`,
  },
  {
    id: 'lists',
    title: 'Lists, filters, figures',
    text: html`<p>
        A list answers <code>{"data": […], "next_cursor": …}</code>; ask again with <code>cursor</code> until
        it is null. <code>status=active</code>, <code>balance[lt]=0</code>, <code>name[starts]=jo</code>,
        <code>status[in]=new,active</code>, <code>due_date[null]=true</code>; also <code>ne</code>,
        <code>lte</code>, <code>gt</code>, <code>gte</code>, <code>nin</code>. <code>sort=-created_at</code>,
        <code>q=words to find</code>, <code>fields=a,b</code>, <code>include=partner_id</code> for the names
        behind ids, <code>count=true</code> for a total. Fields of your own are <code>custom.name</code>.
      </p>
      <p>
        Conditions with and, or and not are a tree in <code>filter</code>, in react-querybuilder’s shape:
        <code>{"combinator": "or", "rules": [{"field": "city", "operator": "=", "value": "Gdynia"}]}</code>.
      </p>
      <p>
        <code>/aggregate</code> takes the same filters: <code>sum=balance&amp;group=status</code> answers a
        row a group with <code>count</code> and <code>sum</code>. <code>/export</code> streams exactly what
        the list would show, as CSV or NDJSON.
      </p>`,
  },
  {
    id: 'verbs',
    title: 'Verbs, rehearsals, repeats',
    text: html`<p>
        States change by verbs: <code>POST /{noun}/{id}/{verb}</code>;
        <code>GET /{noun}/{id}/actions</code> says which may be used now. <code>"dry_run": true</code> in the
        body of any write answers what it would change, tell and start, and does nothing.
      </p>
      <p>
        With an <code>Idempotency-Key</code> header a POST that is repeated happens once and answers the same,
        marked <code>Idempotency-Replayed: true</code>. Where money moves the key is required. Keys are kept
        two days.
      </p>
      <p>
        <code>POST /{noun}/bulk</code> does one operation to many rows (<code>ids</code>, or
        <code>filter</code> in the list’s own words, or <code>rows</code> to create), each in a transaction of
        its own. Up to 500 answer at once, more become a bulk job.
      </p>`,
  },
  {
    id: 'stream',
    title: 'What happens, as it happens',
    text: html`<p>
        <code>GET /api/v1/stream</code> is a stream of server-sent events: each committed event about a row
        that you may see, in order of commit. <code>nouns=customer,invoice</code> keeps others away. After a
        break send the last id you got as <code>Last-Event-ID</code> (browsers do) and you get what you
        missed; when that is too much, a <code>reset</code> tells you to read your lists again. A
        <code>moved</code> says that rows of a noun changed without an event, such as meters of a session.
      </p>
      <pre tabindex="0">
id: 0193…
data: {"id":"0193…","at":"2026-11-23T10:00:00.000Z","type":"customer.blocked","noun":"customer","row_id":"0193…"}</pre>`,
  },
]
