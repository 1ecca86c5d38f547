import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mentionsOf, namelessParty } from './mentions.ts'

const instead = 'Erased customer 7'

test('names go, words that merely contain them stay', () => {
  const { without } = mentionsOf(['Jan Kowalski', 'jan@post.example', 'Jan', '12'], [], instead)
  expect(without('Fibre for JAN KOWALSKI, 12 months; janitor Jan')).toBe(
    `Fibre for ${instead}, 12 months; janitor ${instead}`,
  )
  expect(without('write to jan@post.example.')).toBe(`write to ${instead}.`)
})

test('no text with a name in it still has it, whatever stands in either', () => {
  const word = fc.stringMatching(/^[\p{L}\p{N}][\p{L}\p{N} .'()+*?[\]\\^$|-]{2,20}[\p{L}]$/u)
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 5 }),
      fc.string(),
      fc.string(),
      (names, before, after) => {
        const { without } = mentionsOf(names, [], '#')
        for (const name of names) {
          const text = without(`${before} ${name} ${after}`)
          expect(text.toLowerCase().split(name.trim().toLowerCase()).length).toBeLessThanOrEqual(
            `${before} ${after}`.toLowerCase().split(name.trim().toLowerCase()).length,
          )
        }
      },
    ),
  )
})

test('a document keeps the number, the country and others’ sections', () => {
  const mentions = mentionsOf(['Anna'], [], instead)
  const party = {
    number: '10007',
    name: 'Anna',
    email: 'a@b.example',
    country: 'PL',
    sites: [{ id: 'x', name: 'Shop', street: 'at Anna' }],
  }
  expect(namelessParty(party, mentions, instead)).toEqual({
    number: '10007',
    name: instead,
    country: 'PL',
    sites: [{ id: 'x', name: 'Shop', street: `at ${instead}` }],
  })
})

test('patterns for the database match the value as it is, and only what tells', () => {
  expect(mentionsOf([], ['100%_sure', 'abc'], instead).patterns).toEqual(['%100\\%\\_sure%'])
})
