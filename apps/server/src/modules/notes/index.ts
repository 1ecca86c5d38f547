export { notes, todos, type Todo } from './notes.ts'
export { completeTodo, reopenTodo } from './todo.ts'
