/** Words that make a sentence of what stands around a name. */

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/**
 * Words of messages: pronouns, auxiliaries, requests, greetings, days. Beside a whole name they show that a sentence begins or ends
 * there and not another name: `Jane Roe kindly reply`, `This is Jane Roe`. In base form; written for this project from general
 * knowledge, with the phrases that reports of such fraud quote.
 */
export const speechWords: readonly string[] = words(`
  i i'm im i'll ill i've ive i'd me my mine we we're our ours us you you're your yours u ur it it's its this that these those there here who what when where why how which
  is isn't are aren't was were be been being am do does did done has have had having can can't could will won't would shall should may might must need needs needed want wants wanted please pls plz kindly
  ask asks asking asked request requests requested requesting requires required require reply replies respond response respond answer get got give gave given let lets let's see look check review approve approved approval confirm confirmed confirmation sign signature signed
  send sends sending sent call calls calling text texting message write writes writing wrote contact reach reaching speak talk chat meet meeting join open read view click buy purchase pay paid wire transfer process processed handle help assist assistance
  available availability urgent urgently immediately immediate asap quick quickly fast soon now today tonight tomorrow yesterday morning afternoon evening week month day days hour hours minute minutes moment time deadline due pending overdue outstanding waiting awaiting
  monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november december
  free favor favour task tasks errand gift card cards giftcard giftcards itunes amazon steam cell number phone numbers personal private discreet discretion confidential confidentially attention action follow followup up about regarding concerning re
  hello hi hey dear good greetings thanks thank thx regards cheers best sincerely yours truly respectfully
  name named called yeah yes no not just only also still again back out off over before after if and or but then so because to too for with without from at on in of by as into onto until till while during between
  new updated update change changed changing details detail account bank banking invoice payment payroll salary direct deposit document file attached attachment enclosed shared
  careof colleague boss manager behalf desk office assistant secretary c/o attn pp p.p. ia i.a. iv i.v. im
  ich bin mein meine dein deine ihr ihre sein seine unser unsere wir uns euch sie er es mir mich dir dich ihnen ist sind war waren wird werden wurde hat haben hatte kann konnen konnte muss mussen soll sollte will wollen mochte mochten bitte bitten bittet brauche braucht brauchen benotige benotigt
  hier dort da heute morgen gestern jetzt gleich sofort dringend schnell kurz bald noch nur auch nicht kein keine und oder aber fur mit ohne bei zu zum zur von vom aus im in an am auf uber wegen dass wenn weil
  antworten antworte antwort ruf rufen ruckruf melden melde meldet schreib schreiben sende senden schick schicken kaufen uberweisen uberweisung zahlen zahlung freigabe freigeben unterschrift unterschreiben prufen anfrage aufgabe gefallen erledigen verfugbar frage fragen
  hallo guten gruss grusse grussen viele freundlichen freundliche herzliche herzlichen lieber liebe sehr geehrte geehrter montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag heisse name auftrag namens
  je suis moi mon ma mes ton votre vos notre nos c'est cest est sont etait sera ai avez avons ont peux peut pouvez pouvons pouvoir dois doit devez faut besoin merci svp voulez veuillez ici aujourd'hui aujourdhui demain maintenant urgence vite rapidement bonjour bonsoir salut cher chere
  repondre reponse rappeler rappel appelez appeler envoyer envoyez virement payer signer valider disponible pour avec sans chez dans sur et ou mais si que qui quoi pas ne lundi mardi mercredi jeudi vendredi samedi dimanche demande tache service besoin nom m'appelle part
  yo soy mi mis tu tus su sus nuestro nuestra es son esta estoy estas estamos era sera he ha han puedo puede puedes podemos debo debe necesito necesita necesitamos quiero quiere favor aqui hoy manana ahora ya pronto rapido hola buenos buenas dias tardes noches gracias estimado estimada
  responder responde responda respuesta llamar llama llame llamame enviar envia envie pagar transferir transferencia firmar firma aprobar disponible para con sin por y o pero si que quien no lunes martes miercoles jueves viernes sabado domingo solicita solicitud tarea llamo nombre parte
  eu sou meu minha meus minhas teu tua seu sua nosso nossa esta estou estamos foi tenho tem temos posso pode preciso precisa precisamos quero quer aqui hoje amanha agora logo urgente ola oi bom boa dia tarde noite obrigado obrigada prezado prezada caro cara
  responda responder resposta ligar ligue enviar envie pagar transferir transferencia assinar assinatura aprovar disponivel para com sem por e ou mas se que quem nao segunda terca quarta quinta sexta sabado domingo solicita pedido tarefa chamo nome
  io sono mio mia miei tuo tua suo sua nostro nostra siamo sta sto ho hai ha abbiamo posso puoi puo possiamo devo deve bisogno voglio vorrei qui oggi domani adesso ora subito presto ciao salve buongiorno buonasera grazie gentile egregio cortesemente
  rispondere rispondi risposta chiamare chiama chiamami inviare invia pagare bonifico firmare firma approvare disponibile per con senza da di e o ma se che chi non lunedi martedi mercoledi giovedi venerdi sabato domenica chiede richiesta compito chiamo nome favore
  ik ben mijn jouw uw zijn haar ons onze wij jij het is zijn was wordt heb heeft hebben kan kunnen moet moeten wil willen graag alstublieft nodig hier vandaag morgen nu snel dringend spoed hallo hoi beste geachte dag bedankt
  antwoord antwoorden bel bellen stuur sturen betalen betaling ondertekenen beschikbaar voor met zonder bij en of maar als dat wie niet maandag dinsdag woensdag donderdag vrijdag zaterdag zondag vraagt verzoek taak heet naam namens
  jag ar min mitt din vi vara har kan maste vill behover snalla har idag imorgon nu snart bradskande hej svara ring skicka betala tillganglig for med utan och eller men om att vem inte mandag tisdag onsdag torsdag fredag lordag sondag ber heter namn
  jeg er min mit din dit vores vi har kan skal ma vil trenger brug her i dag idag morgen na nu snart haster hei hej svar ring send betal tilgaengelig tilgjengelig for med uten uden og eller men hvis at ikke mandag tirsdag onsdag torsdag fredag lordag sondag beder hedder heter navn vegne
  olen mina minun teidan han on ovat oli voi voin pitaa taytyy haluan tarvitsen kiitos taalla tanaan huomenna nyt pian kiireellinen hei vastaa soita laheta maksa kanssa ja tai mutta jos etta ei maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai pyytaa nimeni
  jestem moj moja moje twoj pan pani jest sa byl byla mam ma masz moge moze musze musi chce potrzebuje prosze prosi tutaj tu dzis dzisiaj jutro teraz szybko pilne pilny czesc witam dzien dobry dziekuje odpowiedz zadzwon wyslij zaplac przelew dostepny dla z bez i lub ale czy nie poniedzialek wtorek sroda czwartek piatek sobota niedziela nazywam imieniu
  jsem muj moje vas vase je jsou byl mam mate muzu muze musim potrebuji prosim prosi tady zde dnes zitra ted nyni rychle nalehave dobry den ahoj dekuji odpovez odpovezte zavolej zavolejte poslat zaplatit dostupny pro s bez a nebo ale jestli ne pondeli utery streda ctvrtek patek sobota nedele jmenuji jmenem
  som moj moja vas je su mam mozem musim potrebujem prosim tu dnes zajtra teraz rychlo dobry den ahoj dakujem odpovedz pre bez alebo ale volam
  vagyok az en enyem on neve van vannak volt kell kellene tudok tud szeretnem kerem ker itt ma holnap most gyorsan surgos szia jo napot koszonom valaszoljon hivjon es vagy de ha hogy nem hetfo kedd szerda csutortok pentek szombat vasarnap neveben
  sunt eu meu mea este am are pot poate trebuie vreau va rog aici azi astazi maine acum urgent repede buna ziua salut multumesc raspunde suna trimite pentru cu fara si sau dar daca ca nu luni marti miercuri joi vineri sambata duminica numele
  ben benim bizim sizin var yok olan lutfen burada bugun yarin simdi hemen acil merhaba selam tesekkurler cevap yanit ara arayin gonder ode icin ile ve veya ama pazartesi sali carsamba persembe cuma cumartesi pazar adina istiyor ihtiyac rica
  ja sam jesam moj moja vas je su imam mogu moram trebam molim ovdje danas sutra sada hitno bok pozdrav hvala odgovori nazovi posalji plati za s bez i ili ali ako da ne ponedjeljak utorak srijeda cetvrtak petak subota nedjelja zovem ime
  sem moj moja vas je so imam lahko moram potrebujem prosim tukaj danes jutri zdaj nujno pozdravljeni zdravo hvala odgovori poklicite poslji placaj za z brez in ali ce da ne
  аз съм моля нужно спешно днес утре сега здравейте отговори това е от името на
  я мой моя мое мы наш ваш ваша это есть был была будет могу может нужно надо нужен нужна прошу просит пожалуйста здесь тут сегодня завтра сейчас срочно быстро здравствуйте привет добрый день спасибо ответьте ответь позвони позвоните отправь оплати для с без и или но если что кто не понедельник вторник среда четверг пятница суббота воскресенье зовут имени меня вам вас по
  я мій моя ми наш ваш це є був була буде можу може треба потрібно прошу просить будь ласка тут сьогодні завтра зараз терміново швидко вітаю привіт добрий день дякую відповідайте зателефонуй надішли оплати для з без і або але якщо що хто не понеділок вівторок середа четвер пятниця субота неділя звати імені мене вам вас
  είμαι ειμαι είναι ειναι εγω μου σας παρακαλώ παρακαλω χρειάζομαι χρειαζομαι εδω σήμερα σημερα αύριο αυριο τώρα τωρα επείγον επειγον γεια καλημέρα καλημερα ευχαριστω για με χωρις και ή αλλα αν που δεν απο εκ μερους
  أنا انا هذا هذه هو هي نحن لدي أحتاج احتاج يحتاج تحتاج أريد اريد يرجى الرجاء رجاء من فضلك هنا اليوم غدا الآن الان عاجل بسرعة مرحبا السلام عليكم شكرا الرد اتصل أرسل ارسل ادفع إلى الى على في مع بدون أو لكن نيابة عن باسم
  אני זה זאת זו הוא היא אנחנו שלי שלך צריך צריכה רוצה בבקשה נא כאן היום מחר עכשיו דחוף מהר שלום היי תודה תענה ענה תתקשר שלח שלם עם בלי או אבל אם כי לא בשם מטעם
  मैं मेरा मेरी यह है हैं हूँ हूं कृपया चाहिए यहाँ यहां आज कल अभी तुरंत जरूरी नमस्ते धन्यवाद जवाब के लिए से और या की ओर
  tôi là đây cần hãy vui lòng xin hôm nay ngày mai bây giờ gấp khẩn chào cảm ơn trả lời gọi gửi cho với và hoặc nhưng thay mặt
  saya adalah ini itu kami butuh perlu mohon tolong harap silakan hari sekarang segera besok cepat mendesak halo selamat pagi siang sore malam terima kasih balas hubungi kirim bayar untuk dengan tanpa dan atau tapi jika atas nama dari
  ผม ฉัน ดิฉัน นี่ คือ ต้องการ กรุณา โปรด วันนี้ พรุ่งนี้ ตอนนี้ ด่วน สวัสดี ขอบคุณ ตอบ ครับ ค่ะ
  我是 这是 這是 请 請 需要 今天 明天 现在 現在 马上 馬上 紧急 緊急 您好 你好 谢谢 謝謝 回复 回覆 急 代 です より から 至急 お願いします 本日 明日 今すぐ 返信 の件 저는 입니다 긴급 오늘 내일 지금 부탁드립니다 회신 드림 올림 배상
  kind old address care lunch dinner coffee profile login holder hope hopes guys everyone everybody mfg gruss z.hd zhd hd nummer neue neuer handynummer telefonnummer bescheid cordialement salutations deplacement reunion vacances conge numero bien biens joignable
  habla saluda saludo saludos atentamente asistente mensaje nuevo nueva correo te enviado fala cumprimentos atenciosamente assistente novo nova reuniao viagem mensagem sou
  parla saluti cordiali distinti riunione nuovo nuova assistente mittente conto uit groeten groet bent u beschikbaar nieuw nummer onderweg verzonden vriendelijke ar halsningar halsning privat ny nytt vanlig hilsen venlig vennlig mvh venter pa vegne besked
  olen tassa taalla terveisin ystavallisin ole hyva viesti uusi numero tu imieniu asystent asystentka pozdrawiam powazaniem szacunkiem wiadomosc nowy numer itt keri segitseget uzenet udvozlettel tisztelettel szam uj plata plati numarul mesaj respect
  adim adi saygilarimla saygilar numara mesaj bekliyor zprava zpravu pozdravem cislo nove sprava s.pozdravom pozdravom poruka pozdravom broj sporocilo stevilka lugupidamisega sonum numurs pagarbiai numeris cienot
  від імені повідомлення доброго дня чекає потрібна допомога новий номер повагою поручению уважением ждет ждёт новый номер личная почта помощь отправил поздравом уважение поздрави нов
  معك من طرف رقم جديد ينتظر ردك مع تحيات تحياتي رسالة مساعدتك بحاجة هاتفي الجديد אני שמי הודעה מאת מספר חדש ממתין ממתינה לתשובה בברכה עזרתך מ ל
  नाम संदेश का की को तत्काल आपकी मदद मुझे कॉल करें नया नंबर उत्तर दें बहुत
  tin nhắn từ trân trọng đang chờ phản hồi mới số khẩn pesan salam hormat nomor baru hubungi menunggu jawaban butuh bantuan
  many sender figures q1 q2 q3 q4 chaleureusement dank tak tack merci grazie gracias obrigado obrigada afzender avsender lahettaja nadawca odesilatel felado expeditor direktion direzione direcao directie
  השולח השולחת שולח يطلب تطلب المساعدة מבקש מבקשת עזרה người gửi cảm ơn よろしくお願いします よろしく ありがとうございます 감사합니다 고맙습니다 안녕하세요
  written warm warmest warmly love sincere faithfully authorised authorized prepared requested submitted forwarded issued released reviewed typed dictated letter note docs budget stuck busy boarding flight airport holiday vacation travelling traveling traveler abroad offline online unreachable unavailable tied
  guten tag servus moin gruezi brief krankmeldung krank rechnung anbei schone schonen schones liebste beste besten grussle tschuss
  courriel lettre bonne bonnes journee soiree amities bises bisous amicalement respectueusement sincerement veuillez salutation buongiorno buonasera buona giornata saluto cordialita lettera nota abrazo abrazos abraco abracos beijos saludos saludo cordial carta nota
  groetjes groetje hartelijke brief vanliga varma basta mvh halsning hilsner kaerlig kjaerlig beste parhain parhaat lampimin terkut terveiset kirje brev bref kvedja
  lijep lep lepo lijepo srdecny srdecni pratelsky priatelsky uctou ucta dopis list pismo level scrisoare udv szivelyes legjobb parimate soovidega tervitades tere sonum zina zinute cienu sveiki labdien geriausi linkejimai linkejimais laba diena
  tislijiet messagg minghand saha bongu iyi gunler aksamlar gunaydin kolay gelsin hurmetle hormatku salamku
  уважени наилучшими пожеланиями добрый вечер утро всего доброго письмо поздрав привет приветствую εκτιμηση χαιρετισμους καλησπερα γεια
  تحية طيبة وبعد أطيب التحيات שבוע טוב ערב בוקר שלום רב शुभकामनाएं प्रणाम शुभ
  all wire instructions automated automatic statement namen compte schreibt schreiben bekommt wartet eilt saluda escribe scrive escreve schrijft skriver kirjoittaa pisze píše пишет пише
  tama puolesta møde mode mote møtet möte mötet ferie semester lomalla kokous palaver отпуске отпуск совещании совещание командировке отпустка відпустці нараді болничен почивка
  selamlar selam saygilar toplantida izinde tatilde müsait sadar सादर अर्जेंट अर्जेन्ट तुरन्त प्रणाम ชื่อ ผมชื่อ ดิฉันชื่อ ด้วยความนับถือ ด้วยความเคารพ ความนับถือ
  urlaub unterwegs besprechung vacaciones viaje reunion ferias viagem ferie viaggio riunione vergadering vakantie onderweg spotkaniu urlopie schuzi dovolene porade dovolenke ertekezleten szabadsagon sedinta concediu sastanku dopustu sestanku
  นี่คือ กรุณาตอบกลับ ขอความช่วยเหลือ เบอร์ใหม่ ข้อความจาก ในนามของ จาก ตอบกลับ ช่วยเหลือ เบอร์ สำคัญ
  rückfrage ruckfrage rückmeldung überweisung unterlagen mahnung erinnerung angebot vertrag hinweis eilig
  казвам се отговорете съобщение спешен важно понеделник сряда четвъртък петък събота неделя чакам чака пожелания най-добри вашият вашата обадете здравей колега писмо
  jaz spostovanjem spoštovanjem želi kliče pričakuje nujna važno ponedeljek torek sreda četrtek petek odgovorite vaš vaša
  geri linkėjimai čia esu mano vardas laukia svarbu pirmadienis antradienis trečiadienis ketvirtadienis penktadienis šeštadienis sekmadienis skubiai skubu prašau atsakykite atsakyti jūsų žinutė nuo paskambinkite laiškas
  šeit esmu man mani sauc gaida svarīgi pirmdiena otrdiena trešdiena ceturtdiena piektdiena sestdiena svētdiena steidzami lūdzu atbildiet jūsu vārdā sveicieni cieņu zvaniet vēstule
  siin minu nimi ootab oluline esmaspäev teisipäev kolmapäev neljapäev reede laupäev pühapäev kiire palun vastake teie nimel helistage kiri
  εδώ εκτίμηση δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή σημαντικό απαντήστε περιμένει καλέστε λένε ονομάζομαι γράμμα φιλικούς χαιρετισμούς μήνυμα από μέρους τηλέφωνο πληρωμή τιμολόγιο
  le meas mise teachtaireacht anseo práinneach ó mo chara thoil freagra gach dea-ghuí luan máirt céadaoin déardaoin aoine
  jien dejjem tiegħek tiegħi messaġġ minn urġenti jekk jogħġbok wieġeb it-tnejn grazzi jisimni bil-qima tislima huwa hija
  merhabalar sevgiler sevgilerimle saygılar saygılarımla çalışmalar adım beni arayın önemli yarın toplantı ödeme fatura cuma'ya
  التحية أخوكم اسمي بي هاتف مهم الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد دفع فاتورة تحويل برجاء لو سمحت أخوك مكتب
  לשכת חשוב שני שלישי רביעי חמישי שישי ראשון תשלום חשבונית העברה אנא בכבוד בתודה שולחת מצפה טלפון
  सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार रविवार फोन भुगतान महत्वपूर्ण भवदीय भवदीया आपका अनुरोध प्रतीक्षा बोल रहा रही हस्ताक्षर
  em anh chị tới thứ ba tư năm sáu bảy chủ nhật quan thanh toán hóa đơn lại kính thư
  senin selasa rabu kamis jumat sabtu minggu penting dibalas telepon pembayaran faktur tagihan
  วันจันทร์ วันอังคาร วันพุธ วันพฤหัสบดี วันศุกร์ วันเสาร์ วันอาทิตย์ โทรกลับ รอ การชำระเงิน ใบแจ้งหนี้ ขอแสดงความนับถือ
  le escribo envía urge importante pendiente llámame llámeme espera sábado miércoles reunión número confirmar confirme adjunto p.o po
  la aspetta importante attende richiama chiamata lunedì martedì mercoledì giovedì venerdì
  skrev väntar viktigt återkom ringer måste lördag söndag angående ärende bekräfta underskrift
  skrev vigtigt viktig ringer bekræft bekreft underskrift lørdag søndag vedrørende angående godkend godkjenn betales
  odota odottaa tärkeä kiireinen kirjoitti soittaa allekirjoitus vahvista lasku maksu koskien asia maanantaina
  czeka ważne pilna dzwoni podpis potwierdź faktura płatność spotkanie sobotę środę środa dotyczy wysłał wysłała pisał pisała łączę
  čeká důležité volá podpis potvrďte faktura platba schůzka středa čtvrtek pátek úterý týká čaká dôležité štvrtok piatok týka srdečným
  vár fontos hív aláírás erősítse számla fizetés hétfő csütörtök péntek vasárnap szívélyes hívjon vissza írja küldi
  așteaptă important sună semnătura confirmați factura întâlnire marți sâmbătă duminică scrie numesc mă sunați-mă sunați
  čeka važno zove potpis potvrdite račun plaćanje sastanak četvrtak piše šalje poštovanjem poštovanje štovanjem nazovite
  важно звонит подпись подтвердите счёт оплата встреча напишите перезвоните искренне жду уважаемый уважаемые
  важливо дзвонить підпис підтвердіть рахунок оплата зустріч п'ятниця напишіть передзвоніть найкращими побажаннями щиро чекаю зв'язку
  wacht belangrijk belt handtekening bevestig factuur overleg mvg terugbellen bereikbaar
  attend important appelle confirmez facture paiement rendez-vous écrit écris joindre rappelez-moi rappelez vôtre
  espera importante liga confirme fatura pagamento encontro segunda-feira terça-feira quarta-feira quinta-feira sexta-feira melhores ligue-me chamo-me
  尊敬的 敬爱的 亲爱的 发件人 寄件人 差出人 お世話になります お世話になっております いつもお世話になっております
  hu tên bạn biuro kancelář kancelária γραφείο नमस्कार สวัสดีครับ สวัสดีค่ะ ฝากข้อความถึงคุณ ฝากข้อความถึง אתה את במשרד matter fyi wed thu tue fri oct nov dec sept feb apr aug jul jun report bonus ping noon itinerary biroul birou kantor văn kontoret pisarna pisarni ured uredu kontor kontoris birojs birojā kontora toimisto iroda irodája yazıhane ofis
`)

/** What is shown where no name is given: of nobody, of mail programs and the devices they run on, and how these say that they sent. */
export const unnamedWords: readonly string[] = words(`
  hey dear all new unknown unnamed anonymous noname nobody someone somebody sender recipient friend user username email e-mail mail mailbox inbox draft drafts unread subject untitled question questions work company the read delivery
  iphone ipad ipod ios macbook android samsung galaxy huawei xiaomi pixel nokia blackberry smartphone mobile phone telephone device tablet laptop pc handy cellphone outlook gmail googlemail yahoo hotmail icloud protonmail
  gesendet meinem unbekannt absender freund nachricht envoye depuis inconnu expediteur ami courriel portable enviado desde desconocido remitente amigo correo movil celular
  inviato dal sconosciuto mittente amico telefono cellulare messaggio telefone remetente desconhecido mensagem mensaje verzonden vanaf onbekend afzender vriend bericht mobiel telefoon skickat skickades okand avsandare mobil sendt afsender avsender ukendt ukjent
  lahetetty tuntematon lahettaja puhelimesta wyslano nieznany nadawca telefonu wiadomosc odeslano neznamy odesilatel telefonu odoslane odosielatel kuldve ismeretlen kuldo trimis necunoscut expeditor gonderildi bilinmeyen gonderen poslano nepoznat posiljatelj
  отправлено неизвестный отправитель телефона сообщение надіслано невідомий відправник повідомлення изпратено неизвестен подател στάλθηκε άγνωστος αποστολέας مجهول مرسل من هاتفي נשלח אלמוני שולח 无名 匿名 未知 发件人 送信者 不明 익명 발신자
  name none null undefined void n/a na myself me morning day missed address number direction direccion gerencia direttore direzione direcao руководство דואר הנהלה guest re
`)

/** Days of the week. */
export const days: readonly string[] = words(`
  monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonntag lundi mardi mercredi jeudi vendredi samedi dimanche
  lunes martes miercoles jueves viernes sabado lunedi martedi mercoledi giovedi venerdi maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
  pondělí úterý čtvrtek neděle pondelok utorok štvrtok piatok nedeľa poniedziałek wtorek środa czwartek hétfő szerda csütörtök vasárnap понеделник вторник сряда четвъртък петък събота неделя понедельник четверг пятница суббота воскресенье
  понеділок вівторок середа п'ятниця неділя ponedjeljak utorak srijeda četvrtak petak subota nedjelja ponedeljek torek sreda četrtek pirmadienis antradienis trečiadienis ketvirtadienis penktadienis pirmdiena otrdiena trešdiena ceturtdiena piektdiena
  esmaspäev teisipäev kolmapäev neljapäev laupäev pühapäev maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai måndag tisdag onsdag torsdag fredag lördag mandag tirsdag lørdag δευτέρα τετάρτη πέμπτη σάββατο κυριακή
  pazartesi çarşamba perşembe cumartesi pazar luni miercuri vineri sâmbătă duminică segunda-feira selasa rabu jumat sabtu
`)

/** How sentences of Chinese, Japanese and Korean begin before a name, written together with it: 我是李建国. */
export const sentenceBefore: readonly string[] = words(`
  尊敬的 敬爱的 亲爱的 發件人 发件人 寄件人 差出人 お世話になります 我是 这是 這是 这里是 我叫 来自 來自 你好我是 您好我是 大家好我是 找 联系 聯繫 私は わたしは こちらは 저는 나는 제이름은
`)

/** How they go on behind one, up to the next blank: 李建国的助理, 健一からのメッセージ, 김민수입니다. */
export const sentenceBehind: readonly string[] = words(`
  敬上 谨上 謹上 敬启 敬啟 谨启 亲启 紧急 緊急 急 重要 有要事 托 委托 委託 通知 来信 來信 来电 发送 發送 发来 發來 已 と申 と言 です。 への宛 拝 の 的 请 請 找 有急事 有事 给您 給您 正在 需要 想 在 来 です でございます より から の こと から は が 입니다 이에요 예요 의 가 이 께서 드림 올림 배상 에게 로부터 님이 님의 にて 拝 先生的 新しい
`)

/** Titles of Thai, and how a sentence begins, written together with the name behind them. */
export const thaiBefore: readonly string[] = words(`
  นางสาว นาย นาง คุณ ดร ผมชื่อ ดิฉันชื่อ ชื่อ ผม ดิฉัน ฉัน ผู้จัดการ ผู้อำนวยการ ประธาน ท่าน อาจารย์ หมอ พี่ เรียนคุณ จากคุณ จาก
`)
