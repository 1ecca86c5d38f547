import type { Module } from '#kernel/app.ts'
import { asResource } from '#kernel/store.ts'
import { addField, createEntity, removeEntity, restoreEntity } from './commands.ts'
import { customFields, entities, entityFields } from './entities.ts'
import { loadExtensions } from './extensions.ts'

export const entitiesModule: Module = {
  name: 'entities',
  nouns: [asResource(entities), asResource(entityFields), asResource(customFields)],
  verbs: [createEntity, addField, removeEntity, restoreEntity],
  loadExtensions,
}
