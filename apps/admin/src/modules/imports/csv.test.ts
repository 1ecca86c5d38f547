import { expect, test } from 'vitest'
import { sampleCsv } from './csv.ts'

test('quotes, doubled quotes and line breaks inside a cell', () => {
  const { columns, sample } = sampleCsv(
    '\uFEFFname,note\r\n"Novák, Jan","said ""no""\nand left"\r\nB,2\r\nC,3\r\n',
    2,
  )
  expect(columns).toEqual(['name', 'note'])
  expect(sample).toEqual([
    ['Novák, Jan', 'said "no"\nand left'],
    ['B', '2'],
  ])
})

test('the delimiter is the one the first line is full of', () => {
  expect(sampleCsv('a;b;c,d\n1;2;3', 5)).toEqual({
    columns: ['a', 'b', 'c,d'],
    sample: [['1', '2', '3']],
    delimiter: ';',
  })
  expect(sampleCsv('a\tb\n1\t2', 5).columns).toEqual(['a', 'b'])
})
