/** Text from a packet as PostgreSQL can hold it. */
export const cleanText = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', '') : text)

export const cleanOptional = (text: string | undefined): string | null =>
  text === undefined ? null : cleanText(text)
