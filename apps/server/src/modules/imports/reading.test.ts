import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import type { Field } from '#kernel/resource.ts'
import { cellValue } from './cells.ts'
import { proposeMapping } from './mapping.ts'
import { otherTargets } from './targets.ts'
import { beginningOf, rowsOf } from './rows.ts'
import { decodeText, delimiterOf } from './text.ts'

const refusal = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    return error as { code: string; message: string }
  }
  throw new Error('Nothing was refused.')
}

describe('text', () => {
  test('is known by its mark, or is UTF-8', () => {
    expect(decodeText(Buffer.from('\u{feff}Łódź'))).toEqual({ text: 'Łódź', encoding: 'utf-8' })
    expect(decodeText(Buffer.from('\u{feff}Łódź', 'utf16le'))).toEqual({ text: 'Łódź', encoding: 'utf-16le' })
    expect(decodeText(iconv.encode('\u{feff}Łódź', 'utf-16be')).text).toBe('Łódź')
    expect(decodeText(iconv.encode('Łódź', 'windows-1250'), 'windows-1250').text).toBe('Łódź')
  })

  test('UTF-16 without its mark is known too; a name that cannot be right is refused', () => {
    const file = 'id,name\n1,Łódź\n'
    for (const encoding of ['utf-16le', 'utf-16be']) {
      expect(decodeText(iconv.encode(file, encoding))).toEqual({ text: file, encoding })
      expect(decodeText(iconv.encode(file, encoding), 'UTF-16').text).toBe(file)
    }
    expect(decodeText(Buffer.from(file), 'utf-8-sig').text).toBe(file)
    expect(refusal(() => decodeText(Buffer.from(file), 'windows-1250'))).toMatchObject({
      code: 'bad_encoding',
      message: 'The file is UTF-8, not windows-1250. Leave the encoding out.',
    })
    expect(decodeText(Buffer.from('id,name\n1,Anna\n'), 'windows-1252').text).toBe('id,name\n1,Anna\n')
  })

  test('whatever can be written in an encoding is read back from it', () => {
    const letters = {
      'windows-1250': 'abcXYZ ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňóřšťúůýž€',
      'windows-1252': 'abcXYZ äöüßÄÖÜéèêàçñøåæœ€',
      'utf-16le': 'abcXYZ Łódź 東京 😀',
    }
    for (const [encoding, alphabet] of Object.entries(letters))
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...alphabet), { maxLength: 60 }), (chosen) => {
          // An é before a comma is no UTF-8, whatever follows.
          const text = `id,name\né,${chosen.join('')}\n`
          expect(decodeText(iconv.encode(text, encoding), encoding).text).toBe(text)
        }),
      )
  })

  test('names the first line that is not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('a\nb\n'), Buffer.from([0xe9, 0x0a]), Buffer.from('d\n')])
    expect(refusal(() => decodeText(bytes))).toMatchObject({
      code: 'bad_encoding',
      message: expect.stringContaining('Line 3 '),
    })
  })
})

describe('rows', () => {
  test('the delimiter is the header’s, outside quotes', () => {
    expect(delimiterOf('a;b;"c,d,e,f"\n1,2;3;4')).toBe(';')
    expect(delimiterOf('a\tb\n')).toBe('\t')
    expect(delimiterOf('\n\na|b\n')).toBe('|')
    expect(delimiterOf('name\n')).toBe(',')
  })

  test('columns are told apart, lines are counted through quoted line breaks', async () => {
    expect(beginningOf(Buffer.from('a,a,\n1,2,3\n'), ',').columns).toEqual(['a', 'a (2)', 'column 3'])
    const rows = await Array.fromAsync(rowsOf(Buffer.from('name,note\nA,"one\ntwo"\nB,x\n'), ','))
    expect(rows).toEqual([
      { index: 0, line: 2, cells: ['A', 'one\ntwo'], start: 10, end: 22 },
      { index: 1, line: 4, cells: ['B', 'x'], start: 22, end: 26 },
    ])
  })
})

test('cells are read as people write them, and left alone where they are unclear', () => {
  const money: Field = { kind: 'money' }
  for (const [written, value] of [
    ['30', '30'],
    ['1234,50', '1234.50'],
    ['1 234,50', '1234.50'],
    ['1\u{a0}234.50', '1234.50'],
    ['1,234.50', '1234.50'],
    ['1.234,50', '1234.50'],
    ['1,234', '1,234'],
    ['', null],
  ])
    expect(cellValue(money, written!)).toBe(value)
  expect(cellValue({ kind: 'date' }, '03.04.2026')).toBe('2026-04-03')
  expect(cellValue({ kind: 'date' }, '03/04/2026')).toBe('03/04/2026')
  expect(cellValue({ kind: 'boolean' }, 'TAK')).toBe(true)
  expect(cellValue({ kind: 'boolean' }, 'maybe')).toBe('maybe')
  expect(cellValue({ kind: 'integer' }, '1.5')).toBe('1.5')
  expect(cellValue({ kind: 'choice', values: ['person'] }, 'Person')).toBe('person')
  expect(cellValue({ kind: 'text' }, "'=1+1")).toBe('=1+1')
  expect(cellValue({ kind: 'text' }, "'s-Hertogenbosch")).toBe("'s-Hertogenbosch")
})

test('columns find their fields by what other systems call them, each field once', () => {
  const targets = {
    ...otherTargets,
    name: { kind: 'text' },
    external_id: { kind: 'text' },
    postal_code: { kind: 'text' },
    email: { kind: 'email' },
  } as const
  const columns = ['Customer ID', 'Imię i nazwisko', 'ZIP', 'E-Mail', 'Mail', 'PPPoE username', 'Package']
  expect(proposeMapping(targets, columns)).toEqual({
    external_id: 'Customer ID',
    name: 'Imię i nazwisko',
    postal_code: 'ZIP',
    email: 'E-Mail',
    login: 'PPPoE username',
    tariff: 'Package',
  })
})
