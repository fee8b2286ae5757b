/**
 * Titles, roles, honours and company forms, by language.
 *
 * Words of many languages and scripts that stand beside names, in addition to those of `affixes.ts`: the 24 languages of the European
 * Union, Norwegian, Icelandic, Turkish, Russian, Ukrainian, Arabic, Hebrew, Hindi, Chinese, Japanese, Korean, Vietnamese, Indonesian
 * and Thai. Written for this project from general knowledge of how letters and mail of these languages address people.
 */

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/** Titles and forms of address before a name, and academic ones on either side. */
export const titlesByLanguage: readonly string[] = words(`
  wing squadron flight brigadier air-marshal marshal petty warrant lance fieldmarshal
  bg г-н г-жа господин госпожа инж доц проф акад д-р адв
  hr gospodin gospođa gđa gđica gosp mag prof dipl ing izv univ spec odvj
  cs pan paní slečna ing bc bca mgr mga judr mudr phdr rndr paeddr thdr mvdr pharmdr doc prof csc drsc dis
  sk pán slečna ing bc mgr judr mudr phdr rndr paeddr mvdr doc artd
  da hr fru frk frøken cand mag jur polit lektor civilingeniør
  nl dhr mevr mevrouw meneer mw drs ir ing mr mrs bc msc dr prof em jhr jkvr baron barones heer de-heer
  et härra proua preili hr pr prl
  fi herra rouva neiti hra rva nti ti di tkt vtt ktt ktm ott oik vtm fm ft dosentti professori tohtori maisteri insinööri ins
  fr m mme mlle mr dr pr me maître docteur professeur monsieur madame mgr abbé père soeur frère
  de herr herrn frau hr fr dr prof ing dipl dipl-ing dipl-kfm dipl-kffr dipl-betriebsw dipl-volksw dipl-inf dipl-phys dipl-chem dipl-math dipl-psych
  ra rain stb wp mag magª ddr kommr komm-rat hofrat priv-doz pd pdin univ-prof freifrau freiherr graf gräfin fräulein
  el κ κος κα δις κύριος κυρία δεσποινίς δρ καθ καθηγητής καθηγήτρια ιατρός δικηγόρος αρχιμ π πάτερ
  hu dr prof úr asszony kisasszony özv ifj id okl mérnök ügyvéd
  ga an-tuasal uasal bean iníon dochtúir ollamh
  it sig sigra sig.ra signora signor signorina dott dottssa dott.ssa dr.ssa drssa avv ing arch geom rag prof profssa prof.ssa cav comm on sen don suor mons gent egr spett p.i
  lv kungs kundze jaunkundze dr prof mag god
  lt ponas ponia panelė p dr prof doc gerb
  mt is-sinjur is-sinjura sur sinjura sinjur dott perit av
  pl pan pani panna państwo dr hab prof inż mgr lek med adw r.pr radca arch ks bp doc lic płk gen mjr kpt
  pt sr sra srta dr dra d dom dona eng engº engª engo enga arq arqª arqo arqa prof profª profa doutor doutora exmo exma excelentíssimo ilmo ilma senhor senhora menino menina
  ro dl dna dra dșoara domnul doamna domnișoara domnişoara ing dr prof conf lect av jr ec arh
  sl gospod gospa gospodična g ga gdč dr mag prof univ dipl inž odv doc
  es sr sra srta d dª dña don doña dr dra lic licdo licda ing arq prof profª profa excmo excma ilmo ilma abg abog mtro mtra cp c.p ingro señor señora señorita
  sv herr fru fröken doktor docent professor civ ing civilingenjör tekn lic med dr fil jur kand
  no herr fru frøken siv ing sivilingeniør dr prof advokat adv cand
  is herra frú fröken dr séra
  tr bay bayan sayın sn av avukat dr doç doc prof op uzm mim müh muh yrd öğr gör arş ecz hâkim hakim yük
  ru г-н г-жа господин госпожа гражданин гр тов товарищ уважаемый уважаемая инж докт канд доц проф акад адв
  uk пан пані панна пп г-н г-жа шановний шановна добродій інж доц проф д-р адв
  ar السيد السيدة الآنسة الدكتور الدكتورة دكتور دكتورة د أ م أد أستاذ الأستاذ الأستاذة المهندس المهندسة مهندس مهندسة المحامي المحامية محامي الشيخ شيخ الحاج الأمير الأميرة سمو معالي سعادة فضيلة حضرة اللواء العميد العقيد الرائد النقيب
  he מר גב גברת העלמה דר פרופ פרופסור עוד רוח הרב רב אינג אדריכל כבוד השופט השופטת
  hi श्री श्रीमती सुश्री कुमारी डॉ डॉक्टर डा प्रो प्रोफेसर प्रोफ पंडित पं आदरणीय माननीय श्रीमान इंजीनियर अधिवक्ता एडवोकेट
  vi ông ts ths gs pgs bs ks ls cn thsbs
  in shri shree sri smt shrimati kumari kum shriman khun
  id bapak bpk ibu pak bu saudara saudari sdr sdri tuan nyonya nn ny nona drs dra dr prof ir hj haji hajjah kh ust ustadz ustadzah raden rm
  th นาย นาง นางสาว น.ส นส คุณ ดร ผศ รศ ศ ศาสตราจารย์ อาจารย์ อ นพ พญ ทพ ว่าที่ ร.ต พล พ.ต.อ ท่าน
  aka alias genannt frhr freih councillor cllr alderman vicar canon curate deacon archdeacon bro brother sister congressman congresswoman counsellor headteacher headmaster headmistress rear-admiral rear emeritus emerita rer nat pol sc dkfm kr hofrätin ostr pfarrer pfarrerin hon'ble his her late
  son sa excellence excellency commandant cheffe notaire vicomte duc professoressa dottoressa notaio spettle spett gentma egregio onorevole geometra
  notario capitán fray hermano hermana ilustrísimo reverendo mestre comendador comendadora exa excelência embaixador desembargador burgemeester weledelgeleerde weledele juf meester dominee jonkheer
  överste rektor kyrkoherde pastor borgmester overlæge sogneprest rådmann ordfører otk varatuomari asianajaja rehtori kirkkoherra pappi szanowny szanowna mecenas adwokat burmistrz wójt ksiądz vážený vážená starosta primátor starostka
  polgármester tisztelt dl d-l stimate stimată domnule preot primar кмет уважаеми уважаема odvjetnik odvjetnica odvetnik odvetnica načelnik gradonačelnik župan županja poštovani poštovana spoštovani spoštovana
  vandeadvokaat advokaat linnapea lp lugupeetud mērs zvērināts advokāts cienījamais meras merė advokatas advokatė onor l-onor nutar avukat uachtarán tollamh ollamh tuas an-tollamh
  δήμαρχος μηχανικός αρχιτέκτων αρχιτέκτονας αξιότιμος αξιότιμε υπουργός πρέσβης lögmaður biskup noter smmm albay vali kaymakam general uz dt efendi hoca hocam üstad
  адвокат нотариус инженер профессор доцент полковник подполковник майор капитан генерал лейтенант ип врач академик депутат ректор министр губернатор мэр судья прокурор доктор архитектор многоуважаемый отец
  нотаріус лікар професор доцент полковник підполковник капітан міністр мер суддя академік архітектор інженер доктор шановні отець
  الوزير وزير صاحب السمو القاضي قاضي الملازم الفريق المشير الدكتوره الطبيب الصيدلي الأخ الأخت المحترم المحترمة السفير النائب المستشارة الإمام
  אדון השר שר הנשיא מהנדס מהנדסת סגן אלוף ניצב השגריר שגריר חבר ראש גבירה הגברת
  इंजी सेठ कर्नल न्यायमूर्ति मेजर कैप्टन जनरल स्वामी आचार्य महोदय महोदया श्रीयुत बाबू विधायक सांसद मंत्री
  dirut letkol kol mayjen brigjen jend kabag kadiv kasubag mas bang mbak kak gus ning kyai habib teungku abang tengku puan encik datin tan-sri
  brig sqn ldr gp ven hm honour honorable lt-col ltcdr vadm radm msgr coroner recorder chartered frfr dkffr dipl-wirt-ing wirt betriebsw oec dipl-oec mtre chargé daffaires spett gentmo spettabile avvta onle
  detto detta zwany zwana zvany zvana kaldet kallad dite bijgenaamd roepnaam vulgo
  d-na landrat landrätin mindir minrat oberbürgermeister oberbürgermeisterin kanzler kanzlerin tathair t-athair an-tathair müdire müdiresi ymm smmm юрисконсульт
  นายแพทย์ แพทย์หญิง ทนายความ ทนาย เรียน พี่ น้อง อาจารย์ ผู้อำนวยการ ดอกเตอร์ ศาสตราจารย์ คุณหญิง หม่อม พลเอก พลโท พันเอก ร้อยเอก
  magistra dokter prawny cdre cmdr wg flt tuas toll
  oberst oberstleutnant hauptmann oberleutnant leutnant generalmajor brigadegeneral stabsfeldwebel feldwebel kapitän kommissar kommissarin oberkommissar amtsrat amtsrätin oberrat studienrat studienrätin oberstudienrat regierungsrat ministerialdirigent pastorin diakon bischof pater schwester bruder
  capitaine lieutenant-colonel sergent adjudant préfet préfète sous-préfet sœur curé évêque pasteur chanoine maréchal vice-amiral contre-amiral
  coronel teniente comandante sargento almirante comisario padre sor obispo monseñor párroco cura
  colonnello capitano tenente maggiore maresciallo brigadiere ammiraglio questore prefetto frate fra monsignore vescovo parroco
  coronel-aviador capitão tenente major-general sargento almirante frei irmã bispo cônego pároco
  kolonel kapitein luitenant majoor sergeant ds pastoor zuster broeder kapelaan
  oberst kaptajn kommandør løjtnant sognepræst præst provst biskop overlege overlegen prost sokneprest
  kapten löjtnant komminister biskop överläkare kommendör
  eversti kapteeni luutnantti majuri pastori piispa rovasti ylilääkäri
  pułkownik ppłk kapitan porucznik por podpułkownik generał siostra brat proboszcz
  plukovník plk pplk por npor genmjr otec sestra farář farár
  ezredes alezredes őrnagy százados hadnagy atya nővér püspök lelkész plébános
  colonel căpitan maior locotenent părintele episcop
  иерей протоиерей епископ адмирал
  владика
  pukovnik potpukovnik bojnik satnik natporučnik fra vlč časna sestra župnik
  polkovnik podpolkovnik stotnik poročnik župnik škof
  pulkininkas kapitonas majoras leitenantas kunigas tėvas sesuo vyskupas
  pulkvedis kapteinis majors leitnants mācītājs bīskaps
  kolonel kapten major õpetaja piiskop
  συνταγματάρχης λοχαγός ταγματάρχης πλοίαρχος αρχιμανδρίτης πατήρ επίσκοπος σεβ μητροπολίτης
  yarbay binbaşı yüzbaşı teğmen imam
  المقدم القس الأب المطران الحاجة المستشار عقيد رائد نقيب لواء عميد
  סרן רסן סגן-אלוף השרה חכ הרבנית
  उस्ताद मौलाना
  đại tá trung thiếu thượng linh mục thầy sư
  kolonel mayor kapten letnan ustaz romo pendeta suster bruder drg
  พันโท พันตรี พล.อ. พ.ต.อ. พระ แม่ชี บาทหลวง
  amtsrat volkswirt volkswirtin betriebswirt betriebswirtin informatiker kauffrau kaufmann
  art
`)

/** Titles and roles of Vietnamese with their accents: without them they are names (Bà and Ba). */
export const accentedTitles: readonly string[] = words(`
  bà ông anh chị cô thầy chú bác sư sếp gđ tgđ pgđ ktt giám đốc phó tổng trưởng phòng kế toán chủ tịch hđqt hội đồng quản trị thư ký trợ lý luật sĩ tiến thạc giáo dược kính gửi nhân sự
  tài chính công ty cổ phần kinh doanh điều hành thủ quỹ kỹ viên mua hàng
`)

/** Titles, roles and forms of address of Chinese, Japanese and Korean names, on either side and often without a blank. */
export const eastAsianTitles: readonly string[] = words(`
  様 さん さま さん君 くん ちゃん 先生 殿 君 氏 社長 副社長 会長 副会長 代表 代表取締役 代表取締役社長 代表取締役会長 取締役 専務 専務取締役 常務 常務取締役 執行役員 監査役 部長 副部長 本部長 次長 課長 課長代理 係長 主任 室長 所長
  支店長 支社長 店長 工場長 局長 理事 理事長 顧問 相談役 秘書 教授 准教授 博士 弁護士 税理士 会計士 公認会計士 医師 経理 経理部長 経理課長 人事部長 営業部長 財務部長 総務部長 最高経営責任者 最高財務責任者 担当 総務 人事 営業 株式会社
  董事会主席 監事会主席 监事会主席 公司总经理 公司董事长 集团董事长 集团总裁 集团总经理 集团财务总监 公司财务 分公司总经理 采购经理 採購經理 采购总监 法务总监 法務總監 首席技術官 首席人力资源官 首席信息官 技术总监 设计总监
  采购部 採購部 市场部 销售部 人力资源部 技术部 法务部 行政部 审计部 高级工程师 高級工程師 总工程师 总裁助理 副董事长 副董事長 采购主管
  先生 女士 小姐 太太 夫人 老师 老師 教授 博士 总 總 经理 經理 总经理 總經理 副总经理 副總經理 副总 副總 总裁 總裁 副总裁 副總裁 总监 總監 董事长 董事長 董事 执行董事 執行董事 独立董事 首席执行官 首席執行官 首席财务官 首席財務官 首席运营官
  首席技术官 财务总监 財務總監 人事总监 运营总监 销售总监 市场总监 财务经理 財務經理 人事经理 销售经理 项目经理 项目經理 主任 副主任 主管 主席 副主席 会计 會計 出纳 财务 財務 财务部 財務部 财务主管 人事 人力资源 行政 秘书 秘書 助理 总经理助理 律师 律師 医生 醫生 医师 醫師
  工程师 工程師 局长 局長 处长 處長 科长 科長 院长 院長 校长 校長 部长 老板 老闆 行长 行長 书记 同志 阁下 董秘 合伙人 创始人 創始人 有限公司
  님 씨 군 양 귀하 선생님 선생 대표 대표님 대표이사 대표이사님 회장 회장님 부회장 사장 사장님 부사장 부사장님 전무 전무님 전무이사 상무 상무님 상무이사 이사 이사님 이사장 본부장 본부장님 실장 실장님 부장 부장님 차장 차장님 과장 과장님 대리 대리님
  주임 주임님 팀장 팀장님 파트장 지점장 지사장 원장 원장님 교수 교수님 박사 박사님 변호사 변호사님 회계사 의사 감사 고문 비서 비서실장 재무이사 재무팀장 인사팀장 경리 경리부 총무 최고경영자 최고재무책임자 최고재무관리자 주식회사
`)

/** Degrees, orders, memberships and generations behind a name. */
export const suffixesByLanguage: readonly string[] = words(`
  ji bey hanim beyefendi hanimefendi जी साहब
  fca fcca aca acca fcma acma fcis fcg cgma cima fcii acii frsa frs frse freng freg frics mrics fiet miet ceng ieng eur mice fice imeche cphys cchem csci cmgr fcmi mcmi fcipd mcipd fmaat aat
  gcb gbe gcmg kcmg cmg kcvo cvo dcmg dcvo dbe kg kt cb cbe obe mbe bem qfsm qpm vc gc dso dsc mc tdm td rd vrd vd oam cm oc cc pc dl jp qc kc mp msp mep mla td
  bsc bcom bcomm beng barch bba bfa bs msc mphil mres mba emba llb llm phd dphil dsc dba edd engd md dds dmd dvm jd jsd sjd mpa mpp mph msw mfa mlis meng march mtech btech
  rn np pa-c lpn crna cnm lcsw lmft lpc psyd cpa cma cfa caia frm cia cisa cism cissp crisc cgeit pmp prince2 capm csm psm safe itil togaf shrm shrm-cp shrm-scp phr sphr gphr cipp cipm cfe cams caa
  esq esquire ret retd usn usmc usaf usa uscg rn raf
  junior senior jnr snr jr sr fils père mladší starší ml ifj id özv młodszy starszy filho júnior neto sobrinho hijo padre yunior
  ph.d csc drsc dsc dis mba phd llm mpa hab mgr inż ing bakk msc mag fh uni habil dr.-ing dr.med dr.jur h.c e.h em emer
  s.e se s.h sh s.t s.kom skom s.pd spd s.sos ssos m.m mm m.kom mkom m.si msi m.sc m.h mh m.t mt s.ked sked sp.a spa sp.og sp.pd spp s.psi spsi s.ip sip s.si ssi m.pd mpd m.ak mak s.ak a.md amd
  b.e b.tech m.tech b.com m.com c.a i.a.s ias ips irs mbbs frcs mrcp mrcs dnb padma shri
  fciarb fcilt frics fciob frcs frcp frcgp facs faia mdb mdl mdep bujangnim isanim gwajangnim chajangnim timjangnim siljangnim hoejangnim daepyonim gyosunim seonsaengnim sonsaengnim
  oxon cantab hons dphil jun sen pfa ek e.k kgl dipl-kfm shacho kaicho bucho kacho senmu jomu torishimariyaku sajangnim bujang daepyo s.pd s.psi s.sos s.farm s.kep s.ab s.ikom sarjana
  जी श्री साहेब साहिब
  ad
`)

/** Roles and ranks in an organisation. */
export const rolesByLanguage: readonly string[] = words(`
  bg изпълнителен директор управител председател счетоводител главен ръководител началник собственик зам съветник секретар асистент мениджър финансов търговски
  hr direktor direktorica ravnatelj ravnateljica predsjednik predsjednica uprave član članica voditelj voditeljica šef šefica računovođa tajnik tajnica vlasnik savjetnik zamjenik izvršni glavni financijski
  cs ředitel ředitelka jednatel jednatelka předseda předsedkyně vedoucí účetní majitel majitelka náměstek asistentka sekretářka generální finanční obchodní výkonný představenstva člen
  sk riaditeľ riaditeľka konateľ konateľka predseda predsedníčka vedúci vedúca účtovník účtovníčka majiteľ generálny finančný obchodný výkonný asistentka predstavenstva
  da direktør administrerende adm økonomidirektør økonomichef regnskabschef bestyrelsesformand formand chef afdelingsleder leder sekretær bogholder ejer indehaver partner koncernchef
  nl directeur directrice algemeen financieel commercieel bestuursvoorzitter voorzitter hoofd bestuurslid eigenaar eigenaresse boekhouder manager teamleider afdelingshoofd secretaris secretaresse adviseur vennoot zaakvoerder
  et juhataja tegevjuht juhatuse esimees liige direktor finantsjuht raamatupidaja pearaamatupidaja omanik osakonnajuhataja sekretär nõunik
  fi toimitusjohtaja johtaja talousjohtaja talouspäällikkö päällikkö hallituksen puheenjohtaja varatoimitusjohtaja esimies kirjanpitäjä omistaja sihteeri yrittäjä osastopäällikkö henkilöstöjohtaja varapuheenjohtaja
  fr pdg président présidente directeur directrice général générale gérant gérante associé associée fondateur fondatrice comptable trésorier trésorière responsable chef secrétaire adjoint adjointe administrateur administratrice délégué financier financière commercial avocat avocate notaire daf drh raf dga
  de geschäftsführer geschäftsführerin geschäftsführender geschäftsführende gesellschafter gesellschafterin vorstand vorständin vorstandsvorsitzende vorstandsvorsitzender finanzvorstand finanzchef finanzleiter kaufmännischer kaufmännische technischer technische leiter leiterin leitung
  abteilungsleiter abteilungsleiterin bereichsleiter bereichsleiterin prokurist prokuristin inhaber inhaberin aufsichtsratsvorsitzender aufsichtsrat buchhalter buchhalterin buchhaltungsleiter sekretär sekretärin assistenz assistentin steuerberater steuerberaterin rechtsanwalt rechtsanwältin notar notarin
  wirtschaftsprüfer wirtschaftsprüferin personalleiter personalleiterin einkaufsleiter vertriebsleiter direktor direktorin präsident präsidentin chefin chefarzt oberarzt stellvertretender stellvertretende syndikus bürgermeister bürgermeisterin
  el διευθυντής διευθύντρια διευθύνων διευθύνουσα σύμβουλος πρόεδρος αντιπρόεδρος γενικός γενική οικονομικός οικονομική εμπορικός υπεύθυνος υπεύθυνη προϊστάμενος προϊσταμένη λογιστής λογίστρια γραμματέας ιδιοκτήτης διαχειριστής εκτελεστικός
  hu vezérigazgató ügyvezető igazgató elnök alelnök elnökhelyettes pénzügyi gazdasági vezető osztályvezető főkönyvelő könyvelő tulajdonos titkár titkárnő helyettes kereskedelmi felügyelőbizottsági
  ga príomhfheidhmeannach stiúrthóir cathaoirleach bainisteoir rúnaí
  it amministratore amministratrice delegato delegata unico direttore direttrice generale finanziario finanziaria commerciale presidente vicepresidente responsabile titolare socio socia contabile ragioniere ragioniera segretario segretaria avvocato dirigente capo consigliere procuratore
  lv direktors direktore valdes priekšsēdētājs priekšsēdētāja loceklis vadītājs vadītāja finanšu grāmatvedis grāmatvede īpašnieks sekretāre izpilddirektors ģenerāldirektors
  lt direktorius direktorė generalinis generalinė finansų vadovas vadovė valdybos pirmininkas pirmininkė buhalteris buhalterė vyriausiasis savininkas sekretorė pavaduotojas vykdomasis
  mt direttur maniġer kap eżekuttiv segretarju ċermen
  pl prezes prezeska wiceprezes zarządu dyrektor dyrektorka generalny generalna finansowy finansowa handlowy wykonawczy kierownik kierowniczka księgowa księgowy główny główna właściciel właścicielka członek rady nadzorczej przewodniczący przewodnicząca sekretarka asystentka prokurent pełnomocnik zastępca
  pt presidente vice-presidente diretor diretora director directora executivo executiva geral financeiro financeira comercial administrador administradora gerente sócio sócia sócio-gerente contabilista contador contadora tesoureiro chefe coordenador coordenadora responsável proprietário secretária secretário advogado advogada
  ro director directoare directorul general generală financiar financiară executiv comercial președinte preşedinte vicepreședinte administrator contabil contabilă șef şef manager asociat acționar secretar secretară consilier
  sl direktor direktorica generalni finančni izvršni predsednik predsednica uprave član vodja računovodja računovodkinja tajnica lastnik namestnik prokurist
  es director directora general financiero financiera comercial ejecutivo ejecutiva presidente presidenta vicepresidente vicepresidenta consejero consejera delegado delegada gerente administrador administradora socio socia contador contadora contable tesorero tesorera jefe jefa responsable encargado encargada secretario secretaria abogado abogada apoderado propietario dueño dueña adjunto adjunta
  sv vd verkställande direktör ekonomichef ekonomidirektör finanschef finansdirektör koncernchef ordförande styrelseordförande styrelsens chef avdelningschef personalchef säljchef inköpschef ledamot ekonom redovisningschef revisor ägare grundare sekreterare vice
  no administrerende direktør daglig leder økonomisjef økonomidirektør finansdirektør styreleder konsernsjef konserndirektør regnskapssjef avdelingsleder sjef eier sekretær styremedlem
  is forstjóri framkvæmdastjóri fjármálastjóri stjórnarformaður skrifstofustjóri
  tr genel müdür müdürü müdürlüğü müdürü yardımcısı başkan başkanı başkanvekili yönetim kurulu üyesi direktör direktörü finans mali işler muhasebe muhasebeci sorumlusu şefi şef yönetici kurucu ortak ortağı patron sekreter asistan asistanı icra ceo'su avukatı insan kaynakları
  ru генеральный финансовый исполнительный коммерческий технический директор директора директору гендиректор финдиректор президент вице-президент председатель правления совета директоров заместитель зам начальник начальница руководитель заведующий заведующая главный главбух бухгалтер бухгалтера управляющий
  управляющая менеджер секретарь помощник помощница советник юрист учредитель владелец партнер отдела отдел департамента управления развитию персоналу продажам финансам закупкам маркетингу безопасности вопросам по и.о исполняющий обязанности специалист аудитор казначей
  uk генеральний фінансовий виконавчий комерційний директор директорка президент голова правління заступник начальник керівник керівниця завідувач головний бухгалтер бухгалтерка менеджер секретар помічник радник юрист засновник власник відділу фінансів кадрів
  ar المدير مدير مديرة العام العامة التنفيذي التنفيذية المالي المالية التجاري الرئيس رئيس رئيسة مجلس الإدارة نائب مساعد سكرتير سكرتيرة محاسب محاسبة المحاسب مسؤول مسؤولة قسم الموارد البشرية المبيعات المشتريات مستشار شريك مؤسس وكيل
  he מנכל מנכלית סמנכל סמנכלית כספים יור ראש מנהל מנהלת כללי מחלקה מחלקת חשב חשבת גזבר גזברית מזכיר מזכירה מזכירת עוזר עוזרת יועץ יועצת שותף שותפה בעלים דירקטור דירקטורית נשיא נשיאה
  hi निदेशक प्रबंध प्रबंधक महाप्रबंधक अध्यक्ष उपाध्यक्ष मुख्य कार्यकारी अधिकारी वित्त सचिव सहायक लेखाकार लेखा प्रमुख संस्थापक सीईओ सीएफओ मैनेजर सीएमडी
  vi giám đốc phó tổng trưởng phòng kế toán chủ tịch hội đồng quản trị thư ký trợ lý nhân sự trưởng ban quản lý điều hành tài chính
  id direktur direktris utama keuangan umum operasional manajer manajemen komisaris ketua wakil kepala bagian sekretaris bendahara akuntan pemilik pendiri asisten staf personalia presdir
  th กรรมการ ผู้จัดการ ใหญ่ ผู้อำนวยการ ประธาน ประธานกรรมการ รองประธาน เจ้าหน้าที่บริหาร ผู้จัดการทั่วไป ผู้จัดการฝ่าย หัวหน้า ฝ่ายบัญชี ฝ่ายการเงิน ฝ่ายบุคคล เลขานุการ บัญชี ซีอีโอ กรรมการผู้จัดการ สมุห์บัญชี
  ministerialrat regierungsdirektor staatssekretär staatssekretärin einkäufer einkäuferin angestellter leitender kassier kassierer kassiererin schatzmeister schatzmeisterin amtsleiter dezernent chefbuchhalter teamleitung vizepräsident vizepräsidentin betriebsrat
  commissaire comptes huissier trésorier trésorière maire adjoint ingénieur directoire intendant économe sindaco sindaca perito commendatore assessore tesoriere cassiere questore interventor interventora procurador procuradora alcalde alcaldesa ingeniero ingeniera tesorero tesorera concejal concejala
  vereador vereadora câmara gabinete tesoureiro prefeito prefeita autarca wethouder penningmeester inkoper bedrijfsleider vestigingsmanager griffier kassere kasserer indkøber kontorchef driftschef salgsdirektør kommunaldirektør kassör kommunalråd ekonomiansvarig platschef marknadschef generaldirektör
  rahastonhoitaja kaupunginjohtaja tuotantopäällikkö myyntijohtaja skarbnik skarbniczka prezydent miasta naczelnik doradca specjalista główny-specjalista pokladník pokladní tajemník tajemnice výrobní inženýr primátor főmérnök jegyző pénztáros főtitkár casier trezorier inginer șef consilier
  прораб экономист экономистка казначей скарбник економіст економістка юристка міський завідувачка головна касир кассир инспектор специалист başkanı belediye satın alma mühendis vezne vezedar ticari koordinatör koordinatörü vezneci uzmanı uzman
  أمين الصندوق الاستشاري الوكيل وكيل البلدية המזכיר המזכירה גזברית ראש-העיר कोषाध्यक्ष अभियंता प्रबन्धक camat lurah bupati gubernur walikota เหรัญญิก นายก นายกเทศมนตรี วิศวกร ฝ่ายจัดซื้อ ผู้จัดการฝ่ายจัดซื้อ barrister-at-law barrister
  chartered sprecher sprecherin vorstands vorstandes generalbevollmächtigter generalbevollmächtigte bevollmächtigter commercialista commercialisti zaakvoerster bestuurster afdelingschef afdelingschefs personalistka personalista müügijuht turundusjuht vedėjas vedėja skyriaus departamento
  δντής δντρια διευθ δντης referent referentin referentka referente sachbearbeiter sachbearbeiterin abt ltr управителка консультант консультантка референт
  company secretary treasurer comptable comptables expert-comptable revisor statsautoriseret statsautorisert registreret registrert salgschef indkøbschef innkjøpssjef personalechef it-chef daglig
  účetní hlavní účtovník hlavný galvenais vyriausioji vyr kap tal-finanzi бухгалтера заведующего عضو مكتب הנהלת חשבונות סגן נשיא
  касиер касиерка юрисконсулт снабдител счетоводителка ръководителка началничка заместник заместничка председателка търговец организатор домакин одитор финансист управление член съвет борд
  nákupčí obchodník auditor auditorka právník právnička daňový poradce správce dispečer mistr mistryně ředitelství místopředseda místopředsedkyně zástupce zástupkyně sekretariát dozorčí ekonomka
  lønchef marketingchef vicedirektør viceformand bestyrelsesmedlem økonom advokat bestyrer rektor lærer overlæge kontorassistent regnskabsmedarbejder økonomimedarbejder næstformand hovedkasserer
  kassenwart schriftführer schriftführerin einkaufsleitung finanzvorständin stv stellv hauptgeschäftsführer referatsleiter referatsleiterin dezernentin prüfer prüferin lohnbuchhalter lohnbuchhalterin bilanzbuchhalter bilanzbuchhalterin betriebsleiter betriebsleiterin hausverwalter vertriebsleiterin beauftragter beauftragte
  ταμίας ταμίασ ελεγκτής ελέγκτρια μέλος δσ νομικός αναπληρωτής αναπληρώτρια τμηματάρχης διοικητής διοικητικός διοικητική εκτελεστική ορκωτός στέλεχος συντονιστής συντονίστρια βοηθός ιδιαιτέρα αντιπροέδρος
  ostujuht personalijuht finantsdirektor arendusjuht hankejuht kvaliteedijuht tootmisjuht nõukogu nõukogus aseesimees asejuhataja laekur audiitor jurist assistent spetsialist peaspetsialist finantsist raamatupidajad
  hankintapäällikkö hallintojohtaja henkilöstöpäällikkö myyntipäällikkö markkinointijohtaja kehitysjohtaja palkanlaskija tilintarkastaja lakimies asianajaja taloussihteeri kassanhoitaja hallintopäällikkö controller rehtori asiantuntija asiakaspäällikkö projektipäällikkö tehtaanjohtaja pääjohtaja
  cheffe déléguée syndicale acheteur acheteuse auditeur auditrice contrôleur contrôleuse juriste huissière vice-présidente gestionnaire régisseur régisseuse administrateurs intendante trésorerie rédacteur rédactrice
  cuntasóir cisteoir leas leas-chathaoirleach oifigeach feidhmeannach leaschathaoirleach ceannasaí aturnae dlíodóir riarthóir múinteoir
  blagajnik blagajnica pravnik pravnica revizor savjetnica zamjenica pomoćnik pomoćnica nabavljač prokuristica nadzornog nadzorni odbora poslovođa knjigovođa financije ekonomist ekonomistica knjigovotkinja dopredsjednik dopredsjednica predstojnik pročelnik pročelnica
  beszerző jogtanácsos ügyvéd könyvvizsgáló személyzeti asszisztens főosztályvezető csoportvezető üzletvezető gazdálkodási ügyvezetője igazgatója igazgatónő vezérigazgató-helyettes igazgatóhelyettes műszaki gyárvezető üzemvezető intéző számviteli kontroller
  revisore revisori ragionieri economo capoufficio procuratrice vicedirettore vicedirettrice consigliera impiegato impiegata acquirente direttivo tesoriera notaio commissario contabili coordinatore coordinatrice funzionario funzionaria legali
  iždininkas iždininkė finansininkas finansininkė personalo pirkimų komercijos pardavimų gamybos auditorius auditorė teisininkas teisininkė pavaduotoja specialistas specialistė asistentė sekretorius viršininkas viršininkė narys narė tarybos apskaitininkas apskaitininkė administratorius administratorė kasininkas kasininkė
  kasieris kasiere iepirkumu personāla pārdošanas jurists juriste revidents revidente vietnieks vietniece asistents asistente nodaļas padomes locekle speciāliste speciālists lietvedis lietvede prokūrists ekonomists ekonomiste pārvaldnieks pārvaldniece priekšnieks
  direttriċi kaxxier avukat awditur deputat assistent assistenta ministru kunsillier uffiċjal amministratur tesorier
  inkoopmanager personeelsfunctionaris controleur accountant registeraccountant jurist notaris vicevoorzitter adjunct adjunct-directeur afdelingsmanager projectleider boekhoudster secretariaatsmedewerker raad commissaris commissarissen teammanager hoofdinkoper advocate burgemeester wethoudster
  styreformann personalsjef lønningssjef innkjøper advokat nestleder rektor lønnssjef finanssjef salgssjef markedssjef driftsleder regnskapsfører assisterende økonomimedarbeider byråsjef rådmann rådgiver
  kadrowa kadrowy rewident biegły audytor audytorka radca prawny adwokat notariusz zastępczyni sekretarz inspektor inspektorka kupiec zakupów koordynator koordynatorka płacowa płacowy pełnomocniczka wicedyrektor wicedyrektorka wiceprezeska prokurentka asystent ekonomista burmistrz wójt starosta naczelniczka
  vogal tesoureira revisora técnico técnica chefia auditor auditora jurista vice-diretor subdiretor subdiretora encarregado encarregada assessor assessora comprador compradora administrativa administrativo notário notária provedor provedora conselheiro conselheira controlador controladora
  casieră trezorieră auditor jurist juristă adjunct adjunctă vicepreședintă inspector inspectoare economist economistă expert membru consiliu consiliul administrație șefă manageră cenzor achizitor primar viceprimar
  pokladníčka nákupca nákupkyňa audítor audítorka právnik právnička podpredseda podpredsedníčka zástupca zástupkyňa tajomník tajomníčka ekonóm ekonómka správca riaditeľstvo prokurista prokuristka účtovníci ekonomický ekonomická námestník námestníčka
  blagajnik blagajničarka pravnik pravnica revizor revizorka pomočnik pomočnica namestnica svetovalec svetovalka nabavnik nabavnica knjigovodja knjigovodkinja prokuristka podpredsednik podpredsednica poslovodja ekonomist ekonomistka strokovna župan župnik
  vocal auditora auditor economista jurista subdirectora vicepresidencia administrativa administrativo compradora comprador letrado letrada coordinador coordinadora notario notaria rector rectora decano decana consejería
  lönechef inköpare kamrer jurist förste vice-vd personalansvarig ekonomiassistent redovisningsekonom marknadsdirektör försäljningschef auktoriserad rektor överläkare förvaltningschef kanslichef styrelseledamot suppleant löneassistent revisorssuppleant förbundsordförande inköpsansvarig
  veznedar mutemet denetçi danışman danışmanı yardımcı sorumlu amir amiri memur memuru sekreteri hukuk müşaviri müşavir temsilcisi satınalma satınalmacı bütçe idari tedarik planlama
  казначейства кассирша снабженец закупщик ревизор делопроизводитель ведущий старший младший глава завсклад завхоз управделами финансист член членкор доцент нотариус адвокат бригадир мастер инженер технолог логист кадровик кадровичка эйчар
  касирка ревізор закупівельник юрисконсульт діловод завгосп провідний старша старший член нотаріус адвокат інженер логіст кадровик кадровичка фінансист фінансова очільник очільниця керуючий керуюча бухгалтери
  أمينة مراقب مراقبة مدقق مدققة محلل منسق منسقة موظف موظفة نائبة قائم بأعمال سكرتيره مشرف مشرفة محامي محامية مهندس مهندسة كبير الشؤون القانونية والإدارية
  יושבת מבקר מבקרת משנה ממונה אחראי אחראית רכזת רכז מזכירות משפטי משפטית קניין קניינית חברת חבר דירקטוריון פקיד פקידה כלכלן כלכלנית ראשית תפעול
  लेखापरीक्षक महासचिव उपनिदेशक संयुक्त निजी वरिष्ठ कनिष्ठ कार्यपालक अभियन्ता प्रभारी समन्वयक कैशियर मानव संसाधन विधि सलाहकार अधीक्षक निदेशिका सहनिदेशक प्राचार्य प्रधान
  kiểm viên thủ quỹ mua hàng pháp chế chuyên cố vấn kinh doanh
  kasir pembelian pengadaan auditor supervisor penanggung jawab bidang seksi divisi departemen hukum pajak administrasi legal kabag kasubag kadiv pimpinan pengurus anggota dewan
  นักบัญชี ที่ปรึกษา ทนายความ ผู้ตรวจสอบ ผู้ช่วยผู้จัดการ ผู้ช่วยผู้อำนวยการ รองผู้จัดการ รองผู้อำนวยการ กรรมการบริหาร ผู้บริหาร หัวหน้าแผนก ฝ่ายขาย ฝ่ายกฎหมาย ฝ่ายบริหาร
  non-executive executive clerk cashier bursar provost registrar convenor convener cochair co-chair co-founder subdirector undersecretary quartermaster paymaster postmaster stationmaster foreman forewoman
  kommunedirektør tegevdirektor chargé chargée affaires kadrovske kadrovsko diary 役員 役员 室長 室长
`)

/** Departments. */
export const departmentsByLanguage: readonly string[] = words(`
  payments payment payables receivables bookkeeping wages salaries disbursements remittance remittances expenses invoices billing orders ordering tenders bids claims returns dispatch warehouse shipping benefits pensions onboarding
  lohnbuchhaltung gehalt gehaltsabrechnung lohnabrechnung kreditoren debitoren zahlungsverkehr finanzabteilung rechnungsstelle kasse empfangssekretariat geschäftsstelle personalwesen kundenbetreuung versand lager
  paie trésorerie facturation fournisseurs secrétariat juridique nóminas nómina tesorería facturación proveedores pagos cobros secretaría tesouraria faturação faturamento pagamentos fornecedores salários amministrazione fatturazione pagamenti stipendi tesoreria paghe segreteria
  salarisadministratie crediteuren debiteuren boekhouding financiën betalingen ekonomi löner lön fakturor redovisning inköp kundtjänst økonomi løn regnskab bogholderi lønn regnskap innkjøp taloushallinto palkat laskutus palkanlaskenta
  księgowość płace kadry finanse windykacja zakupy sprzedaż účtárna mzdy ekonomické fakturace účtovníctvo računovodstvo plaće financije računovodstvo plače könyvelés bérszámfejtés pénzügy contabilitate salarizare financiar muhasebe bordro finans
  бухгалтерия финансы кадры бухгалтерія фінанси кадри счетоводство финанси λογιστήριο μισθοδοσία οικονομικό
  finanzi finanzas-y compras pagos-y fakturering ekonomiavdelning skyrius daļa oddělení oddelenie osztály odjel oddelek osakond osasto
  фінансів закупок закупівель продажів снабжения кадров продаж المحاسبة المالية الشؤون الخزينة النقدية חשבונות הנהלה שיווק רכש लेखा विभाग वित्त फाइनेंस
  despacho presidencia dirección приёмная приемная канцелярия секретариат секретаріат канцелярія portal statement statements bonus refunds reminders disputes queries enquiries advice control helpline hotline servicedesk desk
  บัญชี การเงิน ฝ่าย แผนก
  човешки ресурси покупки снабдяване тро каса правен отдел продажби връзки доставки управление
  nákup nákupu prodej personální finančního finanční mzdová odbytu odbyt právní lidské zdroje pokladna účetní správa
  økonomiafdelingen økonomiafdeling lønafdelingen lønkontoret indkøbsafdelingen personaleafdelingen regnskabsafdelingen indkøb kassen juridisk salg kundeservice hr-afdelingen bogholderiet
  rechtsabteilung finanzverwaltung einkaufsabteilung personalbüro zentraleinkauf innenrevision revisionsabteilung vertriebsinnendienst finanzbuchhaltung controlling
  τμήμα προμήθειες προμηθειών διεύθυνση λογιστηρίου προσωπικού ανθρώπινου δυναμικού πωλήσεις πωλήσεων αγορών ταμείο νομικό οικονομικών μισθοδοσίας γραμματεία διοίκηση
  raamatupidamine raamatupidamisosakond finantsosakond ostuosakond personaliosakond müügiosakond palgaarvestus hanked kassa kantselei juhtkond õigusosakond personal
  talousosasto ostot osto-osasto henkilöstöosasto henkilöstöhallinto palkkahallinto myynti lakiosasto reskontra ostoreskontra myyntireskontra kassa johtoryhmä hankinta hankinnat
  pôle approvisionnements paye comptes règlements contentieux commandes intendance économat recouvrement standard accueil régie moyens généraux
  airgeadas airgeadais cuntais párolla ceannach daonna acmhainní roinn díolacháin dlí rúnaíocht
  nabava nabave prodaja ljudski resursi ljudskih potencijali kadrovska služba pravna blagajna uprava financija plaća tajništvo
  beszerzés beszerzési értékesítés humánpolitika munkaügy bérügyi jogi kontrolling titkárság pénztár ügyfélszolgálat igazgatóság számvitel emberi erőforrás személyügy gazdasági
  ragioneria approvvigionamenti gare contratti personale cassa direzione presidenza economato bilancio fornitori clienti acquisto ufficio legale
  buhalterija finansų pirkimų personalo pardavimų teisės kanceliarija administracija kasa tiekimas pirkimai apskaitos apskaita
  grāmatvedība grāmatvedības iepirkumi personāla pārdošana kase kanceleja juridiskā finanses finanšu algas piegāde
  finanzjarju akkwisti kontijiet persunal segretarjat
  personeelszaken inkoop inkoopafdeling verkoop verkoopafdeling debiteurenadministratie crediteurenadministratie juridische zaken financieel secretariaat loonadministratie facturatie klantenservice personeel directiesecretariaat
  økonomiavdelingen økonomiavdeling lønningsavdelingen lønningskontoret innkjøpsavdelingen personalavdelingen regnskapsavdelingen salg kundeservice juridisk kassen sekretariatet
  kadr płac sprzedaży zakupów kasa rachuba kancelaria zaopatrzenie rozliczeń windykacji księgowości finansów administracji sekretariacie personalny
  contas vendas pessoal tesourarias jurídica contencioso secretariado expediente património aprovisionamento cobranças recebimentos
  resurse umane achiziții achizitii contabilitatea salarizarea vânzări casierie juridic secretariat aprovizionare registratură departamentul departament financiar-contabil serviciul biroul compartiment
  nákup predaj personálne finančné mzdové odbyt právne ľudské zdroje pokladňa učtáreň účtovné sekretariát zásobovanie
  nabava prodaja kadrovska kadrovski služba finance financ pravna računovodska blagajna tajništvo uprave obračun plač kadri
  administraciones gestión contrataciones suministros legalidad jurídica caja intervención nominas gerencia aprovisionamiento recaudación
  ekonomiavdelningen personalavdelningen löneavdelningen inköpsavdelningen redovisningsavdelningen försäljning kundservice lönekontoret kansliet juridik administrationen kassan ekonomienheten reskontra leverantörsreskontra kundreskontra
  satınalma satış insan kaynakları bütçe ödemeler tahsilat fatura hukuk vezne departmanı birimi tedarik
  закупки казначейство расчёты расчетов зарплата юротдел канцелярии снабжение сбыт сбыта логистика персонал персонала отдел дирекция управление служба сектор касса
  закупівлі казначейство розрахунків юрвідділ збут постачання логістика персонал персоналу дирекція управління служба каса відділ
  قسم إدارة المشتريات المبيعات الحسابات الرواتب القانونية والمالية الموارد البشرية التسويق الأفراد شؤون الموظفين العلاقات
  משאבי אנוש מכירות שכר גבייה לוגיסטיקה משפטית כספים גזברות לשכת תפעול הנהלת
  संसाधन भुगतान क्रय बिक्री वेतन मानव विधि प्रशासन कोष विपणन
  mua hàng bán nhân sự pháp chế hành chính kế toán phòng ban bộ phận
  keuangan pembelian penjualan pengadaan personalia pajak umum hukum akuntansi penggajian tagihan
  ฝ่ายบุคคล ฝ่ายขาย ฝ่ายจัดซื้อ แผนกบัญชี แผนกการเงิน ฝ่ายทรัพยากรบุคคล ธุรการ จัดซื้อ
  zentrale dienste rechnungsprüfung dział działu talent acquisition business kommune skattemyndighet dienstleistungen
  daļas ledelsen ledelse ledning ledningen johto kierownictwo vedení vedenie vezetőség conducerea ръководство vodstvo vadovybė vadība керівництво yönetim الإدارة प्रबंधन 管理层 管理層 経営陣 경영진 manajemen ผู้บริหาร direction directie bestuur vorstand руководство administrace
`)

/** What makes an organisation of a run of words: forms of companies, shops, and kinds of publication. */
export const organisationsByLanguage: readonly string[] = words(`
 еоод оод ад ет ооо пао зао ип тов пп фоп дп еад кда сд jdoo dno kd jtd sro vos ks ops zs aps ivs amba smba ps eood vof bvba commv mtü tü osk ry eirl scop sci sasu snc scs sca gie ohg gbr ug eg kgaa partg partgmbb epe ike αε επε οε εε ικε nyrt kkt
 teoranta cuideachta sapa ssd onlus sia as zs uab mb viesoji ij vsi ltd plc sp.k sp.j sca fundacja lda unipessoal sgps srl pfa sca doo dd zoo sicav sau slne aie ekonomisk asa ans ehf slf aş ltdşti şti limited şirketi şirket
 شركة مؤسسة مجموعة בעמ קבוצת कंपनी लिमिटेड प्राइवेट tnhh cổ phần tbk yayasan koperasi toko บริษัท จำกัด มหาชน หจก ห้างหุ้นส่วน
 photography photographer photos ceramics pottery jewelry jewellery jewels fashion couture bags shoes watches clothing apparel beauty cosmetics perfume perfumes parfums salon hair nails skincare yoga fitness gym coaching training academy dance ballet piano tour tours concert concerts quartet trio orchestra
 interiors interior homes decor kitchen kitchens flooring windows doors roofing plumbing heating electric electrical landscaping nursery plants flowers florist cars trucks marine boats yachts aviation cycles bikes tools hardware lighting glass paper print printing prints
 wealth advisors advisory accountants accountancy lawyers attorneys law solicitors notaries dental dentistry clinic clinics vets veterinary medical health healthcare wellness care hospice pharma labs cafe coffee tea chocolates chocolate cakes bakery catering kitchen grill pub inn lodge ranch estate vineyards cellars brewing brewery spirits distillery
 memory memoriam memorial congress tribute novels novel biography documentary museum archive archives library collection exhibition
 stiftelse stiftelsen säätiö nadace nadácia fundația fundácia alapítvány zaklada vakfı vakfi sihtasutus fondas fonds fonden
 schule gymnasium grundschule realschule kita kindergarten haus häuser hof markt werkstatt tischlerei schreinerei metzgerei bäckerei gärtnerei friseur optik sanitär bau küchen mode moden schmuck uhren wein weine reisebüro busreisen spielwaren buchhandlung antiquariat
 boulangerie pâtisserie fromagerie librairie galerie atelier ateliers maison maisons immobilier panadería librería joyería zapatería peluquería clínica colegio tienda bodega bodegas padaria livraria joalheria loja clinica colégio
 panetteria libreria gioielleria negozio bottega cantina cantine bakkerij slagerij boekhandel winkel kapper tandarts bageri bokhandel butik tandläkare frisör kirjakauppa kauppa sklep księgarnia piekarnia apteka szkoła
 公司 有限公司 集团 集團 株式会社 摄影 攝影 写真館 工作室 事务所 事務所 律师事务所 医院 醫院 病院 诊所 診所 クリニック 基金会 基金會 学校 學校 学院 商店 餐厅 餐廳 食堂 書店 书店 出版社 银行 銀行 大学 大學 주식회사 재단 병원 학교 학원 상점 식당 은행 대학교 연구소 의원 มูลนิธิ โรงเรียน โรงพยาบาล คลินิก ร้าน
  abogados avocats avvocati advogados advocaten advokater advokatfirma rechtsanwälte rechtsanwaelte notarios notaires notare architectes architetti arquitectos arquitetos steuerberatung kanzlei kancelaria adwokaci ügyvédek avocați адвокаты адвокати δικηγόροι
  dachdeckerei zimmerei malerbetrieb elektrotechnik heizungsbau gartenbau arredamenti arredi fleurs fleuriste makelaardij makelaar bloemen pianoschool klavierschule musikschule фотограф фотография студия студія ателье ательє школа оркестр оркестър ансамбль фонд фондация клиника клініка магазин
  教室 塾 歯科 商会 工務店 設計 写真 美容室 치과 한의원 미용실 사진관 스튜디오 工作坊 舞蹈 音乐 律师 设计 设计室 乐队
`)
