const key = 'isp.acting_partner'

/** The partner within whose rows this browser works now; null for all that the person may see. */
export function actingPartner(): string | null {
  return localStorage.getItem(key)
}

/** Works within another partner from now on, in every window: nothing of what was seen before stays in memory. */
export function actFor(partner_id: string | null): void {
  if (partner_id === null) localStorage.removeItem(key)
  else localStorage.setItem(key, partner_id)
  location.assign('/')
}

/** Nobody works within anything any more: the next person begins with all that is theirs. */
export const stopActing = () => localStorage.removeItem(key)

/** Another window changed it: this one must not go on showing one partner's rows and asking for another's. */
export function followOtherWindows(): void {
  window.addEventListener('storage', (event) => {
    if (event.key === key) location.assign('/')
  })
}
