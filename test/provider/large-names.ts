const first = ['Jane', 'Łukasz', 'Анна', '太郎', 'محمد', 'Maria José', 'Søren', 'Zoë', 'Björn', 'Nguyễn']
const last = ['Roe', 'Żółć', 'Каренина', '山田', 'علي', 'da Silva', 'Ørsted', 'O’Neil', 'Ångström', 'Văn']

/** Given name and surname of the n-th person of the large tenant. */
export function nameOf(n: number): [given: string, surname: string] {
  return [`${first[n % first.length]}${n}`, `${last[(n >> 3) % last.length]}${n % 977}`]
}
