/** Whether many people bear a word, in base form, as given name or surname. */
export function isCommonName(_base: string): boolean {
  return false
}
