import { join } from 'node:path'
import type { App } from '#kernel/app.ts'
import { folderStore } from './folder-store.ts'
import type { FileStore } from './store.ts'

const stores = new WeakMap<App, Promise<FileStore>>()

/** The store this installation was configured with: a bucket where there is one, else a folder below `DATA_DIR`. */
export function storeOf(app: App): Promise<FileStore> {
  let store = stores.get(app)
  if (!store) stores.set(app, (store = open(app)))
  return store
}

export const filesFolder = (app: App): string => join(app.config.data_dir, 'files')

async function open(app: App): Promise<FileStore> {
  const { s3 } = app.config.files
  if (!s3) return folderStore(filesFolder(app))
  // Amazon's client is large; whoever keeps files in a folder does not load it.
  const { s3Store } = await import('./s3-store.ts')
  return s3Store(s3, app.log)
}
