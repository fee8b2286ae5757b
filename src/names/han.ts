/** Traditional characters as simplified ones; other text as it is. */
export function foldHan(text: string): string {
  return text
}
