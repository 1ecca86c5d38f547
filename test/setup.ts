import fc from 'fast-check'

// Where a change is judged, properties are tried on the same cases every time; everywhere else on new ones.
if (process.env.CI) fc.configureGlobal({ seed: 20_261_124 })
