import type { Person } from '../src/model.ts'

/** Common given names and surnames of ten countries, for directories in which many people have everyday names. */
const countries: readonly (readonly [country: string, given: string, surnames: string])[] = [
  [
    'United States',
    'James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica Thomas Sarah Charles Karen Daniel Lisa Matthew Nancy Mark',
    'Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Moore Jackson Martin Lee Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker Hall Campbell Mitchell Carter Roberts Phillips Evans Turner Parker',
  ],
  [
    'Germany',
    'Peter Maria Michael Ursula Thomas Monika Andreas Petra Wolfgang Sabine Klaus Renate Jürgen Helga Stefan Karin Christian Brigitte Uwe Ingrid Werner Andrea Frank Gisela Jörg',
    'Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Werner Krause Lehmann Köhler Maier Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn',
  ],
  [
    'France',
    'Jean Marie Philippe Nathalie Michel Isabelle Alain Sylvie Patrick Catherine Nicolas Martine Christophe Christine Pierre Françoise Laurent Valérie Éric Sandrine Julien Céline Olivier Véronique Thierry',
    'Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia Bertrand Roux Vincent Fournier Morel Girard André Mercier Dupont Lambert Bonnet François Martinez Legrand Garnier Faure Rousseau Blanc Guérin Muller Henry Roussel Perrin Morin Mathieu',
  ],
  [
    'Spain',
    'Antonio Carmen José Ana Manuel Isabel Francisco Laura David Cristina Juan Marta Javier Lucía Daniel Elena Carlos Pilar Alejandro Teresa Miguel Rosa Rafael Paula Pedro',
    'García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz Moreno Muñoz Álvarez Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez Ramos Gil Ramírez Serrano Blanco Molina Morales Suárez Ortega Delgado Castro Ortiz Rubio Marín Sanz Iglesias',
  ],
  [
    'Italy',
    'Giuseppe Maria Antonio Anna Giovanni Giuseppina Mario Rosa Luigi Angela Francesco Giovanna Angelo Teresa Vincenzo Lucia Pietro Carmela Salvatore Caterina Carlo Francesca Franco Antonietta Domenico',
    'Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De_Luca Mancini Costa Giordano Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini Leone Longo Gentile Martinelli Vitale Lombardo Serra Coppola Marchetti Parisi Villa',
  ],
  [
    'Netherlands',
    'Johannes Maria Jan Anna Cornelis Johanna Hendrik Elisabeth Willem Cornelia Pieter Hendrika Gerrit Wilhelmina Jacobus Petronella Dirk Margaretha Daan Emma Sem Sophie Lucas Julia Bram',
    'Jong Jansen Vries Bakker Visser Smit Meijer Boer Mulder Groot Bos Vos Peters Hendriks Dekker Brouwer Dijkstra Smits Graaf Kok Jacobs Vermeulen Schouten Hoekstra Willems Koster Verhoeven Prins Huisman Peeters Kuipers Veenstra Postma Maas Bosch Kramer Linden Blom Schipper Wal',
  ],
  [
    'Poland',
    'Jan Anna Stanisław Katarzyna Andrzej Małgorzata Józef Agnieszka Tadeusz Barbara Jerzy Krystyna Zbigniew Ewa Krzysztof Elżbieta Henryk Zofia Ryszard Teresa Marek Magdalena Piotr Joanna Tomasz',
    'Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski Mazur Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski Zając Pawłowski Michalski Król Wieczorek Jabłoński Wróbel Nowakowski Majewski Olszewski Stępień Malinowski Jaworski Adamczyk Dudek Nowicki Pawlak Górski Witkowski Walczak Sikora',
  ],
  [
    'Sweden',
    'Lars Anna Mikael Eva Anders Maria Johan Karin Erik Kristina Per Lena Karl Sara Peter Kerstin Thomas Emma Jan Ingrid Daniel Marie Fredrik Malin Hans',
    'Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Pettersson Jonsson Jansson Hansson Bengtsson Jönsson Lindberg Jakobsson Magnusson Lindström Olofsson Lindqvist Lindgren Berg Axelsson Bergström Lundberg Lind Lundgren Lundqvist Mattsson Berglund Fredriksson Sandberg Henriksson Forsberg Sjöberg Wallin Engström Eklund',
  ],
  [
    'India',
    'Rahul Priya Amit Neha Sanjay Pooja Rajesh Anita Vijay Sunita Suresh Kavita Anil Deepa Ravi Meena Ashok Rekha Manoj Anjali Arun Lakshmi Vikram Shreya Kiran',
    'Sharma Kumar Singh Gupta Patel Verma Joshi Mehta Shah Reddy Nair Iyer Rao Desai Kulkarni Mishra Pandey Agarwal Jain Chopra Malhotra Kapoor Bose Das Ghosh Banerjee Mukherjee Chatterjee Menon Pillai Naidu Bhat Shetty Hegde Thakur Yadav Chauhan Saxena Srivastava Trivedi',
  ],
  [
    'China',
    'Wei Fang Na Min Jing Li Qiang Lei Yang Jie Tao Yan Chao Juan Gang Ping Xin Hui Bo Ling Hao Mei Jun Xia Peng',
    'Wang Li Zhang Liu Chen Yang Zhao Huang Zhou Wu Xu Sun Hu Zhu Gao Lin He Guo Ma Luo Liang Song Zheng Xie Han Tang Feng Yu Dong Xiao Cheng Cao Yuan Deng Xu Fu Shen Zeng Peng Lu',
  ],
]

/** One person for each given name with each surname: about a thousand for each country, in group `everyone`. */
export function commonPeople(): Person[] {
  const people: Person[] = []
  for (const [, given, surnames] of countries) {
    for (const givenName of given.split(' ')) {
      for (const surname of surnames.split(' ').map((one) => one.replace('_', ' '))) {
        const number = people.length
        people.push({
          directory: 'Common',
          id: `p${number}`,
          displayName: `${givenName} ${surname}`,
          givenName,
          surname,
          addresses: [`p${number}@corp.example`],
          groups: ['everyone'],
        })
      }
    }
  }
  return people
}
