import t from 'tap'
import { keysOfPerson, keysOfText, matchText } from './by-text.ts'
import type { NameKind } from '../../../src/names/match/match.ts'
import type { PersonNames } from '../../../src/names/person/person-name.ts'
import { buildTables } from '../../../src/names/tables/tables.ts'

const tables = buildTables({ titles: [], roles: ['Häuptling'], companies: ['Norwind Labs'], nicknames: [] })

function person(displayName: string, givenName: string | null = null, surname: string | null = null): PersonNames {
  return { displayName, givenName, surname, further: [] }
}

const marta = person('Marta Kessler', 'Marta', 'Kessler')
const people = {
  marta,
  dutch: person('Pim van der Veen', 'Pim', 'van der Veen'),
  irish: person("Nuala O'Keefe", 'Nuala', "O'Keefe"),
  double: person('Gareth Holt-Price', 'Gareth', 'Holt-Price'),
  spanish: person('Mateo Vidal Quiroga', 'Mateo', 'Vidal Quiroga'),
  decorated: person('Prof. Dr. KESSLER, Marta (Legal) [EXT]'),
  norse: person('Bjørn Åsheim', 'Bjørn', 'Åsheim'),
  cyrillic: person('Дарья Виноградова', 'Дарья', 'Виноградова'),
  han: person('林 美玲', '美玲', '林'),
  both: person('Liang Meifeng 梁美凤', 'Meifeng', 'Liang'),
  one: person('Suharto', 'Suharto', null),
  role: person('Payments Desk'),
  vietnamese: person('Trần Thị Mai', 'Thị Mai', 'Trần'),
}

t.test('names shown, and the kind of match', async (t) => {
  const cases: [PersonNames, string, NameKind | null][] = [
    [marta, 'Marta Kessler', 'exact'],
    [marta, 'MARTA  KESSLER', 'exact'],
    [marta, 'Kessler, Marta', 'reordered'],
    [marta, 'Kessler Marta', 'reordered'],
    [marta, 'Marta P. Kessler', 'decorated'],
    [marta, 'Kessler, Marta P.', 'decorated'],
    [marta, 'Dr. Marta Kessler', 'decorated'],
    [marta, 'Marta Kessler (CFO)', 'decorated'],
    [marta, 'Marta Kessler | Anything at all', 'decorated'],
    [marta, 'Marta Kessler, Leiterin Einkauf', 'decorated'],
    [marta, 'Häuptling Marta Kessler', 'decorated'],
    [marta, 'Marta Kessler Norwind Labs', 'decorated'],
    [marta, 'Marta Kessler via Sign Service', 'decorated'],
    [marta, 'New message from Marta Kessler', 'decorated'],
    [marta, 'Exec. Dir. Marta Kessler', 'decorated'],
    [marta, 'Marta Kessler & Team', 'decorated'],
    [marta, 'Marta Kessler ★ VIP', 'decorated'],
    [marta, 'Marta Kessler™', 'exact'],
    [marta, 'Marta Kessler 🇩🇪', 'decorated'],
    [marta, 'RA Marta Kessler', 'decorated'],
    [marta, 'Marta Kessler par DocuSign', 'decorated'],
    [marta, 'Marta Sale Kessler', null],
    [marta, 'Marta in Kessler', null],
    [marta, 'Mensaje de Marta Kessler', 'decorated'],
    [marta, 'Marta Kessler 財務部', 'decorated'],
    [marta, 'Marta\u200b Kess\u00adler', 'disguised'],
    [marta, 'M\u0430rt\u0430 Kessler', 'disguised'],
    [marta, 'Ｍａｒｔａ Ｋｅｓｓｌｅｒ', 'disguised'],
    [marta, '\u202erelsseK atraM\u202c', 'disguised'],
    [marta, 'M a r t a K e s s l e r', 'disguised'],
    [marta, 'MartaKessler', 'disguised'],
    [marta, 'M4rta Ke55ler', 'disguised'],
    [marta, 'M@rta Ke$$ler', 'disguised'],
    [marta, 'M̶a̶r̶t̶a̶ K̶e̶s̶s̶l̶e̶r̶', 'disguised'],
    [marta, 'Matra Kessler', 'typo'],
    [marta, 'Marta Kessller', 'typo'],
    [marta, 'Marta Kesslerman', null],
    [marta, 'Marta', null],
    [marta, 'Kessler', null],
    [marta, 'Marta Kessler Foundation', null],
    [marta, 'Kessler & Team Marta GmbH', null],
    [marta, 'Marta Kesslen', null],
    [marta, 'Anna Marta Kessler', null],
    [marta, 'Marta Kessler-Lund', null],
    [marta, 'Kessler & Marta Möbelhaus', null],
    [people.decorated, 'Marta Kessler', 'exact'],
    [people.dutch, 'van der Veen, Pim', 'reordered'],
    [people.dutch, 'Pim Veen', 'exact'],
    [people.dutch, 'Pim vanderVeen', 'exact'],
    [people.dutch, 'Pim v.d. Veen', 'decorated'],
    [people.dutch, "Pim in 't Veen", null],
    [people.irish, 'Nuala O’Keefe', 'exact'],
    [people.irish, 'Nuala O Keefe', 'exact'],
    [people.irish, 'Nuala OKeefe', 'exact'],
    [people.irish, 'Nuala OʼKeefe', 'exact'],
    [people.double, 'Gareth Holt Price', 'exact'],
    [people.double, 'Gareth Price', null],
    [people.spanish, 'Mateo Vidal', 'decorated'],
    [people.spanish, 'Mateo Quiroga', null],
    [people.norse, 'Bjorn Asheim', 'disguised'],
    [people.norse, 'Bjoern Aasheim', 'disguised'],
    [people.cyrillic, 'Darya Vinogradova', 'disguised'],
    [people.cyrillic, 'Daria Vinogradova', 'disguised'],
    [people.cyrillic, 'Дaрья Bинoградова', 'disguised'],
    [people.han, '林美玲', 'exact'],
    [people.han, '林美珍', null],
    [people.han, '林 美', null],
    [people.both, 'Meifeng Liang 梁美凤', 'decorated'],
    [people.both, '梁美凤 Liang Meifeng', 'decorated'],
    [people.both, '梁美凤花店', null],
    [person('Al Roy', 'Al', 'Roy'), 'Sr. Al Roy', 'decorated'],
    [person('Bo Li', 'Bo', 'Li'), 'Bo Li PhD', 'decorated'],
    [person('Ian Day', 'Ian', 'Day'), 'lan Day', 'disguised'],
    [person('Lan Day', 'Lan', 'Day'), 'Ian Day', null],
    [person('Klara Villiers', 'Klara', 'Villiers'), 'Klara Villers', null],
    [people.one, 'Suharto', 'exact'],
    [people.one, 'Suharto (CFO)', 'decorated'],
    [people.one, 'Suharto Tours', null],
    [people.role, 'Payments Desk', 'exact'],
    [people.role, 'Payments News Desk', null],
    [people.vietnamese, 'Mai Tran', 'disguised'],
    [person('Đỗ Thị Lan Anh', 'Thị Lan Anh', 'Đỗ'), 'Do Thi Lan', null],
    [people.vietnamese, 'Tran Thi Mai', 'disguised'],
  ]
  for (const [names, shown, kind] of cases) {
    const found = matchText(shown, names, tables)
    t.equal(found?.kind ?? null, kind, `${shown} for ${names.displayName}`)
    if (found === null) continue
    t.ok(found.evidence.length > 0, `${shown}: says why`)
    const stored = new Set(keysOfPerson(names, tables).refs)
    t.ok(
      keysOfText(shown, tables).some(({ key }) => stored.has(key)),
      `${shown}: a key leads to ${names.displayName}`,
    )
  }
})

t.test('spellings in two alphabets', async (t) => {
  const sato = { ...person('佐藤 直樹', '直樹', '佐藤'), further: ['Naoki Sato'] }
  const cases: [PersonNames, string, NameKind | null][] = [
    [sato, 'Naoki Sato', 'exact'],
    [sato, 'Sato Naoki', 'reordered'],
    [person('斎藤 隆', '隆', '斎藤'), '齊藤 隆', 'disguised'],
    [person('刘洋', '洋', '刘'), 'Liu Yang', 'disguised'],
    [{ ...person('刘洋', '洋', '刘'), further: ['Liu Yang'] }, '刘阳', null],
    [person('Омар Хасан', 'Омар', 'Хасан'), 'Omar Hasan', 'disguised'],
    [person('Khaled El Masry', 'Khaled', 'El Masry'), 'Khalid El-Masri', 'disguised'],
    [person('Omar Al-Rashidi', 'Omar', 'Al-Rashidi'), 'Omar Al-Rasheedi', 'disguised'],
    [person('Omar Al-Rashidi', 'Omar', 'Al-Rashidi'), 'Omar Al-Rashid', null],
    [person('محمد العتيبي', 'محمد', 'العتيبي'), 'Muhammad Alotaibi', 'disguised'],
    [person('محمد العتيبي', 'محمد', 'العتيبي'), 'Mohammed Al-Otaiba', null],
    [person('Phạm Thị Hồng Nhung', 'Thị Hồng Nhung', 'Phạm'), 'Hong Nhung Pham', 'disguised'],
    [person('Lin Xiaofeng', 'Xiaofeng', 'Lin'), 'Xiaofang Lin', null],
    [person('Γεώργιος Νικολάου', 'Γεώργιος', 'Νικολάου'), 'Giorgos Nikolaou', 'disguised'],
  ]
  for (const [names, shown, kind] of cases) {
    t.equal(matchText(shown, names, tables)?.kind ?? null, kind, `${shown} for ${names.displayName}`)
    const stored = new Set(keysOfPerson(names, tables).refs)
    if (kind !== null)
      t.ok(
        keysOfText(shown, tables).some(({ key }) => stored.has(key)),
        `${shown}: found by a key`,
      )
  }
})

t.test('initials count only where asked for', async (t) => {
  t.equal(matchText('M. Kessler', marta, tables), null)
  t.equal(matchText('M. Kessler', marta, tables, { initials: true })?.kind, 'initial')
  t.equal(matchText('Marta K.', marta, tables, { initials: true })?.kind, 'initial')
  t.equal(matchText('Kessler M/S', marta, tables, { initials: true }), null, 'an abbreviation')
  t.equal(matchText('林 美', people.han, tables, { initials: true }), null, 'Han has no initials')
  t.equal(matchText('M. K.', marta, tables, { initials: true }), null)
})

t.test("another person's name is no typo", async (t) => {
  const context = { tokenCount: (token: string) => (token === 'kesler' ? 1 : 0) }
  t.equal(matchText('Marta Kesler', marta, tables, context)?.kind, 'variant', 'both are names')
  const rare: [string, string, string][] = [
    ['Sunita', 'Joshi', 'Sumita Joshi'],
    ['Hiroshi', 'Mori', 'Hitoshi Mori'],
    ['Clara', 'Hartwell', 'Clara Hartnell'],
    ['Karl', 'Fischer', 'Karl Fischler'],
  ]
  for (const [given, surname, shown] of rare) {
    t.equal(matchText(shown, person(`${given} ${surname}`, given, surname), tables), null, `${shown} is somebody`)
  }
})
