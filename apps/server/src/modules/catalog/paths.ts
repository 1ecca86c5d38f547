import { answers, parameter, query, type Paths } from '#kernel/openapi/parts.ts'

export const paths: Paths = {
  '/api/v1/tariffs/offered': {
    get: {
      tags: ['Tariffs'],
      operationId: 'offered_tariffs',
      summary: 'What may be sold to a customer or at a place on a day, and of the rest why not',
      parameters: [
        query('customer_id', 'To this customer; its own address counts where no place is given.'),
        query('country', 'ISO 3166 code of the place.'),
        query('city', 'City of the place.'),
        query('postal_code', 'Postal code of the place.'),
        query('date', 'The day of the sale; today when left out.'),
        query('service_type', 'Only tariffs of this kind.'),
        query('changing_from', 'Only what this tariff may change into.'),
      ],
      responses: answers(200, { type: 'object' }),
    },
  },
  '/api/v1/tariffs/{id}/versions': {
    get: {
      tags: ['Tariffs'],
      operationId: 'versions_of_tariff',
      summary: 'What the tariff said, what each version changed, and what is planned',
      parameters: [parameter('id')],
      responses: answers(200, { type: 'object' }),
    },
  },
}
