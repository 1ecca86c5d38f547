import type { Module } from '#kernel/app.ts'
import { anyJob } from '#kernel/jobs.ts'
import { daily } from '#kernel/schedules.ts'
import { asResource } from '#kernel/store.ts'
import { addField, createEntity, removeEntity, restoreEntity } from './commands.ts'
import { customFields, entities, entityFields } from './entities.ts'
import { emptyBin, removeField, restoreField } from './field-verbs.ts'
import { retypeCustomField } from './retype-custom.ts'
import { retypeField } from './retype.ts'
import { loadExtensions } from './extensions.ts'
import { indexFields } from './index-fields.ts'

export const entitiesModule: Module = {
  name: 'entities',
  nouns: [asResource(entities), asResource(entityFields), asResource(customFields)],
  verbs: [
    createEntity,
    addField,
    removeEntity,
    restoreEntity,
    removeField,
    restoreField,
    retypeField,
    retypeCustomField,
  ],
  schedules: [daily('entities.empty_bin', '03:20', emptyBin)],
  jobs: [anyJob(indexFields)],
  loadExtensions,
}
