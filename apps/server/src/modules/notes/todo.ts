import { command } from '#kernel/commands.ts'
import { change } from '#kernel/store.ts'
import { todos } from './notes.ts'

export const completeTodo = command(
  todos,
  'complete',
  { unless: (todo) => (todo.status === 'done' ? `${todo.done_by} has done this already.` : null) },
  (ctx, todo) =>
    change(
      ctx,
      todos,
      todo,
      { status: 'done', done_at: ctx.now.toString(), done_by: ctx.actor.name },
      { action: 'completed' },
    ),
)

export const reopenTodo = command(
  todos,
  'reopen',
  { unless: (todo) => (todo.status === 'open' ? 'This is still to be done.' : null) },
  (ctx, todo) =>
    change(ctx, todos, todo, { status: 'open', done_at: null, done_by: null }, { action: 'reopened' }),
)
