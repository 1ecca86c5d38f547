import type { App } from '#kernel/app.ts'

/** Fills a new tenant with a living, invented ISP. */
export async function seedDemo(_app: App, _tenant_id: string, progress: (sentence: string) => void): Promise<void> {
  progress('Demo data.')
}
