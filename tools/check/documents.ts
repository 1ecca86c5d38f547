import { existsSync, globSync } from 'node:fs'
import { join, posix } from 'node:path'
import { lineAt, type Problem, type SourceFile } from './source.ts'

/** A document that names a file which is gone misleads; one that grows is not read. */
export function checkDocuments(root: string, files: readonly SourceFile[]): Problem[] {
  return files
    .filter((file) => file.path.endsWith('.md'))
    .flatMap((file) => [...tooLong(file), ...staleReferences(root, file)])
}

const mostLines: Record<string, number> = { 'ARCHITECTURE.md': 80, 'README.md': 120 }

function tooLong(file: SourceFile): Problem[] {
  const most = mostLines[file.path]
  const lines = file.text.trimEnd().split('\n').length
  if (most === undefined || lines <= most) return []
  return [
    { rule: 'short-document', file: file.path, line: lines, sentence: `${lines} lines; at most ${most}.` },
  ]
}

function staleReferences(root: string, file: SourceFile): Problem[] {
  const links = [...file.text.matchAll(/\]\(<?([^)\s>]+)>?[^)]*\)/g)].map((match) => ({
    path: decodeURI(match[1] ?? '').replace(/#.*$/, ''),
    index: match.index,
    link: true,
  }))
  // A fenced block shows commands and addresses; only `inline code` cites.
  const prose = file.text.replace(/^```[\s\S]*?^```/gm, (block) => block.replace(/[^\n]/g, ' '))
  const cited = [...prose.matchAll(/`([^`\n]+)`/g)].map((match) => ({
    path: (match[1] ?? '').replace(/:\d+$/, ''),
    index: match.index,
    link: false,
  }))
  return [...links, ...cited]
    .filter(({ path, link }) => (link ? path !== '' && !/^[a-z]+:/.test(path) : isOurPath(root, path)))
    .filter(({ path, link }) => !exists(root, posix.dirname(file.path), path, link))
    .map(({ path, index }) => ({
      rule: 'document-reference',
      file: file.path,
      line: lineAt(file.text, index),
      sentence: `${path} does not exist.`,
    }))
}

/** `apps/server/src/modules/ledger`, `kernel/ctx.ts`: what begins like our folders or ends like our files. */
function isOurPath(root: string, text: string): boolean {
  if (!/^\.{0,2}\/?[\w.@*-]+(\/[\w.@*{},-]+)+\/?$/.test(text) || /^(node_modules|data|dist)\//.test(text))
    return false
  const first = text.replace(/^(\.{1,2}\/)+/, '').split('/')[0] ?? ''
  return existsSync(join(root, first)) || /\.(tsx?|mjs|sql|md|typ|css)$/.test(text)
}

function exists(root: string, folder: string, path: string, link: boolean): boolean {
  const places = link && !path.startsWith('/') ? [folder] : [folder, '', 'apps/server/src', 'apps/admin/src']
  return places.some((place) => {
    const full = join(root, place, path)
    return path.includes('*') || path.includes('{') ? globSync(full).length > 0 : existsSync(full)
  })
}
