import t from 'tap'
import { personOfUser, userChange, userProperties } from '../../../src/directory/sources/office365/people.ts'
import type { PeopleRules } from '../../../src/directory/sources/office365/people.ts'
import type { Attributes } from '../../../src/directory/provider.ts'

/** Item 11: addresses of every prefix, guests, shared and disabled mailboxes, odd and empty names, twenty scripts. */

const rules: PeopleRules = { include: { guests: false, disabled: true }, trustOtherMails: false }
const jane: Attributes = {
  displayName: 'Jane Roe',
  givenName: 'Jane',
  surname: 'Roe',
  mail: 'Jane.Roe@Contoso.example',
  userPrincipalName: 'jroe@contoso.onmicrosoft.example',
  userType: 'Member',
  accountEnabled: true,
}

t.test('own addresses: primary first, doubles dropped, other kinds of proxy address left out', async (t) => {
  const person = personOfUser(
    {
      ...jane,
      proxyAddresses: [
        'smtp:alias@contoso.example',
        'SMTP:jane.roe@contoso.example',
        'Smtp:mixed@contoso.example',
        'SIP:jroe@contoso.example',
        'sip:other@contoso.example',
        'X500:/o=ExchangeLabs/ou=x/cn=Recipients/cn=jane@x.example',
        'x400:c=US;a= ;p=Contoso;o=Exchange;s=Roe;g=Jane;',
        'EUM:1234;phone-context=dialplan.contoso.example',
        'SPO:SPO_123@SPO_456',
        'MS:CONTOSO/PO/JANE',
        'noprefix@contoso.example',
        'smtp:',
        'smtp:not an address',
        'smtp:two@at@signs.example',
        'smtp:<injected@x.example>',
        'smtp: padded@contoso.example ',
        'smtp:+tag+x@contoso.example',
        'smtp:user@bücher.example',
      ],
      otherMails: ['private@home.example'],
    },
    rules,
  )
  t.same(person?.addresses, [
    'jane.roe@contoso.example',
    'jroe@contoso.onmicrosoft.example',
    'alias@contoso.example',
    'mixed@contoso.example',
    'padded@contoso.example',
    '+tag+x@contoso.example',
    'user@xn--bcher-kva.example',
  ])
})

t.test('otherMails count only with trustOtherMails', async (t) => {
  const attributes = { ...jane, otherMails: ['private@home.example'] }
  t.notOk(personOfUser(attributes, rules)?.addresses.includes('private@home.example'))
  t.ok(personOfUser(attributes, { ...rules, trustOtherMails: true })?.addresses.includes('private@home.example'))
  t.notOk(userProperties({ trustOtherMails: false }).includes('otherMails'))
  t.ok(userProperties({ trustOtherMails: true }).includes('otherMails'))
})

t.test('who counts as a person', async (t) => {
  const cases: [string, Attributes, Partial<PeopleRules['include']>, boolean][] = [
    ['a member', jane, {}, true],
    ['a guest', { ...jane, userType: 'Guest' }, {}, false],
    ['a guest, written otherwise', { ...jane, userType: 'guest' }, {}, false],
    ['a guest where guests count', { ...jane, userType: 'Guest' }, { guests: true }, true],
    ['an account without userType', { ...jane, userType: null }, {}, true],
    [
      'one, by its name from outside',
      { ...jane, userType: null, userPrincipalName: 'a_b.example#EXT#@c.example' },
      {},
      false,
    ],
    ['a member from outside (B2B as Member)', { ...jane, userPrincipalName: 'a_b.example#EXT#@c.example' }, {}, true],
    ['a disabled account', { ...jane, accountEnabled: false }, {}, true],
    ['a disabled account where they do not count', { ...jane, accountEnabled: false }, { disabled: false }, false],
    ['a shared mailbox', { displayName: 'Billing', mail: 'billing@c.example', accountEnabled: false }, {}, true],
    ['a name without an address', { displayName: 'Jane Roe' }, {}, true],
    ['an address without a name', { mail: 'x@c.example', userPrincipalName: 'x@c.example' }, {}, false],
    ['an empty name', { ...jane, displayName: ' ', givenName: '', surname: null }, {}, false],
    ['nothing at all', {}, {}, false],
  ]
  for (const [what, attributes, include, counts] of cases) {
    const person = personOfUser(attributes, { ...rules, include: { ...rules.include, ...include } })
    t.equal(person !== null, counts, what)
  }
})

t.test("a guest's userPrincipalName is no address", async (t) => {
  const guest = {
    ...jane,
    mail: 'bob@partner.example',
    userPrincipalName: 'bob_partner.example#EXT#@contoso.example',
    userType: 'Guest',
  }
  const person = personOfUser(guest, { ...rules, include: { guests: true, disabled: true } })
  t.same(person?.addresses, ['bob@partner.example'])
})

t.test('names: white space, missing display names, twenty scripts', async (t) => {
  t.equal(personOfUser({ ...jane, displayName: '  Jane \t\u00a0 Roe\n' }, rules)?.displayName, 'Jane Roe')
  t.equal(personOfUser({ ...jane, displayName: null }, rules)?.displayName, 'Jane Roe')
  t.equal(personOfUser({ ...jane, displayName: '', givenName: null }, rules)?.displayName, 'Roe')
  t.equal(personOfUser({ ...jane, givenName: ' ' }, rules)?.givenName, null)
  const scripts = [
    'Jane Roe', 'Łukasz Żółć', 'Анна Каренина', 'Νίκος Παπαδόπουλος', '山田 太郎', '김철수', 'محمد علي', 'משה כהן',
    'राम कुमार', 'রহিম', 'ਗੁਰਪ੍ਰੀਤ', 'ગાંધી', 'தமிழ்', 'తెలుగు', 'ಕನ್ನಡ', 'മലയാളം', 'สมชาย', 'ລາວ', 'မြန်မာ', 'ខ្មែរ',
    'გიორგი', 'Արամ', 'አበበ', 'ᠮᠣᠩᠭᠣᠯ', '王小明 👩‍💼', '𝓙𝓪𝓷𝓮',
  ] // prettier-ignore
  for (const displayName of scripts) t.equal(personOfUser({ displayName }, rules)?.displayName, displayName)
})

t.test('a page is data: values of other types are left out, broken text is mended, nothing throws', async (t) => {
  const properties = userProperties({ trustOtherMails: true })
  const change = userChange(
    {
      id: 'u',
      removed: false,
      properties: {
        id: 'u',
        displayName: 42,
        givenName: { a: 1 },
        surname: '\ud800Roe',
        mail: null,
        proxyAddresses: ['smtp:a@b.example', 7, null, 'X500:/o=x', 'sip:a@b.example'],
        accountEnabled: true,
        unknown: 'x',
        __proto__: { userType: 'Guest' },
      },
    },
    properties,
  )
  t.same(change, {
    op: 'person',
    id: 'u',
    attributes: { surname: '\ufffdRoe', mail: null, proxyAddresses: ['smtp:a@b.example'], accountEnabled: null },
  })
  t.same(userChange({ id: 'u', removed: true, properties: {} }, properties), { op: 'person-gone', id: 'u' })
})
