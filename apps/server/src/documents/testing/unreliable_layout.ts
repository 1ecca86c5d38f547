/** The layout process, except that a document with the number `CRASH` breaks it down and `HANG` never ends. */
process.prependListener('message', (request: { document: string }) => {
  const { number } = JSON.parse(request.document)
  if (number === 'CRASH') process.kill(process.pid, 'SIGKILL')
  for (; number === 'HANG';);
})

await import('../layout_process.ts')
