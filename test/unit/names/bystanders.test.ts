import t from 'tap'
import { matchText } from './by-text.ts'
import type { PersonNames } from '../../../src/names/person/person-name.ts'
import { buildTables } from '../../../src/names/tables/tables.ts'

/** People and things that have words in common with a protected person, and are not it. */
const tables = buildTables()

function person(displayName: string, givenName: string | null = null, surname: string | null = null): PersonNames {
  return { displayName, givenName, surname, further: [] }
}

const bystanders: [PersonNames, string[]][] = [
  [
    person('Clara Finch', 'Clara', 'Finch'),
    [
      'Clara Finchley', 'Carla Finch', 'Clare Finch', 'Clara Fitch', 'Clara Finch Foundation', 'Clara Finch-Moore', 'The Clara Finch Show',
      'Friends of Clara Finch', 'Anna Clara Finch', 'Finch & Clara Ltd', 'Clara (Finch Consulting)', 'Clara from Finch Consulting', 'Clara at Finch Ltd',
      'Team Finch', 'C. Finch', 'Clara', 'Finch', 'Clara and Richard Finch', 'Doe, Clara Finch', "Clara Finch's Assistant",
    ],
  ],
  [
    person('Peter Hahn', 'Peter', 'Hahn'),
    ['Peter Hahn Verlag', 'Peter Hahn GmbH', 'Petra Hahn', 'Peter Hahne', 'Peter-Hahn-Schule', 'Peter und Paul Hahn', 'Hahn & Peter Möbelhaus', 'Peter Says Hahn'],
  ],
  [
    person('Maria Lopez', 'Maria', 'Lopez'),
    ['Mario Lopez', 'Marie Lopez', 'Mariah Lopez', 'Marla Lopez', 'Marta Lopez', 'Maria Lopes', 'Maria Gomez', 'Marisa Lopez'],
  ],
  [person('Erik Lindholm', 'Erik', 'Lindholm'), ['Erika Lindholm', 'Erik Lindblom', 'Erik Lind']],
  [person('Anna Kowalska', 'Anna', 'Kowalska'), ['Anna Kowalski', 'Anna Kowalczyk', 'Hanna Kowalska', 'Anja Kowalska', 'Anne Kowalska']],
  [person('Li Ma', 'Li', 'Ma'), ['mail', 'MAIL', 'Mail <', 'Lima', 'Lima, Barillas', 'Mali News']],
  [person('Na Han', 'Na', 'Han'), ['Hanna', 'Hanna Berg', 'Nahan']],
  [person('Bo Lin', 'Bo', 'Lin'), ['Bolin', 'Bolin, Felker', 'Linbo']],
  [person('Ana María Soto', 'Ana María', 'Soto'), ['Ana Lucía Soto', 'Rosa María Soto', 'Ana de la Cruz Soto', 'María Lucía Soto']],
  [person('Anthony Brooks-Lane', 'Anthony', 'Brooks-Lane'), ['Anthony Lane', 'Anthony Lane-Fox', 'Antonia Brooks-Lane']],
  [person('Stephen Arkwright', 'Stephen', 'Arkwright'), ['Stehpen Arkwirght', 'Stephanie Arkwright', 'Stephen Arkwright Photography']],
  [person('Jane Roe', 'Jane', 'Roe'), ['Roe, Mary Jane', 'Mary Jane Roe', 'Jane Roe Smith', 'Jane Roe Photography', 'J C Roe Jane', 'Joan Rowe']],
  [person('Carl Penn', 'Carl', 'Penn'), ['Carl Perri', 'Carl Perrin', 'Carla Penn']],
  [person('Michael Henry', 'Michael', 'Henry'), ['Hank Michael', 'Michael Henrietta']],
  [person('Ryan Christopher', 'Ryan', 'Christopher'), ['Christopher W Ryan']],
  [person('Chao Wu', 'Chao', 'Wu'), ['吴浩', 'Wu Hao', '吴昊']],
  [person('Hui Wang', 'Hui', 'Wang'), ['王虎', 'Wang Hu', 'wanghu']],
  [person('Wei Shen', 'Wei', 'Shen'), ['Wei Shen Ma', 'Ma Wei Shen', 'Tan Wei Shen', '申华']],
  [person('Mail Admin'), ['Admin', 'Mail']],
  [person('Nick Berger', 'Nick', 'Berger'), ['Klaus Berger']],
  [person('Accounts Payable'), ['Accounts Team', 'Accounts Receivable', 'Accounts Payables Foundation']],
  [person('April May', 'April', 'May'), ['April, May and June', 'April-May Newsletter', 'April to May Offers']],
  [person('Holly Wood', 'Holly', 'Wood'), ['Hollywood Reporter', 'Holly Woods', 'Holly Woodward']],
  [person('王小明', '小明', '王'), ['王小红', '王小', '王小明花店', '小明', '汪小明']],
  [person('김서준', '서준', '김'), ['김서진', '김서', '서준', 'Kim Minjun', 'Seojun Park']],
  [person('سامي النجار', 'سامي', 'النجار'), ['سمير النجار', 'Samir Najjar', 'Sami Naji']],
  [person('Елена Морозова', 'Елена', 'Морозова'), ['Елена Морозкина', 'Олена Мороз', 'Elena Morova', 'Галина Морозова']],
  [person('Surya', 'Surya'), ['Surya Hotel', 'Surya Putra', 'Surya - Batik Shop', 'Suryani', 'Toko Surya']],
  [person('Payments Desk'), ['Payments', 'Desk Payments', 'Payments News Desk', 'The Payments Desk Podcast', 'Help Desk']],
  [person('Info'), ['Information', 'Info Desk', 'Info | Shop', 'Acme Info']],
] // prettier-ignore

t.test('bystanders are left alone', async (t) => {
  for (const [names, shown] of bystanders) {
    for (const text of shown) t.equal(matchText(text, names, tables), null, `${text} is not ${names.displayName}`)
  }
})

t.test('short names written together, where capitals show it or they are long enough', async (t) => {
  for (const [names, shown] of [
    [person('Li Ma', 'Li', 'Ma'), 'MaLi'],
    [person('Li Ma', 'Li', 'Ma'), 'LiMa'],
    [person('Jane Roe', 'Jane', 'Roe'), 'janeroe'],
    [person('Jane Roe', 'Jane', 'Roe'), 'JANEROE'],
    [person('Ping Li', 'Ping', 'Li'), 'liping'],
  ] as const) {
    t.match(matchText(shown, names, tables), { kind: 'disguised' }, `${shown} for ${names.displayName}`)
  }
})

t.test('short forms and romanisations are the person', async (t) => {
  const cases: [PersonNames, string, string][] = [
    [person('Robert Finch', 'Robert', 'Finch'), 'Bob Finch', 'nickname'],
    [person('Bob Finch', 'Robert', 'Finch'), 'Robert Finch', 'exact'],
    [person('Margaret Lund', 'Margaret', 'Lund'), 'Peggy Lund', 'nickname'],
    [person('Francisco Vega', 'Francisco', 'Vega'), 'Paco Vega', 'nickname'],
    [person('Josef Gruber', 'Josef', 'Gruber'), 'Seppi Gruber', 'nickname'],
    [person('Ольга Серова', 'Ольга', 'Серова'), 'Оля Серова', 'nickname'],
    [person('Mohammed Al-Tamimi', 'Mohammed', 'Al-Tamimi'), 'Muhammad Tamimi', 'disguised'],
    [person('سامي النجار', 'سامي', 'النجار'), 'Sami Al-Najjar', 'disguised'],
    [person('Sami Al-Najjar', 'Sami', 'Al-Najjar'), 'سامي النجار', 'disguised'],
    [person('김서준', '서준', '김'), 'Seo-jun Kim', 'disguised'],
    [person('박지훈', '지훈', '박'), 'Jihoon Park', 'disguised'],
    [person('王小明', '小明', '王'), 'Wang Xiaoming', 'disguised'],
    [person('张国庆', '国庆', '张'), '張國慶', 'disguised'],
    [person('Юлия Щербакова', 'Юлия', 'Щербакова'), 'Yulia Shcherbakova', 'disguised'],
    [person('Γιώργος Παπάς', 'Γιώργος', 'Παπάς'), 'Yiorgos Papas', 'disguised'],
    [person('タナカ ケンジ', 'ケンジ', 'タナカ'), 'ﾀﾅｶ ｹﾝｼﾞ', 'disguised'],
    [person('タナカ ケンジ', 'ケンジ', 'タナカ'), 'Kenji Tanaka', 'disguised'],
  ]
  for (const [names, shown, kind] of cases) {
    t.equal(matchText(shown, names, tables)?.kind, kind, `${shown} is ${names.displayName}`)
  }
})
