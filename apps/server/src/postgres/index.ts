/**
 * The PostgreSQL that comes with the product, and the data folder it lives in.
 *
 * Order at start: `prepareDataDir`, `lockDataDir`, `startEmbedded`, (listen), `writeRunFile`;
 * at the end the other way round. Every failure a person can meet is a `CannotStart`, whose
 * message is a sentence to print without a stack.
 */
export { findBinaries } from './binaries.ts'
export { CannotStart } from './cannot-start.ts'
export { connectionUrl } from './connection.ts'
export type { Connection } from './connection.ts'
export { prepareDataDir } from './data-dir.ts'
export { startEmbedded } from './embedded.ts'
export type { Embedded } from './embedded.ts'
export { replaceFile } from './files.ts'
export { lockDataDir } from './lock.ts'
export type { DataDirLock } from './lock.ts'
export { readRunning, removeRunFile, writeRunFile } from './run-file.ts'
export type { Running } from './run-file.ts'
