import type { TestPerson } from './names-people.ts'

/**
 * Ways to disguise a name, each a function of a person and a source of chance. Written from what scripts, keyboards and mail
 * programs allow, not from any list of attacks.
 */

/** A number below `n`, repeatable. */
export type Chance = (n: number) => number

export interface Trick {
  readonly name: string
  readonly fits: (person: TestPerson) => boolean
  readonly write: (person: TestPerson, chance: Chance) => string
  /** Share of the cases that must be found. */
  readonly floor: number
}

const isLatin = ({ plain }: TestPerson): boolean => /^[\p{Script=Latin}\p{M}\p{P}\s]+$/u.test(plain)
const isAscii = ({ plain }: TestPerson): boolean => /^[\x20-\x7e]+$/.test(plain)
const isPerson = ({ given, surname }: TestPerson): boolean => given !== '' && surname !== ''
const latinPerson = (p: TestPerson): boolean => isLatin(p) && isPerson(p)
const asciiPerson = (p: TestPerson): boolean => isAscii(p) && isPerson(p)
const anyone = (): boolean => true

type Map = (char: string) => string | undefined

function pick<T>(list: readonly T[], chance: Chance): T {
  return list[chance(list.length)] as T
}

function all(text: string, map: Map): string {
  return [...text].map((c) => map(c) ?? c).join('')
}

/** Changes every other letter that can be changed, at least one. */
function some(text: string, map: Map, chance: Chance): string {
  const chars = [...text]
  const able = chars.map((c, i) => (map(c) === undefined ? -1 : i)).filter((i) => i >= 0)
  const sure = able.length === 0 ? -1 : pick(able, chance)
  return chars.map((c, i) => (i === sure || chance(2) === 0 ? (map(c) ?? c) : c)).join('')
}

function pairs(text: string): Map {
  const table = new Map(text.split(' ').map((pair) => [[...pair][0] ?? '', [...pair].slice(1).join('')]))
  return (char) => table.get(char)
}

function letters(upper: number, lower: number): Map {
  return (char) => {
    if (/^[A-Z]$/.test(char)) return String.fromCodePoint(upper + char.charCodeAt(0) - 65)
    return /^[a-z]$/.test(char) ? String.fromCodePoint(lower + char.charCodeAt(0) - 97) : undefined
  }
}

const cyrillic = pairs('aа eе oо pр cс xх yу AА BВ EЕ HН KК MМ OО PР CС TТ XХ iі jј sѕ dԁ hһ SЅ JЈ IІ wԝ qԛ')
const greek = pairs('AΑ BΒ EΕ HΗ IΙ KΚ MΜ NΝ OΟ PΡ TΤ XΧ YΥ ZΖ oο vν aα iι uυ pρ kκ')
const cherokee = pairs('AᎪ BᏴ CᏟ DᎠ EᎬ GᏀ HᎻ JᎫ KᏦ LᏞ MᎷ PᏢ RᎡ SᏚ TᎢ VᏙ WᎳ ZᏃ')
const smallCapitals = pairs('aᴀ bʙ cᴄ dᴅ eᴇ fꜰ gɢ hʜ iɪ jᴊ kᴋ lʟ mᴍ nɴ oᴏ pᴘ rʀ tᴛ uᴜ vᴠ wᴡ yʏ zᴢ')
const superscript = pairs('aᵃ bᵇ cᶜ dᵈ eᵉ fᶠ gᵍ hʰ iⁱ jʲ kᵏ lˡ mᵐ nⁿ oᵒ pᵖ rʳ sˢ tᵗ uᵘ vᵛ wʷ xˣ yʸ zᶻ')
const upsideDown = pairs('aɐ bq cɔ dp eǝ fɟ gƃ hɥ iᴉ jɾ kʞ mɯ nu pd qb rɹ tʇ un vʌ wʍ yʎ')
const leet = pairs('o0 i1 l1 e3 a4 s5 t7 S5 E3 A4 B8 O0 L1')
const alike = pairs('mrn wvv dcl lI')
const spelt = pairs('äae öoe üue ßss øoe åaa æae ÅAa ÖOe ØOe')
const undecomposed = pairs('ßss øo æae đd ðd þth łl ıi œoe ØO ÆAe ĐD ŁL ÞTh İI')
const bare = (text: string): string => all(text.normalize('NFD').replace(/\p{M}/gu, ''), undecomposed)

const spaces = ['  ', '\u00a0', '\u2003', '\u3000', '\t', '\u2009', '\u202f', '\u2800']
const invisible = [
  '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00ad', '\u034f', '\u061c', '\u2063', '\ufe0f', '\u{e0061}', '\u200e', '\u2062', '\u{e0100}',
] // prettier-ignore
const titles = ['Dr.', 'Mr', 'Mrs.', 'Prof.', 'Herr', 'Frau', 'Dott.', 'Sir', 'CEO', 'Mme', 'Eng.', 'Ing.', 'Capt.']
const tails = [
  ' (CEO)', ' | Nordlicht GmbH', ', PhD', ', CFO', ' - Finance', ' – Vorstand', ' [External]', ' via Teams', ' Jr.', ', MBA, CPA', ' / Treasury',
  ' (she/her)', ' (Mobile)', ' @ Acme', ' (+49 170 1234567)', ' - Sent from my iPhone', ' CEO', ' (Geschäftsführung)', ' Chief Executive Officer',
  ', Managing Director', ' • HR', ' (via DocuSign)', ' 🌻', ' : urgent', ' III', ', Head of Procurement', '/Finance', ' boss@somewhere.example',
] // prettier-ignore
const leads = [
  'CEO: ', 'External - ', 'Nordlicht GmbH | ', '[EXT] ', '(CEO) ', 'Message from ', 'New voicemail from ', 'Invoice from ', 'Re: ', 'Urgent: ',
  'Nachricht von ', 'Payment request from ', 'On behalf of ', 'CFO ', '💼 ',
] // prettier-ignore
const middles = ['P.', 'Q', 'Marie', 'Paul', 'J. R.', 'Elisabeth', 'Thomas', '"Ace"']

const sentences: readonly ((name: string) => string)[] = [
  (n) => `${n} kindly reply`, (n) => `${n} requests your signature`, (n) => `This is ${n}`, (n) => `${n} need your cell number`, (n) => `${n} are you available`,
  (n) => `Hello, ${n} here`, (n) => `Assistant to ${n}`, (n) => `c/o ${n}`, (n) => `p.p. ${n}`, (n) => `i.A. ${n}`, (n) => `${n} Monday`, (n) => `${n} is waiting`,
  (n) => `Ich bin ${n}`, (n) => `Je suis ${n}`, (n) => `Soy ${n}`, (n) => `Hier ist ${n}`, (n) => `Sono ${n}`, (n) => `${n} bitte antworten`, (n) => `${n} urgent request`,
  (n) => `${n} please call me`, (n) => `It's ${n}`, (n) => `From the desk of ${n}`, (n) => `My name is ${n}`, (n) => `${n} quick task`, (n) => `${n} can you help`,
  (n) => `Your colleague ${n}`, (n) => `${n} sent from my phone`, (n) => `${n} gift cards needed`, (n) => `Secretary of ${n}`, (n) => `${n} has a request for you`,
] // prettier-ignore
const paddings = [
  '.'.repeat(40),
  '\u00a0'.repeat(20),
  '\u2800'.repeat(12),
  '\t'.repeat(8),
  ' '.repeat(30),
  '\u3164'.repeat(9),
  ' . '.repeat(10),
  '_'.repeat(20),
]
const escapesOf: readonly ((name: string) => string)[] = [
  (n) => n.replaceAll(' ', '%20'), (n) => n.replaceAll(' ', '&nbsp;'), (n) => n.replaceAll(' ', '+'), (n) => `/o=Corp/ou=Exchange/cn=Recipients/cn=${n}`,
  (n) => `CN=${n},OU=Users,DC=corp,DC=example`, (n) => `corp.example/Users/${n}`, (n) => `=?utf-8?X?${n.replaceAll(' ', '_')}?=`, (n) => n.replaceAll(' ', '&#160;'),
] // prettier-ignore
/** Titles and roles of many languages, as they stand in front and behind; for names of the Latin, Cyrillic and Greek alphabets. */
const honours = [
  'Herr', 'Frau', 'Dott.ssa', 'Ing.', 'Mgr.', 'Dr hab.', 'Doc.', 'Prof. Dr.', 'MUDr.', 'Avv.', 'Señor', 'Sra.', 'D.', 'Dña.', 'Exmo. Sr.', 'Engº', 'Mme', 'Maître', 'Dhr.', 'Mevr.',
  'Drs.', 'Fru', 'Direktør', 'Dyrektor', 'Ředitel', 'Generální ředitel', 'Igazgató', 'Toimitusjohtaja', 'Direktorius', 'Juhataja', 'Av.', 'Genel Müdür', 'Директор', 'Генеральный директор',
  'Г-жа', 'Κος', 'Διευθυντής', 'Bapak', 'Ibu', 'Shri', 'Directeur général', 'Geschäftsführerin', 'Amministratore delegato', 'Director Financiero', 'VD', 'Predsednik uprave', 'Administrator',
  'Valdes priekšsēdētājs', 'Rt Hon', 'Sir', 'Wing Commander', 'Head of Finance', 'Chief Financial Officer',
] // prettier-ignore
const behind = [
  ' MBA', ' FCA FRSA', ', LL.M.', ' (Geschäftsführer)', ' CEO', ' CFO', ', Ph.D.', ' M.Sc.', ' OBE', ', Leiter Finanzen', ', Directeur financier', ' - Direktor', ', ředitel', ' | Prezes Zarządu',
  ', генеральный директор', ' (Διευθυντής)', ', Genel Müdür', ' (VD)', ', toimitusjohtaja', ', dyrektor finansowy', ' S.Kom.', ' CSc.', ' KBE', ' QC', ' CISSP', ' (Direktur Utama)',
] // prettier-ignore

function edited(person: TestPerson, edit: (word: string) => string): string {
  const word = person.surname.replace(/^.*[ '-]/, '')
  return person.plain.replace(word, edit(word))
}

function trick(name: string, fits: Trick['fits'], write: Trick['write'], floor = 1): Trick {
  return { name, fits, write, floor }
}

export const tricks: readonly Trick[] = [
  trick('upper case', anyone, (p) => p.plain.toUpperCase()),
  trick('lower case', anyone, (p) => p.plain.toLowerCase()),
  trick('white space', anyone, (p, c) => p.plain.replaceAll(' ', pick(spaces, c))),
  trick('surname, given', isPerson, (p) => `${p.surname}, ${p.given}`),
  trick('SURNAME, given', isPerson, (p) => `${p.surname.toUpperCase()}, ${p.given}`),
  trick('surname given', isPerson, (p) => `${p.surname} ${p.given}`),
  trick('given surname', isPerson, (p) => `${p.given} ${p.surname}`),
  trick('middle', (p) => latinPerson(p) && !['vn', 'cn', 'kr'].includes(p.country), (p, c) => `${p.given} ${pick(middles, c)} ${p.surname}`),
  trick('title', isPerson, (p, c) => `${pick(titles, c)} ${p.given} ${p.surname}`),
  trick('behind', isPerson, (p, c) => p.plain + pick(tails, c)),
  trick('behind the given name', isPerson, (p, c) => `${p.surname}, ${p.given}${pick(tails, c)}`),
  trick('before', isPerson, (p, c) => pick(leads, c) + p.plain),
  trick('both sides', isPerson, (p, c) => `${pick(titles, c)} ${p.plain}${pick(tails, c)}`),
  trick('decomposed', anyone, (p) => p.plain.normalize('NFD')),
  trick('accents left out', isLatin, (p) => bare(p.plain)),
  trick('accents put in', isLatin, (p, c) => some(p.plain, (x) => (/[aeiounc]/i.test(x) ? `${x}\u0301` : undefined), c)),
  trick('struck through', isLatin, (p) => all(p.plain, (x) => (/\p{L}/u.test(x) ? `${x}\u0336` : undefined))),
  trick('accents spelt out', (p) => ['de', 'no', 'dk', 'se'].includes(p.country), (p) => all(p.plain, spelt)),
  trick('Cyrillic', isLatin, (p, c) => some(p.plain, cyrillic, c)),
  trick('Greek', isLatin, (p, c) => some(p.plain, greek, c)),
  trick('Cherokee', isLatin, (p, c) => some(p.plain.toUpperCase(), cherokee, c)),
  trick('alphabets mixed', isLatin, (p, c) => some(some(p.plain, cyrillic, c), greek, c)),
  trick('full width', isLatin, (p) => all(p.plain.normalize('NFC'), letters(0xff21, 0xff41))),
  trick('mathematical bold', isLatin, (p) => all(p.plain, letters(0x1d400, 0x1d41a))),
  trick('mathematical monospace', isLatin, (p, c) => some(p.plain, letters(0x1d670, 0x1d68a), c)),
  trick('circled', isLatin, (p) => all(p.plain, letters(0x24b6, 0x24d0))),
  trick('negative squared', isLatin, (p) => all(p.plain.toUpperCase(), letters(0x1f170, 0x1f170))),
  trick('regional indicators', isAscii, (p) => all(p.plain.toUpperCase(), letters(0x1f1e6, 0x1f1e6))),
  trick('small capitals', isLatin, (p) => all(p.plain.toLowerCase(), smallCapitals)),
  trick('superscript', isAscii, (p) => all(p.plain.toLowerCase(), superscript)),
  trick('upside down', isAscii, (p) => all(p.plain.toLowerCase(), upsideDown)),
  trick('upside down and back', isAscii, (p) => [...all(p.plain.toLowerCase(), upsideDown)].reverse().join('')),
  trick('invisible', anyone, (p, c) => some(p.plain, (x) => x + pick(invisible, c), c)),
  trick('right-to-left override', isLatin, (p) => `\u202e${[...p.plain].reverse().join('')}\u202c`),
  trick('surname backwards', latinPerson, (p) => `${p.given} \u202e${[...p.surname].reverse().join('')}`),
  trick('dot', latinPerson, (p) => `${p.given}.${p.surname}`),
  trick('underscore', latinPerson, (p) => `${p.given}_${p.surname}`.toLowerCase()),
  trick('bar', latinPerson, (p) => `${p.given} | ${p.surname}`),
  trick('letters apart', isLatin, (p) => [...p.plain].join(' ')),
  trick('letters dotted', isLatin, (p) => [...p.plain.replaceAll(' ', '')].join('.')),
  trick('cut elsewhere', (p) => isLatin(p) && p.plain.length > 8, (p, c) => {
    const at = 2 + c(p.plain.length - 4)
    return `${p.plain.slice(0, at)} ${p.plain.slice(at)}`
  }),
  trick('written together', latinPerson, (p) => p.given + p.surname),
  trick('surname first, together', latinPerson, (p) => (p.surname + p.given).toLowerCase()),
  trick('digits behind', latinPerson, (p, c) => `${p.plain}${c(99)}`),
  trick('digits for letters', (p) => isLatin(p) && /[oieast]/.test(p.plain), (p, c) => some(p.plain, leet, c)),
  trick('letter pairs', isLatin, (p, c) => some(p.plain, alike, c), 0.97),
  trick('drawn out', isLatin, (p, c) => some(p.plain, (x) => (/[aeiou]/.test(x) ? x + x + x : undefined), c)),
  trick('neighbours swapped', asciiPerson, (p, c) => edited(p, (w) => {
    const i = 1 + c(w.length - 2)
    return w.slice(0, i) + w.charAt(i + 1) + w.charAt(i) + w.slice(i + 2)
  }), 0.85),
  trick('letter left out', asciiPerson, (p, c) => edited(p, (w) => {
    const i = 1 + c(w.length - 2)
    return w.slice(0, i) + w.slice(i + 1)
  }), 0.75),
  trick('letter doubled', asciiPerson, (p, c) => edited(p, (w) => {
    const i = 1 + c(w.length - 2)
    return w.slice(0, i) + w.charAt(i) + w.slice(i)
  }), 0.9),
  trick('a sentence around', (p) => latinPerson(p) && !['vn', 'cn', 'kr'].includes(p.country), (p, c) => pick(sentences, c)(p.plain), 0.97),
  trick('pushed out of view', anyone, (p, c) => `${p.plain}${pick(paddings, c)}zz lorem 12`),
  trick('as programs write it', (p) => latinPerson(p) && p.plain.includes(' '), (p, c) => pick(escapesOf, c)(p.plain)),
  trick('honours in front', (p) => latinPerson(p) && !['vn', 'cn', 'kr'].includes(p.country), (p, c) => `${pick(honours, c)} ${p.given} ${p.surname}`),
  trick('honours stacked', (p) => latinPerson(p) && !['vn', 'cn', 'kr'].includes(p.country), (p, c) => `${pick(honours, c)} ${pick(honours, c)} ${p.plain}${pick(behind, c)}`),
  trick('honours behind', latinPerson, (p, c) => p.plain + pick(behind, c)),
  trick('honours inside', (p) => latinPerson(p) && !['vn', 'cn', 'kr'].includes(p.country), (p, c) => `${p.surname}, ${pick(honours, c)} ${p.given}`, 0.95),
  trick('generation inside', latinPerson, (p, c) => `${p.surname} ${pick(['Jr.', 'III', 'Sr.', 'II', 'CFA'], c)}, ${p.given}`),
  trick('initials in front', latinPerson, (p, c) => `${pick(['J.', 'A. B.', 'M', 'D.'], c)} ${p.given} ${p.surname}`),
  trick('initials between', (p) => latinPerson(p) && !['vn', 'cn', 'kr'].includes(p.country), (p, c) => `${p.given} ${pick(['C.D.', 'T.', 'J. R.', 'Q'], c)} ${p.surname}`),
  trick('nickname between', (p) => latinPerson(p) && !['vn', 'cn', 'kr'].includes(p.country), (p, c) => `${p.given} ${pick(['"Peg"', "'Bo'", '(Ace)', '“Tiny”'], c)} ${p.surname}`),
  trick('padding', anyone, (p) => `${' '.repeat(600)}${'\u200b'.repeat(300)}${p.plain}`),
  trick('behind a long text', isPerson, (p) => `${'Newsletter of the month, '.repeat(40)}| ${p.plain}`),
] // prettier-ignore
