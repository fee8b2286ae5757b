/** Surnames of Spanish and Portuguese names. */

/**
 * Words that are surnames and no given names where people bear two surnames: between a given name and a surname such a word is a
 * first surname that the directory may not know, and not a middle name. In base form.
 * From the names of the locales es, es_MX, pt_BR and pt_PT of npm @faker-js/faker 10.6.0 (MIT), with frequent Basque and Catalan ones.
 */
export const iberianSurnames: ReadonlySet<string> = new Set(
  `
  abeyta abrego abreu acevedo acosta acuna adame adorno agosto aguayo aguilar aguilera aguirre alanis alaniz alarcon alba albuquerque
  alcala alcantar alcaraz aleman alfaro alicea almanza almaraz almeida almonte alonso alonzo altamirano alva alvarado alvarez alves amado
  amador amaral amaya amorim anaya anda andrade anguiano angulo anjos ansorena antunes aparicio apodaca aponte aragon arana aranda araujo
  arce archuleta arellano arenas arevalo arguello arias armas armendariz armenta armijo arredondo arreola arriaga arrieta arroyo arteaga
  assuncao atencio avalos avila aviles ayala azevedo baca badillo baez baeza bahena balderas ballesteros banda banuelos baptista barajas
  barbosa barela barragan barraza barrera barreto barrientos barrios barros batista becerra belmonte beltran benavides benavidez benitez
  bermudez bernal berrios betancourt blanco bonilla borges borrego bosch botello braga branco bravo briones briseno brito bueno burgos
  bustamante bustos caballero caban cabrera cadena caldera calderon calvillo camacho camarillo campos camps canales candelaria cano cantu
  caraballo carbajal cardenas cardona cardoso cardozo carmona carneiro carranza carrasco carrasquillo carreon carrera carrero carrillo
  carrion carvajal carvalho casanova casares casarez casas casillas castaneda castellanos castillo castro cavazos cazares ceballos cedillo
  ceja centeno cepeda cerda cervantes cervantez chacon chapa chavarria chavez cintron cisneros coelho collado collazo colon colunga
  contreras cordero cordova cornejo corona coronado corral corrales correa correia cortes cortez costa cotto covarrubias crespo cruz
  cuellar cunha curiel davila delacruz delafuente delagarza delao delapaz delarosa delatorre deleon delgadillo delgado delrio delvalle
  diaz domingos domingues dominguez dominquez duenas duran echevarria echeverria elizondo enriquez escalante escamilla escobar escobedo
  esparza espinal espino espinosa espinoza esquibel esquivel esteves estevez estrada etxeberria fajardo falcao faria farias fernandes
  fernandez ferrandiz ferreira ferrer fidelis fierro figueiredo figueroa flores florez fonseca font fraga franco freitas frias fuentes
  furtado gaitan galarza galindo gallardo gallegos galvan galvez gamboa gamez gaona garay garcia garibay garica garmendia garrido garza
  gastelum gaytan giron godinez godoy goikoetxea gollum gomes gomez goncalves gonzales gonzalez gracia granado granados griego grijalva
  guajardo guardado guerra guerreiro guerrero guevara guillen gurule gusmao gutierrez guzman haro henriques henriquez heredia hernadez
  hernandes hernandez herrera hidalgo hinojosa holguin huerta huixtlacatl hurtado ibarra iglesias irizarry iturbe jaimes jaquez jaramillo
  jasso jimenez jiminez juarez jurado laboy lacerda larrea lasheras laureano leal lebron ledesma leite leiva lemus leon lerma leyva lima
  limon linares lira llamas lobo loera lomeli longoria lopes lopez loureiro lourinho lovato loya lozada lozano lucero lucio luevano lugo
  macedo machado macias madera madrid madrigal maestas magalhaes magana maia malave maldonado manzanares mares marin mariz marques marquez
  marrero marroquin marti martinez martins mas mascarenas mata matos maya mayorga medeiros medina medrano meireles mejia melendez melgar
  melo mena menchaca mendes mendez mendizabal mendoza menendez menezes meraz mercado merino mesa mesquita meza miramontes mireles mojica
  molina mondragon monroy montalvo montanez montano monteiro montemayor montenegro montero monteros montes montez montoya mora moraes
  morais morales moreira moreno mota moura moya munguia muniz munoz murillo muro najera nanez naranjo narvaez nascimento natera nava
  navarrete navarro nazario negrete negron neto nevarez neves nieto nieves nino nobre nogueira noriega nunes nunez ocampo ocasio ochoa
  ojeda oliva olivares olivarez olivas oliveira olivera olivo olmedo olmos olvera ontiveros oquendo ordonez orellana ornelas orosco orozco
  orta ortega ortiz osorio otegi otero ozuna pabon pacheco padilla padron paez pagan paiva palacios palomino palomo pantoja paredes parra
  partida pascual patino pedraza pedroza peixoto pelayo pena perales peralta perea pereira peres perez pichardo pimentel pina pineda
  pinheiro pinho pinto pires pizarro planas polanco ponce pons porras portillo posada prado prats preciado prieto puente puga puig pulido
  queiroz quesada quevedo quezada quinones quinonez quinta quintairos quintana quintanilla quintas quintero quiroga quiros quiroz rael
  ramirez ramos rangel raposo rascon raya razo regalado reis rendon renteria resende resendez reyes reyna reynoso ribas ribeiro rico
  rincon riojas rios rivas rivera rivero robledo robles roca rocha rodarte rodrigez rodrigues rodriguez rodriquez roig rojas rojo roldan
  rolon romero romo roque rosado rosales rosas roybal rubio ruelas ruiz saavedra saenz saiz sala salas salazar salcedo salcido saldana
  saldanha saldivar salgado salgueiro salinas samaniego sanabria sanches sanchez sandoval sans santacruz santana santillan santos sarabia
  saraiva sarmento sauceda saucedo seabra sedillo segovia segura sepulveda serna serra serrano serrato sevilla sierra silva simoes
  sisneros soares solano soler solis soliz solorio solorzano soria sosa sotelo soto sousa souza suarez tafoya tamayo tamez tapia tavares
  teixeira tejada tejeda tellez tello teran terrazas tijerina tirado toledo toro torres torrez tovar trejo trevino trujillo ulibarri ulloa
  urbina urena urias uribe urrutia vaca valadez valdes valdez valdivia valencia valente valentin valenzuela valladares valle vallejo
  valles valverde vanegas varela vargas vasquez vazquez vega veiga vela velasco velasquez velazquez velez veliz venegas verdugo verduzco
  vergara vidal vidales vieira viera vigil vila vilela villa villagomez villalobos villalpando villanueva villareal villarreal villasenor
  villegas yanes yanez ybarra yunta zabaleta zamarreno zamarripa zambrana zambrano zamora zamudio zapata zaragoza zarate zavala zayas
  zelaya zepeda zubiri zuniga
`
    .trim()
    .split(/\s+/),
)
