/** Han characters in one form, and their sounds. */

import { hanForms, hanSounds } from './han.data.ts'

const forms: ReadonlyMap<string, string> = new Map(
  Array.from({ length: hanForms.length / 2 }, (_, i): [string, string] => [
    hanForms.charAt(i * 2),
    hanForms.charAt(i * 2 + 1),
  ]),
)

/** Forms of one character in Japanese surnames that are written for each other. */
const surnameForms: ReadonlyMap<string, string> = new Map(
  ['斎斉齊齋斋齐', '崎﨑碕', '嶋嶌島岛', '富冨', '浜濱濵滨', '辺邊邉边', '桧檜'].flatMap((set) => {
    const [first = '', ...others] = [...set]
    return others.map((other): [string, string] => [other, first])
  }),
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
  // 々 repeats the character before it.
  const whole = text.includes('々') || text.includes('〻') ? text.replace(/(.)[々〻]/gu, '$1$1') : text
  return whole.replace(han, (char) => {
    const simple = forms.get(char) ?? char
    return surnameForms.get(simple) ?? simple
  })
}

/** The Mandarin reading (pinyin without tones) of a word of Han characters; null if one of them is not in the table. */
export function pinyin(word: string): string | null {
  let out = ''
  for (const char of word.replace(han, (one) => forms.get(one) ?? one)) {
    const sound = sounds.get(char)
    if (sound === undefined) return null
    out += sound
  }
  return out
}
