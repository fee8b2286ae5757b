/** Spellings of one name. */

/**
 * Spellings that are taken for one another though each is a name that people bear, a set a line, in base form. Written for this
 * project from general knowledge of names by language. Not here: names of the other sex (Erik, Erika; Daniel, Daniele), and what is
 * one name in two languages but read as two (Jan, John).
 */
export const givenVariantSets: string = `
ghislaine gislaine guislaine
birgitta brigitta
bernadette bernardette
leonard lenard lennard leonhard
theodore theodor
alan allan allen allyn
aidan aiden ayden
alison allison alyson allyson
alistair alastair alasdair alister alisdair
amy aimee aimie
ann anne
annabel annabelle anabel
anthony antony
arthur artur
ashley ashleigh ashlee
barbara barbra
bernard bernhard
bernd berndt bernt
brendan brenden brendon
brian bryan brien
brigitte birgitte bridgitte
brooke brook
caitlin kaitlin caitlyn kaitlyn katelyn
carl karl
carla karla
carlo karlo
carlos karlos
carol carole caroll karol
caroline carolin karoline karolin carolyn
carsten karsten
ciaran kieran kiaran keiran
budi boedi
siti sitti
cassandra kassandra
catherine katherine kathryn katharine catharine cathryn katheryn kathrine katherin
kathleen cathleen
cathy kathy
katie katy
catarina katarina katharina catharina
katrin kathrin catrin cathrin
katrina catrina
katja katya katia
cecilia cecelia
celine seline
charlene sharlene
cheryl sheryl
chloe khloe
christer krister
christian kristian cristian
christiane kristiane
christina kristina cristina
christine kristine
christof christoph kristof kristoph
christopher kristopher christoffer kristoffer kristofer cristopher
claire clare clair
clara klara
claudia klaudia
claus klaus
colin collin
conrad konrad
connor conor conner
constantin konstantin constantine
cornelia kornelia
craig kraig
curt kurt
curtis kurtis
cynthia cinthia
daniela daniella
danielle danyelle
darren daren darrin darin
daryl darryl darrell darrel
deborah debora debra
denis dennis denys
derek derrick derick
detlef detlev
diana dianna
diane dianne
dominic dominick dominik
dorothea dorotea dorothee
dorothy dorothey
douglas douglass
eckhard eckart eckhart ekkehard eckehard eckhardt
edmund edmond
edouard eduard
eileen aileen
elaine elayne
eleanor elinor eleanore elenor
elena helena
elizabeth elisabeth
ellen elen
emil emile
emily emilie emely
eric erik erick eirik erich
erhard erhardt
erin eryn
ernest ernst
eva ewa
evelyn evelin
felicia felisha
filip philip phillip philipp philippe philipe phillippe
francesca franceska
frederic frederick fredrick frederik fredrik fredric
gabriela gabriella
gail gayle gale
geoff jeff
geoffrey jeffrey jeffery geoffery
gerald jerald
gerard gerrard
gerhard gerhardt
gerry jerry
gillian jillian
gina jina
glen glenn
graham graeme grahame
greg gregg
gunter gunther guenter guenther
gustav gustaf
gwendolyn gwendolen
hakan haakon hakon
hannah hanna
harald harold
hartmut hartmuth
heidi heidy
helen hellen
helmut helmuth hellmut
henrik henrick henric hendrik hendrick
herman hermann herrmann
hildegard hildegarde
ian iain
siobhan shivaun siobhain
nathaniel nathanael nathanial nathanel
harriet harriett harriette
friedrich fredrich friederich fridrich frederich
natalia natalie nathalie natalya nataliya natalja natalija
khalid khaled khalled
ines inez
irena irina
isabel isabelle isabell isobel izabel
isabella izabella isabela
ivonne yvonne
jaclyn jaqueline jacqueline jacquelyn
jacob jakob
jane jayne
janet jannet
janice janis
jannik jannick yannick yannik yannic
jasmin jasmine yasmin yasmine
jason jayson
jennifer jenifer jenniffer
jenny jennie
jimena ximena
joann joanne
joanna johanna
johan johann
john jon
jonathan jonathon jonathen johnathan johnathon
jordan jordon
jorg joerg
joseph josef jozef
josephine josefine josephin
judith judit
judy judi
julian julien
juliet juliette
kai kay kaj
kaspar caspar kasper casper
kelly kelli kellie
kenneth kennith
kerry kerri
kevin kevan
kim kym
kirk kirck
kirsten kirstin kirstine
kristen kristin cristin christin
kyle kile
kylie kyly
lara larah
laurence lawrence
leah lea
lesley leslie
lewis louis
linda lynda
lindsay lindsey lyndsey lyndsay
lisa liza
lorenz lorentz
lorraine loraine
louisa luisa
louise luise
lucas lukas
lucia luzia lucija
lucy lucie
luis luiz
lutz luz
lydia lidia
lynn lynne lyn
madeleine madeline madelyn madelaine
magdalena magdalene
maike meike
maik mike meik
marc mark
marcel marcell
marcela marcella
marcelo marcello
marcus markus
margaret margret margarett margarete
margareta margaretha margarita
margery marjorie marjory
marian marion
marianne mariann
martin martyn marten
matheus mateus
mathew matthew
mathias matthias mattias
mathieu matthieu
mats matts
matteo mateo
maureen maurine
maxim maxime maksim
megan meghan meagan
melissa melisa
meredith meridith
michael micheal mikael mickael mikhael
michaela mikaela michaella
michel michell
michelle michele michell
miriam mirjam myriam
mohan mohann
monica monika
natalia natalya nathalia
natalie nathalie nataly
neil neal niel
nicholas nicolas nikolas nickolas
nicola nikola
nicole nichole nikole
niels nils
niklas niclas nicklas niklaus
olivia olyvia
oscar oskar
ottmar otmar
pamela pamella
patricia patrizia
patrick patrik patric
paula paola
paulina paulyna
per pehr peer
phyllis phillis
rachel rachael raquel
rafael raphael
raimund reimund raymund
rainer reiner rayner
ralph ralf
randall randal
raymond raimond
rebecca rebekah rebeka rebeca
rhys reece reese rees
richard rickard rikard
rickey ricky rikki
robin robyn
roger rodger
roland rolland
romain roman
ronald ronnald
rosalind rosalyn
rudiger ruediger
rudolf rudolph
rui ruy
russell russel
ryan rian
samuel samuell
sandy sandie
sara sarah
sean shaun shawn
sergio sergyo
sharon sharron
sheila shelagh sheelagh
shelley shelly
sibylle sybille sibille
siegfried sigfried
silvia sylvia
silvie sylvie
sonja sonia sonya
sophia sofia zofia
sophie sofie
stacey stacy
stefan stephan steffan
stefanie stephanie
steve steeve
stuart stewart
susan suzan
susanna suzanna susannah
susanne suzanne
sven swen
sylvain silvain
tamara tamarah
tania tanya tanja
tereza teresa theresa theresia
therese teres
terence terrence terrance
terry terri
thais tais
thea tea
thomas tomas
thorsten torsten
tiago thiago
timothy timothey
tobias tobyas
todd tod
tracey tracy
ulrich ulrik
valentin walentin
vera wera
veronica veronika weronika
victor viktor vitor wiktor
victoria viktoria wiktoria vitoria
vivian vivien vivienne
walter walther valter
wendy wendi
wilfred wilfried
wilhelm vilhelm
william wiliam
yann yan
yves ives
zachary zachery zackary zakary
zoe zoey
aashish ashish
anita anitha
aparna aparnaa
arun aroon
deepa dipa
deepak dipak
dinesh dineesh
gaurav gourav
geeta gita geetha
girish gireesh
harish hareesh
jyoti jyothi
kavita kavitha
lakshmi laxmi lakshmy
lata latha
leela lila
manish maneesh
meena mina
meera mira
neeraj niraj
nitin nithin
pooja puja
preeti priti preethi
priya pria
rajeev rajiv
rekha reka
sandeep sandip
sangeeta sangita sangeetha
sateesh satish
savita savitha
seema sima
shiva siva
smita smitha
sridhar shridhar
srinivas shrinivas sreenivas
sujata sujatha
sumeet sumit
sunita suneeta sunitha
swati swathi
vandana vandhana
vijay vijai
vinod vinodh
vineet vinit
agnes agnieszka
aleksander alexander aleksandr alexandr alexandre
aleksandra alexandra
alessandro allessandro
emma ema
fabien fabian
filipa philippa
irma hirma
karin carin
karina carina
lenka lenca
lukasz lucasz
marek marec
marika marica
milos milosh
natasa natasha natascha
pavel pawel
sasha sascha
sebastian sebastien
tatiana tatjana tatyana
tatjana tatiana
wladimir vladimir
zuzana zuzanna susana
norah nora
kathleen kathlene kathlyn cathlene cathleen
elinor elenor eleonor
zeynep zeyneb zeinep
devi dewi dewie
geoffrey geoffry geofrey jeffry
etienne estienne
baptiste batiste baptist
annegret annegrete annegreth
ravi ravee
oleksii oleksiy olexiy oleksij olexii oleksij
theodore theodor theodoor
aaron aron arron
abigail abigale abbigail
agnes agness
alice alyce
angela angella
anita annita
antoine antoin
audrey audry audree
benedict benedikt
bethany bethanie
bjorn bjoern
bradley bradly
brittany brittney britney
bruce bruse
bryony briony
carmel karmel
charlotte sharlotte
christine kristine kristin christin
claude claud
clement klement clemens klemens
darren daren darran
deirdre deidre
derek derrick derick deric
desmond desmund
diane dianne dian
dmitry dmitri dmitrij dmitriy
dominic dominik domenic
duncan dunkan
eileen aileen ilene
ethan eathan
evelyn evelin eveline
felicity felicitie
fiona fionna
gavin gaven
grace grayce
gregory gregor greggory
hannah hanna hana
hasan hassan
heather hether
helga hellga
hussein husein husain hussain hossein
ingrid ingrit
isaac izaak isaak
ivan iwan
jacqueline jaqueline jacquelin jacquelyn
jade jayde
jamie jaime jaimie
janet jannet janette
jeremy jeremie jeramy
jerome gerome
joachim joakim
joel joell
jordan jordyn
joyce joice
justin justyn
karen karin caren
katharina katarina catarina katerina
katja katya catja
keith keath
kenneth kennet
kerry kerrie
kevin kevyn
leigh lee
lena leena
liam lyam
lillian lilian
lloyd loyd
logan loghan
lucy luci lucie
ludwig ludvig
malcolm malcom
marco marko
margaret margret margarete margarethe
marilyn marylin
matthias mathias mattias matias
melanie mellanie
mohamed mohammed muhammad mohammad
morgan morgen
mustafa mustapha
nadia nadja nadya
nathan nathen
nigel nigell
nikita nikitta
nina neena
olga olha
philip phillip philipp phillipp filip
philippa phillipa
rebecca rebekah rebekka rebeca rebecka
reinhard reinhart
roderick roderic
rodney rodnie
ronald ronold
rosemary rosemarie
ruth rut
sabrina sabrine
samantha samanta
sandra sondra
sebastian sebastien sebastjan
sergei sergey sergej serhii sergii
sheila shiela sheela
shirley shirly
sidney sydney
simon symon
sofia sophia
sofie sophie
stefan stephan
suzanne susanne suzan
svetlana swetlana
tamara tamera
teresa theresa therese
terence terrence terance
tobias thobias
tracy tracey traci
trevor trever
ursula ursulla
vanessa vannessa
werner verner
wolfgang volfgang
goran joran
rachel rachael rachell
helen hellen helene
daniel danial
nicola nichola
kelly kelley kellie
wojciech wojtech
william willam
benjamin benjamen
stephen steven stephan
jesse jessie
valerie valery
`

/** The same for surnames. */
export const surnameVariantSets: string = `
cavalcanti cavalcante
adams addams
agarwal aggarwal agrawal agarwala
allen allan alan
alvarez alvares
andersen anderssen
anderson andersson
appel apel
bailey bayley baily baillie
banerjee banerji
barnes barns
bauer baur
becker bekker beker
bennett bennet
berg bergh
bhatt bhat
blanc blank
blum bluhm
brown browne
bruijn bruyn bruin
burns byrnes
calhoun colhoun
campbell campbel
carlson carlsson karlsson karlson
carpenter carpentier
carr karr
chatterjee chatterji chaterjee
chaudhary chaudhry choudhary chowdhury choudhury chaudhuri
chavez chaves
christensen kristensen christenson
christiansen kristiansen
clark clarke klark
coen cohen kohen kohn cohn
connelly connolly conolly
cook cooke
correa correia
cox coxe
cramer kramer kraemer
cunningham cuningham
datta dutta dutt
davies davis
dijk dyk dyck
dijkstra dykstra
dikshit dixit
dixon dickson
doherty dougherty docherty
dominguez domingues
dupond dupont
dvorak dvorzak
elliott elliot eliot eliott
ericson erikson eriksson ericsson erickson
eriksen ericksen
ferguson fergusson
fernandez fernandes
ferrari ferary
fischer fisher vischer
fitzpatrick fitzpatric
foster forster
fraser frazer frazier
friedman friedmann freedman
fuchs fux
garrett garret
gauthier gautier
ghosh ghose
gimenez jimenez ximenez
goldschmidt goldsmith goldschmitt
gonzalez gonzales gonsalez
graf graff
gray grey
green greene
griffith griffiths
gustafsson gustavsson gustafson
haas hase
hansen hanssen
callaghan callahan
rourke rorke orourke ororke
kjaergaard kjergaard kjaergard
hanson hansson
harris harries
hartman hartmann
hayes hays
hendrik hendrick
hendriks hendrix hendricks
herman hermann herrmann
hernandez hernandes
hoffman hoffmann hofmann hofman
horvat horvath
howe how
hughes hughs
huijgens huygens
ivanov iwanow
iyer aiyar
jacobs jakobs
jacobsen jakobsen
jacobson jakobsson jacobsson
jansen janssen janzen
janson jansson
jeffries jefferies jeffreys
johanson johansson johannson johannsson
johnson johnsson jonson
jonsson jonson
kaiser kayser keiser
kapoor kapur
kaufman kaufmann
kelly kelley
kerr ker
klein kline cline
knudsen knutsen
koch kock
kohler koehler
konig koenig
kovac kovacs kowatsch
kraus krauss krause
kruger krueger
kuiper kuyper kuijper
lambert lamberts
larsen larssen
larson larsson
lawrence laurence
lee leigh lea
lefebvre lefevre lefebre
lehman lehmann
leroy leroi
lewis louis
lloyd loyd
lowe low
lucas lukas
lund lundh
macdonald mcdonald
mackenzie mckenzie
mackay mckay
maclean mclean mclain
macleod mcleod
macmillan mcmillan
marques marquez
marshall marshal
martin martyn marten
martinez martines
matos mattos
matthews mathews
mccarthy mccarty
melo mello
meyer myer meier mayer maier mayr meir meyr mayer meijer
michaud michaux
miller millar
mishra misra
mitchell mitchel
moore moor
moraes morais
morris maurice
mukherjee mukherji mookerjee
muller mueller
murray murry
nair nayar
neal neale neil neill
neuman neumann newman
nichols nicholls nicols
nicholson nicolson
nielsen nielson nilsen
nilsson nilson
nowak novak
ohlsson olsson olson
olsen ohlsen
oneill oneil oneal
page paige
pandey pande
pearson pierson
petersen pettersen
peterson petersson pettersson
philips phillips philipps
pierce pearce peirce
pillai pillay
price pryce
queiros queiroz
reddy reddi
reed reid read
renaud renault
richter rychter
ritter riter
rodgers rogers
rodriguez rodrigues
ross ros
roth rot
russell russel
sanchez sanches
sanders saunders
sarma sharma
rachmawati rahmawati
rachman rahman
rachmat rahmat
schafer schaefer schaffer shafer
schmid schmidt schmitt schmied
schneider schnyder snyder
schroder schroeder
schubert schuberth
schultz schulz schulze schultze
schumacher schuhmacher
schuster shuster
schwartz schwarz schwarcz
seidel seydel
shepherd sheppard shepard
shetty shetti
simmons simons symons
sinclair sinklair
smirnov smirnoff
smit smid
smith smyth smythe
obrien obrian obryan
sousa souza
spencer spenser
srivastava shrivastava srivastav
steele steel
stein steyn
stephens stevens
stephenson stevenson
stewart stuart
svensson svenson swenson swensson
swami swamy
szabo sabo
taylor tayler
tewari tiwari
thakur thakor
thibault thibaut thibaud
thomas tomas
thompson thomson tomson
toth tot
tran tranh
vasquez vazquez
velasquez velazquez
verma varma
viana vianna
visser visscher
vogel fogel
vogt voigt vogdt
wagner wagener
walter walther
walters walthers
watt watts
weiss weis weisz
wenzel wentzel
whitaker whittaker
white whyte
wijk wyk
wilson willson
wolf wolff wulf
wright wrighte
zimmerman zimmermann
bourke burke berke
gallagher gallacher gallaher galagher
whitaker whittaker whitacre whiteaker
bradley bradly bradlee
radcliffe ratcliffe radcliff ratcliff
deschamps dechamps deschamp
thornbury thornberry thornbery
kaergaard kjergaard kjaergaard kjaergard
hughes hughs hews
hadley hadleigh hadly
hartley hartly
ashley ashly
barrett barret
bennett bennet benett
briggs brigs
bryant briant
burrows burrowes
butler buttler
campbell cambell
carter karter
chapman chapmann
clayton cleyton
cooper kooper
curtis curtiss
davidson davison
donnelly donelly
douglas douglass
doyle doile
duffy duffey
farrell farell
fitzgerald fitz-gerald
fletcher fletscher
freeman freemann
gardner gardiner gardener
gibbs gibs
gilbert gillbert
graham grahame
hardy hardie
harper harpur
harrison harisson
harvey harvie
jackson jakson
jansen janssen jansson
jensen jenssen
kaufmann kauffmann kaufman
kennedy kenedy
kirk kirke
kohler koehler koler
kovacs kovac kowacs
kuhn kuehn
leonard lennard
lynch linch
maguire mcguire
michaels michaelis
mitchell michell
morris morriss
morrison morisson
morton moreton
murphy murphey
nichols nicholls nickols
norris noris
oconnor oconner
okeefe okeeffe
palmer pallmer
parker parcker
patterson paterson pattersen
payne paine
pedersen petersen pederson
pfeiffer pfeifer
porter portar
powell powel
ramsay ramsey
randall randell
reynolds renolds
rhodes rodes
richards ritchards
richardson ritchardson
riley reilly ryley
roberts robberts
robertson robertsen
robinson robison
ryan ryen
schaefer schafer schaffer schaeffer
schreiber schryber
schubert shubert
scott scot
simmons simmonds simons
simpson simson
sinclair synclair
snyder snider
sokolov sokoloff
strauss straus
sullivan sulivan
sutton suton
tailor taylor
thompson thomson tompson
tucker tukker
vaughan vaughn
wagner vagner wagener
warren waren
watson wattson
watts wats
weaver weever
weber webber veber
werner verner
wheeler weeler
wilkins wilkens
willis wyllis
wolf wolff wolfe woolf
schroeter schroter
howell howells
jenkins jenkin
edwards edwardes
walsh walshe
johnston johnstone
brooks brookes
humphreys humphries humphrys
dean deane
chevrier chevrie
hutchinson hutchison hutchenson hutchisson
kramer cramer kraemer kremer kreamer
`
