import { globSync, readFileSync } from 'node:fs'

/** A code that a refusal may bear: the statuses it comes with and the sentences it is said in; what varies in them is “…”. */
export type ProblemCode = { code: string; statuses: number[]; sentences: string[] }
export type ProblemCodes = { problems: ProblemCode[]; fields: ProblemCode[]; unread: string[] }

/**
 * Every code of the API, read from the source itself, which the program runs as it is: there is no second list to forget. A site
 * that makes its code at run time is `unread`, and must be one of `madeAtRunTime` (test/guards/problems.test.ts).
 */
export function problemCodes(): ProblemCodes {
  found ??= readCodes(sources())
  return found
}
let found: ProblemCodes | undefined

/** The places that make a code of something else, and what they make. */
export const madeAtRunTime: Record<string, string> = {
  '`cannot_${verb}`': 'a verb that may not be used on the row as it is',
  "error.hint ?? 'refused'": 'what a function of the database refuses, read from its SQL',
  '`repeated_${field}`': 'a result of one row of an import, which is no answer of its own',
}

export function readCodes(files: readonly { path: string; text: string }[]): ProblemCodes {
  const problems = new Map<string, ProblemCode>()
  const fields = new Map<string, ProblemCode>()
  const unread: string[] = []
  for (const { path, text: source } of files) {
    if (path.endsWith('.sql')) {
      for (const [, sentence, code] of source.matchAll(raised)) add(problems, code!, 409, plain(sentence!))
      continue
    }
    const text = source.replace(/^\s*(\*|\/\/|\/\*\*).*$/gm, '')
    for (const { index } of text.matchAll(/new Refused\(/g)) {
      refused.lastIndex = index
      const given = refused.exec(text)
      if (given) add(problems, given[2]!, Number(given[1]), literalAt(text, refused.lastIndex))
      else unread.push(text.slice(index, index + 200).replace(/\s+/g, ' '))
    }
    for (const given of text.matchAll(complained))
      add(fields, given[1]!, 422, literalAt(text, given.index + given[0].length))
  }
  const sorted = (codes: Map<string, ProblemCode>) =>
    [...codes.values()].sort((a, b) => (a.code < b.code ? -1 : 1))
  return { problems: sorted(problems), fields: sorted(fields), unread }
}

/** `new Refused(409, 'code', ` */
const refused = /new Refused\(\s*(?:status === 400 \? )?(\d{3})[^,]*,\s*'([a-z0-9_]+)',\s*/y
/** `invalidField(field, 'code', `, `new Complaint('code', `, `complain(name, 'code', ` */
const complained = /(?:invalidField\([^()]*?,|new Complaint\(|complain\(\s*\w+,)\s*'([a-z0-9_]+)',\s*/g
const raised = /raise exception '((?:[^']|'')+)'[^;]*using errcode = 'IR001', hint = '([a-z0-9_]+)'/g

function add(codes: Map<string, ProblemCode>, code: string, status: number, sentence: string): void {
  const known = codes.get(code) ?? { code, statuses: [], sentences: [] }
  codes.set(code, known)
  if (!known.statuses.includes(status)) known.statuses.push(status)
  if (sentence && !known.sentences.includes(sentence)) known.sentences.push(sentence)
}

/** The text of the literal that begins here, as a person reads it; empty when the sentence comes from elsewhere. */
function literalAt(text: string, start: number): string {
  const quote = text[start] ?? ''
  if (!`'"\``.includes(quote)) return ''
  let read = ''
  for (let i = start + 1; i < text.length && text[i] !== quote; i++) {
    if (quote === '`' && text.startsWith('${', i)) {
      i = endOfExpression(text, i + 2)
      read += '…'
    } else read += text[i] === '\\' ? text[++i] : text[i]
  }
  return plain(read)
}

/** Where `${` … `}` closes, other templates inside it included. */
function endOfExpression(text: string, start: number): number {
  let depth = 1
  for (let i = start; i < text.length; i++) {
    if (text[i] === '{') depth++
    else if (text[i] === '}' && --depth === 0) return i
  }
  return text.length
}

/** What is put in at run time is an ellipsis. */
const plain = (text: string): string => text.replaceAll("''", "'").replace(/%[IsL]?(?=\W)/g, '…')

function sources(): { path: string; text: string }[] {
  const root = new URL('../..', import.meta.url).pathname
  return globSync(['**/*.ts', '**/migrations/*.sql'], { cwd: root })
    .filter((path) => !/\.test\.ts$|\/testing\/|\/demo\//.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(root + path, 'utf8') }))
}
