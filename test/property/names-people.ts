import type { PersonNames } from '../../src/names/person/person-name.ts'

/** Invented people of many countries, to disguise and to confuse with others. */
const rows = `
en|Margaret Ashdown|Margaret|Ashdown
en|Whitcombe, Edward|Edward|Whitcombe
en|Rosalind Fairweather|Rosalind|Fairweather
en|Dr. Theodore Lockhart (Research)|Theodore|Lockhart
en|Patrick O'Sullivan|Patrick|O'Sullivan
en|Hamish MacAllister|Hamish|MacAllister
en|Priscilla Hayes-Cole|Priscilla|Hayes-Cole
en|CRANSTON, Vivian [EXT]|Vivian|Cranston
en|Samuel J. Drummond|Samuel|Drummond
en|Harriet Wainwright - Treasury|Harriet|Wainwright
de|Günther Böhmer|Günther|Böhmer
de|Annegret Schäuffele|Annegret|Schäuffele
de|Maximilian Groß|Maximilian|Groß
de|Heike von Arnsberg|Heike|von Arnsberg
de|Karl-Heinz Rüdiger|Karl-Heinz|Rüdiger
fr|Geneviève Lefèvre|Geneviève|Lefèvre
fr|Jean-François de la Tour|Jean-François|de la Tour
fr|Aurélie Castaing|Aurélie|Castaing
es|Íñigo Zubiría Peña|Íñigo|Zubiría Peña
es|Mercedes Olmedo|Mercedes|Olmedo
es|Francisco Javier Benavides|Francisco Javier|Benavides
pt|João Gonçalves da Silveira|João|Gonçalves da Silveira
pt|Conceição Magalhães|Conceição|Magalhães
it|Giuseppe D'Angelis|Giuseppe|D'Angelis
it|Ludovica Santacroce|Ludovica|Santacroce
nl|Wouter van der Heijden|Wouter|van der Heijden
nl|Saskia ten Brinke|Saskia|ten Brinke
no|Sølvi Bråthen|Sølvi|Bråthen
dk|Jørgen Kjærsgaard|Jørgen|Kjærsgaard
se|Åke Sjöström|Åke|Sjöström
is|Þórdís Guðmundsdóttir|Þórdís|Guðmundsdóttir
pl|Małgorzata Wiśniewska|Małgorzata|Wiśniewska
pl|Zbigniew Dąbrowski|Zbigniew|Dąbrowski
cz|Přemysl Dvořáček|Přemysl|Dvořáček
hu|Zoltán Kőszegi|Zoltán|Kőszegi
ro|Ștefan Țurcanu|Ștefan|Țurcanu
hr|Đurđica Živković|Đurđica|Živković
tr|Çağlar Yıldırım|Çağlar|Yıldırım
tr|Gülşen İpekçi|Gülşen|İpekçi
vn|Nguyễn Thị Hường|Thị Hường|Nguyễn
vn|Đặng Quốc Việt|Quốc Việt|Đặng
in|Venkatesh Raghunathan|Venkatesh|Raghunathan
in|Padmini Chatterjee|Padmini|Chatterjee
id|Wulandari|Wulandari|
cn|Zhao Wenbin|Wenbin|Zhao
cn|Liang Meifeng 梁美凤|Meifeng|Liang
cn|郭建国|建国|郭
jp|佐々木 健太|健太|佐々木
jp|渡辺 さくら|さくら|渡辺
kr|박지훈|지훈|박
kr|Choi Minseo|Minseo|Choi
ru|Дмитрий Лебединский|Дмитрий|Лебединский
ru|Анастасия Гордеева|Анастасия|Гордеева
ua|Олександр Шевчук|Олександр|Шевчук
gr|Αικατερίνη Παπαδάκη|Αικατερίνη|Παπαδάκη
gr|Γεώργιος Βλάχος|Γεώργιος|Βλάχος
ar|خالد المنصوري|خالد|المنصوري
ar|Tariq al-Hashimi|Tariq|al-Hashimi
he|נועה ברקוביץ|נועה|ברקוביץ
th|สมชาย วงศ์สวัสดิ์|สมชาย|วงศ์สวัสดิ์
hi|राजेश मेहता|राजेश|मेहता
ng|Oluwaseun Adebayo|Oluwaseun|Adebayo
ke|Wanjiku Kamau|Wanjiku|Kamau
role|Accounts Payable||
role|Service Desk||
role|Facilities||
`

export interface TestPerson {
  readonly country: string
  readonly names: PersonNames
  /** Given name and surname as a plain reader would write them; the whole display name where there are none. */
  readonly plain: string
  readonly given: string
  readonly surname: string
}

export const people: readonly TestPerson[] = rows
  .trim()
  .split('\n')
  .map((row) => {
    const [country = '', displayName = '', given = '', surname = ''] = row.split('|')
    const eastern = country === 'cn' || country === 'kr' || country === 'jp' || country === 'vn'
    const joined = /\p{Script=Han}|\p{Script=Hangul}/u.test(given) && country !== 'jp' ? '' : ' '
    const plain =
      given === '' || surname === '' ? displayName : eastern ? `${surname}${joined}${given}` : `${given} ${surname}`
    return {
      country,
      names: { displayName, givenName: given || null, surname: surname || null, further: [] },
      plain,
      given,
      surname,
    }
  })
