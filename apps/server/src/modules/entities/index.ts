export { addField, createEntity, removeEntity, restoreEntity } from './commands.ts'
export { customFields, entities, entityFields, type Entity } from './entities.ts'
