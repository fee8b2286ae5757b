import { hanForms, hanSounds } from './han.data.ts'

const forms: ReadonlyMap<string, string> = new Map(
  Array.from({ length: hanForms.length / 2 }, (_, i): [string, string] => [
    hanForms.charAt(i * 2),
    hanForms.charAt(i * 2 + 1),
  ]),
)

const sounds: ReadonlyMap<string, string> = new Map(
  hanSounds.split(' ').flatMap((entry) => {
    const sound = /^[a-z]+/.exec(entry)?.[0] ?? ''
    return [...entry.slice(sound.length)].map((char): [string, string] => [char, sound])
  }),
)

const han = /\p{Script=Han}/gu

/** Traditional and Japanese forms of Han characters as simplified ones; other text as it is. */
export function foldHan(text: string): string {
  return text.replace(han, (char) => forms.get(char) ?? char)
}

/** The Mandarin reading (pinyin without tones) of a word of Han characters; null if one of them is not in the table. */
export function pinyin(word: string): string | null {
  let out = ''
  for (const char of foldHan(word)) {
    const sound = sounds.get(char)
    if (sound === undefined) return null
    out += sound
  }
  return out
}
