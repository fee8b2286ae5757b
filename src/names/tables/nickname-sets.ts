/** Given names and their short forms. */

/**
 * Given names and their usual short forms, in base form: `formal names: short forms`. Each formal name with its short
 * forms is a class; formal names of one line are not short forms of each other. Short forms that are foremost names of
 * other people (Jan for Janet, Ann for Nancy) are left out on purpose. Written for this project; operators add to it.
 */
export const nicknameSets: string = `
abigail: abby abbie abbey
abraham abram: abe bram
adam: addy adamek
adelaide adele adela: addie della
adrian adriano: ade adi adri
adriana adrienne: adri
agnes agnieszka: aggie aga agi agusia nessie
albert alberto: al bert bertie albie beto
alexander aleksander alexandr aleksandr alexandre alessandro alejandro aleksandar oleksandr: alex alec alek aleks lex sandy xander sander zander sasha sascha sacha sandro ale alejo jano alik olek oleks shura sanya sascha aca
alexandra aleksandra alessandra alejandra oleksandra: alex lexi lexie sandra sandy sasha sascha sacha ale ola sanya shura aleks alexa
alfred alfredo: al alf alfie fred freddie fredo
alice alicia: ali allie lisha
alison allison: ali ally allie
alan allan allen: al
amanda: mandy manda
amelia amalia: millie mel
anastasia anastasiya anastasiia: stacy stacey nastya nastia stasia asya nasta
anatoly anatoliy anatoli: tolya tolik
andrew andreas andrea andre andrei andrey andrej andrzej andres ondrej: andy drew andi drey jedrek ondra
angela angelina angelica angelika: angie geli gela
ann anne anna hannah ana: annie nan anni anka ania annushka anushka aneczka hania
anthony antony antoni antonio anton antoine antonin: tony toni tonio tonino toño tono nino antek tonda ant toine
antonia antonina antoinette: toni tonia tonya tosia netta
arnold arnaldo: arnie arne arno
arthur arturo artur: art artie turo
augustus augustin augustine agustin: gus gussie augie tin
barbara: barb barbie babs bab basia bara barbi
bartholomew bartholomaus bartlomiej bartosz: bart barth bartek
beatrice beatrix beatriz: bea trixie trix bee bia
benedict benedikt: ben benny bennet beni
benjamin: ben benny benji benjy jamie beni
bernard bernhard bernardo: bernie barney berni bernd nardo
bertram berthold: bert bertie
bogdan bohdan: bodya bogus danylo
boleslaw: bolek
boris: borya
bradley bradford: brad
brenda: bren
brian bryan: bri
bridget brigitte brigitta birgit: biddy bridie bri gitte gitta
caleb: cal
calvin: cal vin
cameron: cam
carlos: carlitos charlie
caroline carolina carolyn karolina karoline: carrie caro lina line karola karo
cassandra: cass cassie sandra
catherine katherine kathryn katharine catharine katharina katarina ekaterina yekaterina catalina caterina katarzyna kathrin kateryna kathleen cathleen: cathy kathy kate katie katy kay kit kitty cat kat cate cathie kathie kathe kati katja katya katia kasia kaska kaisa katinka trina cata rina kata kata katka kasha katrin katrine katerina
cecilia cecile cecilie: cissy cece celia silje cilla
charles: charlie chuck chas chaz charley chick
charlotte: charlie lottie lotte lotta char charly
chester: chet
christian kristian cristian: chris kris christi cris christie
christina christine kristina kristine kristin cristina christiane krystyna: chris chrissy christy tina kris kristy stina stine cris chrissie krysia tine crissy
christopher kristopher christoph christophe krzysztof cristobal kristoffer kristof christoffer: chris kit topher kris christo stoffer krzys krzysiek toff stoffel
clarence: clare
clement clemens klemens: clem
clifford clifton: cliff
constance konstanze constanze: connie stanzi
constantine konstantin constantin konstantinos costantino: kostas costas kostya kostja gus dino costa dinos
cornelius cornelis: con neil corny cor kees nelis cees
curtis: curt
cynthia: cindy cyndi
daniel daniele daniil danil: dan danny dani danylo danya niels danek
daniela danielle daniella: dani danny
david davide davyd: dave davy davey dov dudi
deborah debra debora: deb debbie debby
denise: den neecy
dennis denis: den denny
diana diane dianne: di didi
dieter: didi
dimitri dmitri dmitry dmitriy dimitrios dmytro dimitris dimitar: dima mitya dimi jimmy mitko mitsos dmitrij mimis
dolores: lola loli
dominic dominik dominique domingo domenico: dom nick nico mimmo menico mingo
donald: don donnie donny
dorothy dorothea dorota: dot dottie dolly dory thea doro dorotka
douglas: doug dougie
duncan: dunc
dylan: dyl
eberhard: ebi eb
edith edyta: edie
edmund edmond: ed eddie ned ted
edward eduard edoardo eduardo edouard: ed eddie eddy ned ted teddy edu lalo edi edek edo
edwin: ed eddie win
eleanor elinor eleonora eleonore: ellie nell nellie nelly lenore
elena helen helena helene yelena jelena olena ilona: lena nell lenka ela leni nena lene leni lenochka helenka lenya
elizabeth elisabeth elisabetta elizaveta elzbieta elisabet alzbeta erzsebet: liz lizzie lizzy beth bess bessie betty betsy betsey eliza elsie libby lisa lise liza lisbeth lilibet lili ela elka ebba sisi sissi liesel lisl bet elli elly babette betka zsoka bozsi
emily emilia emilie: em emmy emmie milly millie emi
emmanuel emanuel manuel emanuele: manny manu manolo lele manolito mani
enrique enrico: quique kike rico chicco
eric erik erich: rick ricky
ernest ernst ernesto: ernie erni neto
esperanza: espe
esther ester: essie hettie
ethan: eth
eugene eugen evgeny evgeni yevgeny evgeniy yevhen eugenio: gene zhenya jenya geno genya zhenja
evgenia yevgenia eugenia eugenie: zhenya jenya genie
eva eve ewa evelyn eveline: evie evi ewka evita
ezekiel: zeke
ferdinand fernando ferdinando: ferdi ferdy fred nando nano ferd
felix: fe
fatima fatma: fati
fiona: fi
florence florentina: flo florrie flossie
florian: flo flori
frances francesca francisca franziska francoise franciszka: fran frannie francie fanny cesca chesca franzi paca paqui paquita cisca sissi kiki frankie chiqui
francis francesco francisco franciszek francois frans frantisek: frank frankie fran franz paco pancho kiko curro quico cesco ciccio chico franek frankie franta ferenc xisco
franz: franzl ferenc feri franzi
frederick frederic friedrich frederik federico fryderyk fredrik: fred freddy freddie fritz rick fede rico fiete frits rik freek
gabriel gabriele: gabe gabi gaby lele gab gabo
gabriella gabriela gabrielle: gabby gabi gaby gabs lella
genevieve: gen jenny viv ginny
geoffrey: geoff jeff
george georg georges giorgio jorge yorgos georgios georgi georgy jerzy yury yuri jiri joris: georgie jorg schorsch giorgos yiorgos gio yorgo goga jurek jura jirka jurij jordi gogi zhora
gerald gerard gerardo gerhard gerrit: gerry jerry gerd gert hardy gerri lalo ger
geraldine: gerry geri
gertrude gertrud: gert gertie trudy trude trudi
gilbert: gil bert
giovanni: gianni nino vanni gio giannino
giovanna: vanna gio
giuseppe: beppe peppe peppino pino beppino geppo
giuseppina: pina giusy peppina
gloria: glo
gordon: gordy
grace: gracie
graham: gray
grazyna: grazka
gregory gregor grigory grzegorz gregorio grigoris grigorios: greg gregg greggy grisha gori goyo grzes grzesiek rigas gregorek
guadalupe: lupe lupita
guillermo: guille memo willy
gunther gunter: gunni
gustav gustavo gustave: gus gustl tavo gusti guus
gwendolyn gwendoline: gwen wendy
harold harald: harry hal
harriet: hattie harry hatty
heinrich heinz hendrik henrik henrique henryk: heini heiner hein henk rik henner hinnerk henri rique heniek drikus heino
henry henri: harry hank hal harri
henrietta henriette: etta hattie hetty jette jetty
herbert heriberto: herb herbie bert beto
herman hermann: herm hermi manni
horst: hotte
howard: howie
hubert: hugh bert hubi berti
hugo hugh: hughie hugi
humphrey: humph
ignacio ignatius ignacy ignaz: nacho iggy nachito naz
igor: gosha igorek
ilya ilia: ilyusha
immaculada inmaculada: inma
ingeborg ingrid: inge inga
irene irina iryna: ira rina irka irenka renie irinka
isaac: ike zak itzik
isabel isabella isabelle izabela: bella belle izzy issy isa bel isi ibby iza izzie
isidore isidoro: izzy sidro
ivan: vanya iwan ivo vania vanja ivica wanja
jack: jackie
jacob jakob jakub jacobo jacopo yakov: jake jakey kuba jaap kobus cobus jackie jasha kuba kubik kobi yasha coby
jacqueline: jackie jacqui jacky
james: jim jimmy jamie jem jimmie jas
jane: janey janie jenny
janet: jenny
janina: janka
javier xavier: javi xavi xave
jaroslav jaroslaw yaroslav: jarek jarda slavik slava
jean: jeannie jeanie
jeffrey jeffery: jeff
jennifer: jen jenny jenn jenni jennie
jeremy jeremiah jeremias: jerry jem jez jeri
jerome hieronymus geronimo: jerry romi
jessica: jess jessie jessy
jesus: chuy chus suso
joachim joaquin joakim gioacchino: jo jochen achim quim joa jocke kimo quino chimo
joan joanne joanna johanna: jo joey joanie hanna hanne asia joasia aska jo annie hansi
johannes johann joannes: hans hannes johnny hansi hansl hannu
john: johnny jack jackie jock johnnie jonny
jonathan johnathan jonathon: jon jonny jonty johnny jonno yoni
jose: pepe chepe pepito joselito
josefina josephine josefine jozefa: josie jo josy pepa fina fifi josi jozka pepita
joseph josef jozef josip: joe joey jo sepp seppi jos pepi jupp sepperl jef jefke pepik joza juzek josi beppi jozsi joske
joshua: josh
joyce: joy
juan: juanito juancho juanjo
juanita: nita
judith judit: judy judi jude jutta jut judy
julia juliana julie giulia yulia iuliia yuliya: jules juli yulya yulka giuli julka
julian julius julien julio giulio: jules jule juls juli
justin justyn justus: jus justy
karl carl carlo karel: charlie karli karlo kalle kale karlik
karin karen: kari kaz
kazimierz casimir: kazik kazek
kenneth: ken kenny kenn
kevin: kev
kimberly kimberley: kim kimmy
klaus: klaas klas claus klausi
nicolaus nikolaus nicholas nicolas niklas nikolai nikolay nikolaj nikolaos nicola niccolo mikolaj miklos mykola: nick nicky nico nik niko nikki klaas klas claus kolya nikos nicki klausi koos miki mikolajek kolja niels
krystyna: krysia krystynka
lajos ludwig louis luis luigi ludvik ludovic: lou louie luigi gigi lutz wiggerl lucho lajcsi luisito lui gino ludek luigino wickerl vico ludde
lars laurens lawrence laurence lorenzo lorenz laurent laurentius: larry laurie lars lasse renzo enzo laz lenz lonnie law loren
laszlo: laci
laura: laurie lauri lolly lala
leonard leonardo leonhard leon leonid: leo len lenny leni nardo lyonya leo
leopold leopoldo: leo poldi polo poldl
leslie lesley: les
leticia letitia: leti letty tish
lillian liliana lilian: lil lily lilly lili lilla
louise louisa luisa luise: lou lulu louie lu isa
lucas lukas luca luke: lucky luki luk
lucia lucy lucie lucille lucinda: lu lucy luci cindy lulu luce
ludmila lyudmila liudmila: luda lyuda lida ludka lyusya
lukasz: lukaszek luki
magdalena magdalene magdalen: magda lena madzia leni maggie magdi lene malene
manfred: manni fred manny
marcel marcello marcelo marceli: celo
marcus markus marc mark marco marek marcos: markie marky marki
margaret margarete margarethe margareta margarita marguerite margherita malgorzata margit margriet marketa: maggie meg peg peggy madge marge margie margot greta gretel gretchen grete margo mags gosia malgosia margaretha marga griet gitta grit gretl maisie meggy marketka
maria mary marie mariya: polly mitzi mariechen mimi marusya masha marysia mascha manya mamie maruja mizzi majka mery maruska mascha mieke mietzi mariquita
maria-jose mariajose: majo
mariano marian: nano
marilyn: lyn
mario: marietto
martha marta: marti mattie marty martusia
martin martino marcin marten: marty tino marti maarten tin
matilda mathilde mathilda: tilly tilda mattie hilde til tilla
matthew matthias mathias mateusz matteo mateo matthaeus mathieu matej matias mattias: matt matty matti hias teo mats matze mattie hiasl matus thies mati
maureen: mo reenie
maurice moritz mauricio maurizio morris: mo morrie maury mauri moe
maximilian maxim maksym maximiliano massimiliano massimo maksim maximilien: max maxi maks massi maxl
melanie: mel
melissa: mel missy lissa
michael michel michal miguel michele mikhail mihail mikael mykhailo mihai mihaly mikhael: mike mick mickey mikey micky mitch misha michi miki mischa micha miguelito miro mihi much michl misiek migue miska mihajlo mykhail mika michelino
michelle michaela michalina: shelly chelle mick misha michi miki ela
mildred: millie milly
miriam: mimi miri mirl
miroslav miroslaw: mirek slavik mirko
mohammed muhammad mohamed mohammad muhammed mehmet: mo moe hamada memo
monica monika monique: moni mon nika
montgomery: monty
moses moshe moises: moe moishe
mustafa: musti
nancy: nan nance
natalia natalie nathalie nataliya natalya nataliia: nat natasha tasha natka talia nata natascha nati tala
nathan nathaniel nathanael: nat nate natty
nicole nicola nicolette: nicky nikki nic nico colette nici
norbert: norb bert bertie norbi
norman: norm
octavia: tavi
olga: olya olia olka
oliver olivier: ollie oli olly noll
olivia: liv livvy ollie
oscar oskar: ossi ozzie oskarek
oswald: ozzie oz ossi
pamela: pam pammie
panagiotis: panos takis panayotis panagis
patricia: pat patty tricia trish patti trisha pati paddy
patrick patricio patryk patrizio: pat paddy pato patsy
paul paulus pablo paolo pavel pawel pavlo paulo: pauly pauli pablito pasha pavlik pavlos paulie pavlusha
paula paulina pauline paola polina: pauli polly paulie polya
penelope: penny nell pen
percival: percy
peter petrus pieter piotr pyotr petr pedro pietro petros petar petter per pierre petro: pete petey piet peer pit piotrek petya perico pedrito pjotr petja pierrot peterle pierino pekka pepo takis peti petko
petra: peti
philip phillip philipp philippe felipe filippo filip: phil pip pippo flip fil lippo filipek pippi felip
priscilla: cilla prissy
prudence: prue
rachel rachael raquel rahel: rach rae raquelita
rafael raphael raffaele rafal: rafa raf rafi raffa rafalek
ralph: rafe
raimund raymond ramon raimundo raymundo: ray moncho mundo rai
randolph randall: randy rand dolph
rebecca rebekah rebekka: becky becca beck reba bex bekki
reginald: reg reggie
reinhard reinhold reiner rainer: reini
renate renata: nata reni renia
richard ricardo riccardo ryszard rikard rickard: rick ricky dick rich richie dickie rico cardo rysiek richi ritchie rikki
robert roberto: bob bobby rob robbie bert robb berto robby bobbie robi beto
roberta: bobbie robbie berta
roderick rodrigo: rod roddy rodri rory
rodney: rod
roger rogelio ruggero rudiger: rodge rog rodger
roland orlando rolando: roly rollo rolli lando
roman: roma romek
ronald ronaldo: ron ronnie ronny
rosa rose rosalie rosalind rosemary rosemarie rosario: rosie rosi roz rosita ros charo rosy rosl
roxanne roxana: roxy roxie
rosanna roseanne: rosie
rudolf rudolph rodolfo: rudy rudi rolf dolf rudo fito rolfi
rupert: rupe
russell: russ rusty
ruth: ruthie
salvatore salvador: sal salva chava toto turi totò sally
samantha: sam sammy samie
samuel: sam sammy samu sammie
sandra: sandy
sarah sara: sally sari
scott: scotty scottie
sean shaun: shay
sebastian sebastiano sebastien: seb bas basti seba bastian bastien wastl sebi bast
sergei sergey serge sergio serhiy sergiusz serhii: seryozha serhij checo sergi serhio seriy sergej seryoga
shirley: shirl
sidney sydney: sid syd
sigmund siegmund zygmunt: sig siggi zyga sigi
siegfried sigfrid: sigi siggi fred
silvester sylvester: syl sly silvi vester
silvia sylvia: silvi syl sylvie silke
simon simone simeon szymon: si simi simo syma szymek
solomon salomon: sol sal shlomo
sophia sofia sophie sofie zofia sofiya zsofia: soph sophie sofi zosia fifi zoska fia sofka zsofi
spencer: spence
stanley stanislav stanislaw stanislaus: stan stas stasik staszek stach standa stanek
stefan stephan stephen steven esteban stefano stefanos stepan etienne szczepan istvan: steve steffen stevie steff stef fano pista isti stepa stephane stefek stevo pisti
stephanie stefanie stefania stefany: steph stef steffi stephie fanny stefi stefka
stuart stewart: stu stewie
susan susanna suzanne susanne zuzana zuzanna susana suzanna: sue susie suzy suse susi sanna suki sanne zuza zuzka zuzia sukey susa
svetlana svitlana: sveta lana svitka
tabitha: tabby
tadeusz thaddeus tadeas: tadek thad ted teddy
tamara: tammy tam toma mara
tatiana tatyana tatjana tetiana: tanya tania tanja tata tanechka
terence terrence: terry tel
theresa teresa therese terezia tereza: terry tess tessa tere resi terri teri tete reza terka
theodore theodor teodor teodoro fyodor fedor theodoros: theo ted teddy teo fedya doro dory todor thodoris fedja tedi
theodora: dora theo
thomas tomas tommaso tomasz: tom tommy thom tomi tomek maso tommi tomcio masi tomasek
timothy timotheus timofey timoteo: tim timmy timo tima timi
tobias: tobi toby tob
ulrich ulrik: uli ulli rik utz
ulrike: uli rike ulli ulla
ursula urszula: ulla ushi uschi ursel ursi ula ursl
valentin valentine valentino: val vali tino valya
valentina: val vale valya tina
valerie valeria: val vale lera
vanessa: nessa vani ness
vasily vasili vassily vasil vasilios vasilis vasyl: vasya vasek vassilis vaso vasko
veronica veronika veronique: ronnie vroni nika roni vero niki ronja ronny
victor viktor vittorio wiktor: vic vitya vito vik wiktorek toyo
victoria viktoria vittoria wiktoria: vicky vicki vic tori vickie vika tory viky vici wika
vincent vincenzo vicente vinzenz: vince vin vinnie vinny enzo cenzo chente vinz
violet violetta: vi
virginia: ginny ginger gina virgie ginnie
vladimir wladimir volodymyr vladimiro: vlad volodya vova vovka wowa vladi vlado volodja wolodja vlada
vladislav wladyslaw vladyslav ladislav: vlad wladek slava ladik lada laco laci vladik
vyacheslav viacheslav wieslaw: slava slavik wiesiek
waldemar: waldi
wallace walter: wally walt wall
walter gualtiero: wally walt walti wat
wendy: wen
werner: wern
wilfred wilfried: wilf fred willi will
wilhelm vilhelm: willi willy will helm wim bill wil vilmos vili
wilhelmina wilhelmine: mina minna billie wilma minnie willie helma
willem: wim pim will bill willy
william: will bill billy willy willie wills bil
winifred: winnie freda win
winston: win
wolfgang: wolf wolfi gangi
wojciech: wojtek wojtus
yannis ioannis yiannis giannis: giannis yannis yanni yiannis john johnny jannis gianni ioannis
youssef yusuf yousef: joe sefa
zachary zacharias zachariah: zach zack zak
zbigniew: zbyszek zbych
zdenek zdenka: zdena
zdzislaw: zdzisiek zdzich
ahmad ahmed: hamada medo
alejandra: aleja jandra
alexey alexei aleksey aleksei alexej oleksiy oleksii: alyosha lyosha alesha lesha lyokha lekha alosha losha lyoshka
aleksandra: olka sanja saska
amalia amalie: malchen mali
amit: amu
anjali: anju
antonio: toninho tonho toti
arkady arkadiy: arkasha
aurelie aurelia: lily relie
beatriz: bia biazinha
begona: bego
benoit benedicte: ben
bernadette: detta berni
bohumil: bohous
chukwuemeka: emeka chukwu
concepcion conceicao: concha conchita sao
conrad konrad: con conny koni kuno
cornelia: conny nele nelly
cristiano: cris
damian damien: dame
darya daria: dasha dascha
deepak: deep dipu
diego: dieguito
dirk: dirkie
dorota: dorotka
eduardo: dudu lalo
emma: em emmy
erzsebet: erzsi erzsike bozsi zsoka bori
esther ester: essie etty
eugenia: gena
evangelos: vangelis vaggelis
evangelia: litsa lia vangelio
fabian fabio: fabi fabs
felicity: fliss flick
fernanda: nanda fer
ferenc: feri ferko franci
filomena: mena
fiona: fifi
francesca: franca franci
galina: galya galia
gergely gergo: geri
ginevra: ginny
gottfried: friedel
guillaume: guigui gui
gunnar: gunni
gyorgy: gyuri
hans-peter hanspeter hans-jurgen: hape hapi hajo
harpreet: preet harry
hiroshi: hiro
ibrahim: ibo ibra brahim
imre: imi
ines: inesita
ioanna: nana
jan: janek jasiek jasio jantje honza
janos: jani jancsi
jaroslava: jarka
johan: johnny jo hannes joppe
jorge: coque
jose-luis joseluis: pepe pepelu
joao: joaozinho jojo
juan-carlos juancarlos: juanca juancho
jurgen: jogi jurgi jurg jojo
juergen: jogi
katalin: kati kata katinka
katerina: katka kacka katya
kenji: ken
konstantinos konstantin constantine: kostas kostis costas dinos kostya kosta
krishna: krish
kristijan: kiki
lakshmi laxmi: laxmi lakshmi lucky
lieselotte: lilo lotte
ljiljana: ljilja
ljubomir lubomir: lubos ljubo
luca: luchino
lyubov liubov: lyuba liuba
maarten: marten
manish: manu
marc marcus markus marcos: marc
margarita: rita
maria-jose: majo
mariana: mari nana
marijke: marij rijk
marko: mare
marta: martusia
matilde: mati
meenakshi: meena
mehmet: memo memet
michel: mich michou
mihaly: misi miska
mirjam: miri
mohan: mohi
monserrat montserrat: montse
nadezhda nadia nadiya: nadya nadja nadenka
neha: nehu
nikolaos nikos: nikos niko
nikita: nik
oksana: ksyusha
oleg oleh: olezhka
ondrej: ondra
osvaldo: valdo
pallavi: pallu
panagiota: giota
paraskevi: vivi voula evi
patricio: pato
pavel: pasha pavlik pavlusha
pawel: pawelek
pieter-jan pieterjan: pj piet-jan
piotr: piotrek piotrus
pooja puja: puja pooju
rafaela: rafa
rajesh rajendra rajiv rajeev: raj raju
ramesh: ram ramu
reinaldo reynaldo: rey
ricardo: cacho richi kaka
roberta: robi
rocio: chio
roman: romik
sabine: bine binchen biene
sandor: sanyi sandorka
sanjay sanjeev: sanju
santiago: santi chago
satish: sati
sergio: checo serginho
shiv: shivu
slavko: slave
snezana snjezana: sneza snjeza neza
stephane stephan: steph stef fanou
stella: stelly
subramaniam subramanian: subbu mani
suleyman: sulo
sunil: suni
sunita: suni
suresh: suri
sven: svenni
szymon: szymek
tadeusz: tadek tadzio
theodora: thea
thiago tiago: thi titi
tomislav: tomo
ursula: uschi ulla
valeria: lera vale
vaclav: vasek venca
venkatesh venkataraman: venkat venky
vijay: viju
vikram: vicky
vinicius: vini
vlasta: vlastik
volker: volki
wanda: wandzia
wolfram: wolfi
xenia ksenia kseniya: ksyusha ksusha
yelena elena: lena lenka
yekaterina ekaterina kateryna: katya katia katyusha katerina
yolanda: yoli
yosef yoseph: yossi yosi sefi
yevgeny evgeny evhen yevhen: zhenya zheka
zeljko: zeljo zeks
zinaida: zina
zoltan: zoli
zsuzsanna: zsuzsa zsuzsi
philippa: pippa pip
artem artyom artemiy: tyoma tema artyomka
hanna ganna: anya galya
aikaterini ekaterini: katerina kate kaiti
federica: fede
oluwaseun: seun
luis-miguel luismiguel: luismi
zdenek: zdenda zdenko
renata: rena
dimitris dimitrios: mimis mitsos
`

/**
 * Names of other alphabets as they are written in Latin letters: each of a line is the same name as the others. Not those
 * that are names of different people where letters are Latin (Julia and Yulia, Maria and Mariya are for the romanised form).
 */
export const romanisationSets: string = `
mohammed muhammad mohamed mohammad muhammed mohamad mohammad mohd
ahmed ahmad achmad
yousef youssef yusuf yousuf yusef youcef
hussein hussain husain hussien husein hossein houssein
nasser nasir naser nassir
khaled khalid
omar umar
hassan hasan
abdullah abdallah abdulla abdellah
abdulrahman abdelrahman abdurrahman abdurahman abderrahmane
ibrahim ebrahim ibraheem brahim
ismail ismael esmail ismaeel
mustafa mostafa moustafa mustapha
mahmoud mahmud mahmood
saeed said saied sayeed
tariq tarek tareq tarik
faisal faysal feisal
karim kareem
rashid rasheed rachid
jamal gamal djamal
jamil jameel
zaid zayd zeid
laila leila layla leyla
fatima fatema fatimah
aisha ayesha aicha aysha
mariam maryam meryem maryem
noor nour nur
yasmin yasmine yasmeen
amina aminah ameena
zainab zaynab zeinab
khadija khadijah khadeeja
samira sameera
dmitry dmitri dmitriy dmitrii dmitrij
sergey sergei sergej serguei sergii serhii serhiy
alexey aleksei alexei aleksey alexej oleksii oleksiy
andrey andrei andrej andrii andriy
nikolay nikolai nikolaj
yury yuri yuriy iurii jurij yurii
yulia iuliia yuliya iulia
natalia nataliya nataliia natalya
tatiana tatyana tatjana tetiana
evgeny evgeni yevgeny evgenii yevgeniy yevhen evgeniy
ekaterina yekaterina kateryna
mikhail mikhael mykhailo
maxim maksim maksym
vasily vasiliy vasilii
anatoly anatoliy anatolii
vitaly vitaliy vitalii
valery valeriy valerii
gennady gennadiy gennadii
oleksandr aleksandr alexandr alexander
olga olha
anastasia anastasiya anastasiia
ksenia kseniya kseniia
giorgos yiorgos yorgos georgios
giannis yannis yiannis ioannis
dimitris dimitrios
evangelos evaggelos
panagiotis panayotis panayiotis
christos hristos
yitzhak itzhak yitzchak
chaim haim hayim
yaakov yakov
`
