/**
 * Words that stand beside names without being part of them, in base form (lower case, no accents, no dots).
 * Written for this project from general knowledge of how mail programs, directories and people decorate names; operators add
 * their own by `names:` in the protection file.
 */

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/** Titles and honorifics before a name. */
export const titles: readonly string[] = words(`
  rt ra excellency mr mrs ms miss mx mister missus mstr master sir dame madam madame mme mlle monsieur mademoiselle m herr frau hr fr frl fraulein
  dr drs doctor doktor prof professor dipl ing dipling ir mag magister lic licenciado licenciada licda lcdo lcda lda arq abogado abg dott dottore dottoressa
  dottssa avv avvocato rag geom sig signor signora signore signorina sgra srta sr sra srita senor senora senorita don dona dom dra doutor doutora
  sra exmo exma ilmo engenheiro eng engr ingenieur ingenieria rev revd reverend father pastor rabbi imam sheikh shaikh shaykh sayyid hajji haji hon honorable honourable
  judge justice lord lady baron baroness count countess earl viscount prince princess hrh capt captain col colonel maj major gen general lt
  lieutenant ltcol sgt sergeant cpl cdr commander adm admiral amb ambassador sen senator rep gov governor pres mgr monsignor pan pani mgr inz
  dhr mevr mw mevrouw meneer mej juffrouw fru froken hr herra rouva bay bayan sayin sn ustaz ustad shri sri smt shrimati kumari
  pak bapak bu ibu datuk dato datin tan encik puan ms dktr kirios kyria kyrios госпожа господин г-н г-жа кириос κυριος κυρια κος κα κ δρ д-р др проф доктор
  السيد السيدة د دكتور الدكتور الدكتورة الاستاذ م مهندس
`)

/** Generational suffixes, degrees, orders and memberships after a name. */
export const suffixes: readonly string[] = words(`
  jr sr jnr snr junior senior ii iii iv v 2nd 3rd 4th esq esquire phd dphil md do dds dmd dvm jd llb llm lld mba emba ba bsc bs ms msc ma
  meng mphil mpa mph med edd psyd pharmd rn np pe cpa cfa cfp cma cia acca aca fca fcca acma cgma cipd fcipd mcipd cissp cism cisa pmp prince2 scrum itil csm
  fellow frs fba kbe cbe obe mbe qc kc sc pc msci beng bed bcom mcom mtech btech mag dipling drmed drjur hc habil mult cand stud ret retd usn usa usaf
  he him his she her hers they them theirs pronouns
  san sama kun chan sensei ssi nim
`)

/** Roles and ranks in an organisation. */
export const roles: readonly string[] = words(`
  boss ceo cfo coo cto cio ciso cso cmo cpo cro cdo chro clo cco cao cxo gm md evp svp avp vp pa ea hrbp dpo rssi dsi drh daf pdg dg dga
  chief executive officer operating financial technology information security marketing revenue product people legal compliance
  president vice vicepresident chairman chairwoman chairperson chair board member director directors directrice directeur direktor direktorin
  managing manager management head lead leader leitung leiter leiterin abteilungsleiter teamleiter principal partner founder cofounder owner
  inhaber inhaberin geschaftsfuhrer geschaftsfuhrerin geschaeftsfuehrer geschaeftsfuehrerin geschaftsfuhrung geschaftsleitung vorstand vorstandin vorstandsvorsitzender vorsitzender vorsitzende prokurist prokuristin aufsichtsrat gf
  gerente jefe jefa presidente presidenta director directora consejero delegado socio socia responsable encargado diretor diretora socio
  gerant gerante chef responsable president presidente fondateur associe associee directeur general generale adjoint adjointe
  amministratore delegato direttore direttrice responsabile titolare presidente vicepresidente socio
  directeur bestuurder bestuursvoorzitter voorzitter hoofd eigenaar vennoot zaakvoerder afdelingshoofd
  prezes dyrektor kierownik wiceprezes czlonek zarzadu zarzad wlasciciel reditel jednatel predseda ugyvezeto igazgato elnok
  direktor vd styrelseordforande ordforande chef administrerende direktør daglig leder toimitusjohtaja johtaja
  mudur muduru genel baskan baskani yonetim kurulu uyesi yonetici
  директор генеральный глава начальник руководитель президент управляющий заместитель бухгалтер главный
  διευθυντης διευθυνων συμβουλος προεδρος
  المدير مدير العام التنفيذي الرئيس رئيس
  assistant assistent assistentin assistante secretary sekretar sekretarin treasurer controller comptroller accountant buchhalter comptable accounting bookkeeper
  analyst engineer developer architect consultant advisor adviser counsel attorney lawyer solicitor barrister rechtsanwalt rechtsanwaltin notar notary steuerberater avocat avocate abogada advocate
  associate specialist coordinator administrator admin supervisor superintendent executive officer strategist planner buyer purchaser recruiter representative rep agent broker
  researcher scientist lecturer dean provost rector chancellor teacher trainer coach nurse physician surgeon
  interim acting deputy assistant associate regional global group corporate national international worldwide senior junior staff emea apac latam
  secretary-general trustee governor curator editor publisher producer ambassador delegate commissioner minister mayor
  exec dir mgr asst assoc snr jnr acct mktg proc treas supv supt mng mgmt stellv
  commercial personal general ejecutivo ejecutiva financiero financiera comercial tecnico operativo finanziario generale kaufmannischer technischer financier commercial
`)

/** Departments and places in an organisation. */
export const departments: readonly string[] = words(`
  finance finanzen finances finanzas financas finanza financial accounts accounting buchhaltung comptabilite contabilidad contabilidade contabilita rechnungswesen
  payable receivable payroll treasury procurement purchasing einkauf achats compras acquisti sales vertrieb ventes ventas vendas vendite marketing
  hr personal personnel personalabteilung rh recursos humanos human resources ressources humaines risorse umane recruiting recruitment talent
  it ict edv helpdesk servicedesk support systems infrastructure network security sicherheit informatik informatique
  legal recht rechtsabteilung juridique juridico legale compliance audit revision risk operations operaciones operations betrieb logistik logistics logistique
  production produktion engineering development entwicklung research forschung r&d rd innovation quality qualitat qa controlling
  administration verwaltung administracion administracao amministrazione department abteilung dept departamento departement reparto division unit bereich
  team desk office buro bureau oficina ufficio kontor escritorio secretariat sekretariat reception empfang frontdesk vorzimmer
  communications communication kommunikation pr press presse media investor relations affairs strategy strategie planning
  customer kundenservice kundendienst client service services facilities billing invoicing credit collections tax steuer
  headquarters hq zentrale branch niederlassung filiale sede kantoor
`)

/** Notes that mail systems, phones and people put beside a name. */
export const notes: readonly string[] = words(`
  external extern externe externo externa esterno ext intern internal guest gast contractor consultant freelance temp temporary vendor supplier partner
  verified trusted safe secure secured confidential private privat personal personlich urgent dringend wichtig important asap priority official office
  mobile mobil handy cell phone iphone ipad android tel telephone home work buro desktop laptop teams zoom slack skype whatsapp sms outlook gmail linkedin docusign sharepoint onedrive dropbox
  new neue nouveau nuevo neu message messages nachricht voicemail voice mail email e-mail mailbox inbox fax call anruf missed notification notifications alert reminder request anfrage
  invoice rechnung facture factura fattura payment zahlung paiement pago statement document documents dokument file files shared sharing invitation einladung invite meeting
  mensaje mensagem messaggio bericht voicebericht melding meddelande besked viesti wiadomosc zprava sprava uzenet poruka sporocilo mesaj sprachnachricht
  сообщение письмо повідомлення лист съобщение порука μηνυμα رسالة
  factuur faktura lasku fatura szamla szamlak betaling betalning platba platnosc pago pagamento solicitud solicitacao demande verzoek richiesta
  aviso avis hinweis benachrichtigung notificacion notificacao notifica bildirim oproep chamada llamada appel chiamata attn attention fao
  real genuine actual
  re fw fwd aw wg tr rv sv vs antw reply forwarded automatic auto autoreply out of office ooo away abwesend
  sent gesendet envoye enviado inviato verzonden account konto your you a the an ihr ihre from behalf auftrag im in on au nom nombre nome hi hello hallo
`)

/** Words that make a run of words an organisation, a place or a publication rather than a person. */
export const organisations: readonly string[] = words(`
  inc ltd llc llp plc corp corporation company co cie gmbh ag kg kgaa ohg gbr ug ev e.v. mbh sa sas sarl sprl bv nv cv vof ab as asa oy oyj aps a/s spa srl srls snc sl slu sc sgps lda ltda eireli sro zoo zo kft zrt doo dd ood eood ooo ооо оао зао ао pty pte sdn bhd tbk pt ao plc lp jsc pjsc
  group gruppe groupe grupo gruppo holding holdings partners associates assoc consulting consultants solutions systems technologies technology tech software labs lab laboratories studio studios design designs media press publishing publishers verlag editions books bookshop music records
  foundation stiftung fondation fundacion fundacao fondazione institute institut instituto istituto university universitat universite universidad universita college school schule ecole escuela scuola academy akademie
  church kirche hospital klinik clinic praxis pharmacy apotheke hotel hotels resort resorts spa restaurant ristorante cafe bar bistro bakery backerei pizzeria trattoria brewery
  shop shops store stores markt market boutique outlet sunglasses sports sport club verein association society societe sociedad ministry ministerium council choir orchestra band ensemble theatre theater museum gallery galerie festival
  bank banking capital ventures investments invest insurance versicherung assurance seguros realty properties immobilien estates trust fund funds finance
  logistics transport transports spedition shipping travel tours reisen voyages airlines airways motors automotive autohaus garage auto cars
  construction bau builders architects architekten engineering industries industrie werke fabrik manufacturing mobelhaus moebelhaus mobel furniture foods food farms farm winery weingut weine wines
  newsletter news daily weekly times post herald gazette journal magazine letter bulletin digest update updates deals sale sales rewards offers
  park gardens garden city town stadt county parish district street
  team crew committee campaign fans fanclub legacy memorial award prize scholarship fellowship family familie friends sons brothers bros daughters enterprises enterprise trading traders supplies supply service services
  show podcast radio tv channel network community forum list lists group blog
`)

/** Words that let anything follow: what stands behind them is not part of the name. */
export const viaWords: readonly string[] = words(`
  aka alias via par durch mediante tramite attraverso przez genom gjennom kautta door middels через through thru using uber ueber at @ from per by bei chez presso of on has shared sent wants invited is are invites inviting added posted mentioned commented replied requested assigned signed uploaded hat teilte a partage compartio ha condiviso c/o co with
`)

/** Words that a sender's name follows, as in "message from". */
export const fromWords: readonly string[] = words(`
  from von vom van de del des par da do dal di by per of namens av fra fran od ot vid απο από от від из desde por door
  från nuo saatja gönderen gonderen lähettäjä lahettaja feladó felado odesílatel odosielateľ nadawca expeditor pošiljatelj pošiljatelj подател отправитель відправник αποστολέας afzender avsender avsändare afsender dari مرسل המרסל प्रेषक
`)

/** Who may be named together with a person without changing whose message it is: Jane Roe & Team. */
export const companions: readonly string[] = words(`
  team teams staff colleagues kollegen kolleginnen mitarbeiter equipe equipo equipa squadra zespol tym tim crew ekip family familie famille familia famiglia
`)

/** Particles of surnames: kept, dropped or glued, they do not tell two people apart. */
export const particles: readonly string[] = words(`
  van von vom vd v d vdr zu zum zur der den dem des de del della dello delle degli dei di da das do dos du le la les lo li los las el al al- ar as an ad ash az
  bin ibn ben bint bat abu abd ould ait mac mc o ap ferch ni nic mhic ui ua binti bte dela delos delas dall dalla dell degl te ten ter tot op het 't t in 's s zen y e i af av und of st saint san santa
`)

/** Words that join two things: what stands on both sides is not one person. */
export const conjunctions: readonly string[] = words(`& + and und et y e ed och og ja en ve i и και و or oder ou o`)

/** Words that make a directory entry without given name and surname a role rather than a person. */
export const genericWords: readonly string[] = words(`
  agent bot backup service scanner printer copier noreply no-reply donotreply info contact kontakt hello mailroom mailer daemon postmaster webmaster hostmaster abuse system systems server monitor monitoring test demo user
  room meetingroom conference shared mailbox calendar kalender resource equipment car pool project projekt team group all everyone alle staff desk office department front reception press jobs careers
`)
