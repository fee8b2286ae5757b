/** Domains of public mail providers. */

/**
 * Domains of public mail providers. They are nobody's own domain, even if a directory of a small organisation lists
 * people with such addresses, so nothing is a look-alike of them.
 */
const publicMailDomains: ReadonlySet<string> = new Set(
  `
  126.com 139.com 163.com 189.cn aim.com alice.it aliyun.com aol.com arcor.de att.net bellsouth.net bigpond.com
  bluewin.ch bol.com.br btinternet.com centrum.cz charter.net comcast.net cox.net daum.net docomo.ne.jp earthlink.net
  email.com ezweb.ne.jp fastmail.com fastmail.fm foxmail.com free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de
  gmx.net googlemail.com hanmail.net hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it
  hushmail.com icloud.com inbox.ru interia.pl juno.com kpnmail.nl laposte.net libero.it list.ru live.co.uk live.com
  live.fr live.nl mac.com mail.com mail.de mail.ru mailbox.org me.com msn.com nate.com naver.com neuf.fr o2.pl onet.pl
  op.pl optonline.net optusnet.com.au orange.fr outlook.com outlook.de outlook.es outlook.fr outlook.it pm.me posteo.de
  proton.me protonmail.ch protonmail.com qq.com rambler.ru rediffmail.com rocketmail.com rogers.com sapo.pt sbcglobal.net
  seznam.cz sfr.fr shaw.ca sina.cn sina.com skynet.be sky.com sohu.com softbank.ne.jp sympatico.ca t-online.de
  talktalk.net telenet.be terra.com.br tiscali.it tuta.com tutanota.com ukr.net uol.com.br verizon.net virgilio.it
  virgin.net virginmedia.com volny.cz wanadoo.fr web.de windstream.net wp.pl xs4all.nl xtra.co.nz yahoo.ca yahoo.co.in
  yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.au yahoo.com.br yahoo.com.mx yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com
  yandex.ru yeah.net ymail.com ziggo.nl zoho.com zohomail.com
  `
    .trim()
    .split(/\s+/),
)

/** Whether a domain (lower case, ASCII) belongs to a provider with whom anyone can have a mailbox. */
export function isPublicMailDomain(domain: string): boolean {
  return publicMailDomains.has(domain)
}
