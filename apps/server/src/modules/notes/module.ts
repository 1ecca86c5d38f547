import type { Module } from '#kernel/app.ts'
import { asResource } from '#kernel/store.ts'
import { notes, todos } from './notes.ts'
import { paths } from './paths.ts'
import { routes } from './routes.ts'
import { completeTodo, reopenTodo } from './todo.ts'

/** What people tell each other about a row, and what they are to do about it. */
export const notesModule: Module = {
  name: 'notes',
  nouns: [asResource(notes), asResource(todos)],
  verbs: [completeTodo, reopenTodo],
  routes,
  paths,
}
