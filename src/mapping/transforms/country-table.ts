/**
 * Countries and territories, one a line: ISO 3166-1 codes of two and three letters, the name in English as it is sent, and other
 * names by which people know it. A table of Spoke's own rather than the runtime's, so that every version of Node sends the same.
 */
export const COUNTRY_TABLE = `
AD AND Andorra|Andorre|Andora
AE ARE United Arab Emirates|Vereinigte Arabische Emirate|Emiratos Árabes Unidos|Émirats arabes unis|Emirati Arabi Uniti|Emirados Árabes Unidos|Verenigde Arabische Emiraten|Zjednoczone Emiraty Arabskie|UAE|Emirates|VAE
AF AFG Afghanistan|Afganistán|Afeganistão
AG ATG Antigua and Barbuda|Antigua und Barbuda|Antigua y Barbuda|Antigua-et-Barbuda|Antigua e Barbuda|Antigua en Barbuda|Antigua i Barbuda
AI AIA Anguilla|Anguila
AL ALB Albania|Albanien|Albanie
AM ARM Armenia|Armenien|Arménie
AO AGO Angola
AQ ATA Antarctica|Antarktis|Antártida|Antarctique|Antartide|Antarktyda
AR ARG Argentina|Argentinien|Argentine|Argentinië|Argentyna
AS ASM American Samoa|Amerikanisch-Samoa|Samoa Americana|Samoa américaines|Samoa Americane|Amerikaans-Samoa|Samoa Amerykańskie
AT AUT Austria|Österreich|Autriche|Oostenrijk|Republik Österreich
AU AUS Australia|Australien|Australie
AW ABW Aruba
AX ALA Åland Islands|Ålandinseln|Islas Aland|Îles Åland|Isole Åland|Ilhas Aland|Åland|Wyspy Alandzkie
AZ AZE Azerbaijan|Aserbaidschan|Azerbaiyán|Azerbaïdjan|Azerbaigian|Azerbaijão|Azerbeidzjan|Azerbejdżan
BA BIH Bosnia and Herzegovina|Bosnien und Herzegowina|Bosnia y Herzegovina|Bosnie-Herzégovine|Bosnia ed Erzegovina|Bósnia e Herzegovina|Bosnië en Herzegovina|Bośnia i Hercegowina
BB BRB Barbados|Barbade
BD BGD Bangladesh|Bangladesch|Bangladés|Bangladesz
BE BEL Belgium|Belgien|Bélgica|Belgique|Belgio|België|Belgia
BF BFA Burkina Faso|Burquina Faso
BG BGR Bulgaria|Bulgarien|Bulgarie|Bulgarije|Bułgaria
BH BHR Bahrain|Baréin|Bahreïn|Bahrajn
BI BDI Burundi
BJ BEN Benin
BL BLM Saint Barthélemy|St. Barthélemy|San Bartolomé|São Bartolomeu
BM BMU Bermuda|Bermudas|Bermudes|Bermudy
BN BRN Brunei|Brunei Darussalam
BO BOL Bolivia|Bolivien|Bolivie|Boliwia|Plurinational State of Bolivia
BQ BES Caribbean Netherlands|Karibische Niederlande|Caribe neerlandés|Pays-Bas caribéens|Caraibi Olandesi|Países Baixos Caribenhos|Caribisch Nederland|Niderlandy Karaibskie
BR BRA Brazil|Brasilien|Brasil|Brésil|Brasile|Brazilië|Brazylia
BS BHS Bahamas|Bahamy
BT BTN Bhutan|Bután|Bhoutan|Butão
BV BVT Bouvet Island|Bouvetinsel|Isla Bouvet|Île Bouvet|Isola Bouvet|Ilha Bouvet|Bouveteiland|Wyspa Bouveta
BW BWA Botswana|Botsuana
BY BLR Belarus|Bielorrusia|Biélorussie|Bielorussia|Bielorrússia|Białoruś
BZ BLZ Belize|Belice
CA CAN Canada|Kanada
CC CCK Cocos Islands|Cocos (Keeling) Islands|Kokosinseln|Islas Cocos|Îles Cocos|Isole Cocos (Keeling)|Ilhas Cocos (Keeling)|Cocoseilanden|Wyspy Kokosowe|Keeling Islands
CD COD Congo (Kinshasa)|Kongo-Kinshasa|República Democrática del Congo|Demokratyczna Republika Konga|DR Congo|Democratic Republic of the Congo|Zaire
CF CAF Central African Republic|Zentralafrikanische Republik|República Centroafricana|République centrafricaine|Repubblica Centrafricana|Centraal-Afrikaanse Republiek|Republika Środkowoafrykańska
CG COG Congo (Brazzaville)|Kongo-Brazzaville|Congo|República do Congo|Kongo|Republic of the Congo
CH CHE Switzerland|Schweiz|Suiza|Suisse|Svizzera|Suíça|Zwitserland|Szwajcaria|Swiss Confederation|Schweizerische Eidgenossenschaft
CI CIV Côte d'Ivoire|Costa d'Avorio|Costa do Marfim|Ivoorkust|Ivory Coast
CK COK Cook Islands|Cookinseln|Islas Cook|Îles Cook|Isole Cook|Ilhas Cook|Cookeilanden|Wyspy Cooka
CL CHL Chile|Chili|Cile
CM CMR Cameroon|Kamerun|Camerún|Cameroun|Camarões|Kameroen
CN CHN China|Chine|Cina|Chiny|PRC|Peoples Republic of China
CO COL Colombia|Kolumbien|Colombie|Kolumbia
CR CRI Costa Rica|Kostaryka
CU CUB Cuba|Kuba
CV CPV Cape Verde|Cabo Verde|Cap-Vert|Capo Verde|Kaapverdië|Republika Zielonego Przylądka
CW CUW Curaçao|Curazao
CX CXR Christmas Island|Weihnachtsinsel|Isla de Navidad|Île Christmas|Isola Christmas|Ilha Christmas|Christmaseiland|Wyspa Bożego Narodzenia
CY CYP Cyprus|Zypern|Chipre|Chypre|Cipro|Cypr
CZ CZE Czechia|Tschechien|Chequia|Tchéquie|Cechia|Tchéquia|Tsjechië|Czechy|Czech Republic|Tschechische Republik
DE DEU Germany|Deutschland|Alemania|Allemagne|Germania|Alemanha|Duitsland|Niemcy|Federal Republic of Germany|BRD|Bundesrepublik Deutschland
DJ DJI Djibouti|Dschibuti|Yibuti|Gibuti|Djibuti|Dżibuti
DK DNK Denmark|Dänemark|Dinamarca|Danimarca|Denemarken|Dania
DM DMA Dominica|Dominique|Dominika
DO DOM Dominican Republic|Dominikanische Republik|República Dominicana|République dominicaine|Repubblica Dominicana|Dominicaanse Republiek|Dominikana
DZ DZA Algeria|Algerien|Argelia|Algérie|Algerije|Algieria
EC ECU Ecuador|Équateur|Equador|Ekwador
EE EST Estonia|Estland|Estonie
EG EGY Egypt|Ägypten|Egipto|Égypte|Egitto|Egito|Egipt
EH ESH Western Sahara|Westsahara|Sáhara Occidental|Sahara Occidentale|Saara Ocidental|Westelijke Sahara|Sahara Zachodnia
ER ERI Eritrea|Érythrée|Eritreia|Erytrea
ES ESP Spain|Spanien|España|Espagne|Spagna|Espanha|Spanje|Hiszpania
ET ETH Ethiopia|Äthiopien|Etiopía|Éthiopie
FI FIN Finland|Finnland|Finlandia|Finlande
FJ FJI Fiji|Fidschi|Fiyi|Fidji|Figi|Fidżi
FK FLK Falkland Islands|Falklandinseln|Islas Malvinas|Îles Malouines|Isole Falkland|Ilhas Malvinas|Falklandeilanden|Falklandy|Malvinas
FM FSM Micronesia|Mikronesien|Micronésie|Mikronezja|Federated States of Micronesia
FO FRO Faroe Islands|Färöer|Islas Feroe|Îles Féroé|Isole Fær Øer|Ilhas Faroé|Faeröer|Wyspy Owcze
FR FRA France|Frankreich|Francia|França|Frankrijk|Francja
GA GAB Gabon|Gabun|Gabão
GB GBR United Kingdom|Vereinigtes Königreich|Reino Unido|Royaume-Uni|Regno Unito|Verenigd Koninkrijk|Wielka Brytania|UK|Great Britain|Britain|England|Scotland|Wales|Northern Ireland|Gran Bretaña|Großbritannien|Inglaterra
GD GRD Grenada|Granada|Grenade
GE GEO Georgia|Georgien|Géorgie|Gruzja
GF GUF French Guiana|Französisch-Guayana|Guayana Francesa|Guyane française|Guyana Francese|Guiana Francesa|Frans-Guyana|Gujana Francuska
GG GGY Guernsey|Guernesey
GH GHA Ghana|Gana
GI GIB Gibraltar|Gibilterra
GL GRL Greenland|Grönland|Groenlandia|Groenland|Grenlandia
GM GMB Gambia|Gambie
GN GIN Guinea|Guinée|Guiné|Gwinea
GP GLP Guadeloupe|Guadalupe|Guadalupa|Gwadelupa
GQ GNQ Equatorial Guinea|Äquatorialguinea|Guinea Ecuatorial|Guinée équatoriale|Guinea Equatoriale|Guiné Equatorial|Equatoriaal-Guinea|Gwinea Równikowa
GR GRC Greece|Griechenland|Grecia|Grèce|Griekenland|Grecja
GS SGS South Georgia and South Sandwich Islands|Südgeorgien und die Südlichen Sandwichinseln|Islas Georgia del Sur y Sandwich del Sur|Géorgie du Sud-et-les Îles Sandwich du Sud|Georgia del Sud e Sandwich Australi|Ilhas Geórgia do Sul e Sandwich do Sul|Zuid-Georgia en Zuidelijke Sandwicheilanden|Georgia Południowa i Sandwich Południowy
GT GTM Guatemala|Gwatemala
GU GUM Guam
GW GNB Guinea-Bissau|Guinea-Bisáu|Guinée-Bissau|Guiné-Bissau|Gwinea Bissau
GY GUY Guyana|Guiana|Gujana
HK HKG Hong Kong|Hong Kong SAR China|Sonderverwaltungsregion Hongkong|RAE de Hong Kong (China)|R.A.S. chinoise de Hong Kong|RAS di Hong Kong|Hong Kong, RAE da China|Hongkong SAR van China|SRA Hongkong (Chiny)|Hong Kong SAR
HM HMD Heard and McDonald Islands|Heard und McDonaldinseln|Islas Heard y McDonald|Îles Heard-et-MacDonald|Isole Heard e McDonald|Ilhas Heard e McDonald|Heard en McDonaldeilanden|Wyspy Heard i McDonalda
HN HND Honduras
HR HRV Croatia|Kroatien|Croacia|Croatie|Croazia|Kroatië|Chorwacja
HT HTI Haiti
HU HUN Hungary|Ungarn|Hungría|Hongrie|Ungheria|Hongarije|Węgry
ID IDN Indonesia|Indonesien|Indonésie|Indonezja
IE IRL Ireland|Irland|Irlanda|Irlande|Ierland|Irlandia|Republic of Ireland|Eire
IL ISR Israel|Israele|Izrael
IM IMN Isle of Man|Isla de Man|Île de Man|Isola di Man|Ilha de Man|Wyspa Man
IN IND India|Indien|Inde|Indie
IO IOT British Indian Ocean Territory|Britisches Territorium im Indischen Ozean|Territorio Británico del Océano Índico|Territoire britannique de l'océan Indien|Territorio Britannico dell'Oceano Indiano|Território Britânico do Oceano Índico|Brits Indische Oceaanterritorium|Brytyjskie Terytorium Oceanu Indyjskiego
IQ IRQ Iraq|Irak|Iraque
IR IRN Iran|Irã|Islamic Republic of Iran
IS ISL Iceland|Island|Islandia|Islande|Islanda|IJsland
IT ITA Italy|Italien|Italia|Italie|Włochy
JE JEY Jersey
JM JAM Jamaica|Jamaika|Jamaïque|Giamaica|Jamajka
JO JOR Jordan|Jordanien|Jordania|Jordanie|Giordania
JP JPN Japan|Japón|Giappone|Japão|Japonia
KE KEN Kenya|Kenia|Quênia
KG KGZ Kyrgyzstan|Kirgisistan|Kirguistán|Kirghizstan|Kirghizistan|Quirguistão|Kirgizië|Kirgistan
KH KHM Cambodia|Kambodscha|Camboya|Cambodge|Cambogia|Camboja|Cambodja|Kambodża
KI KIR Kiribati|Quiribati
KM COM Comoros|Komoren|Comoras|Comores|Comore|Comoren|Komory
KN KNA Saint Kitts and Nevis|St. Kitts & Nevis|St. Kitts und Nevis|San Cristóbal y Nieves|Saint-Christophe-et-Niévès|Saint Kitts e Nevis|São Cristóvão e Névis|Saint Kitts en Nevis|Saint Kitts i Nevis
KP PRK North Korea|Nordkorea|Corea del Norte|Corée du Nord|Corea del Nord|Coreia do Norte|Noord-Korea|Korea Północna|DPRK
KR KOR South Korea|Südkorea|Corea del Sur|Corée du Sud|Corea del Sud|Coreia do Sul|Zuid-Korea|Korea Południowa|Korea|Republic of Korea
KW KWT Kuwait|Koweït|Koeweit|Kuwejt
KY CYM Cayman Islands|Kaimaninseln|Islas Caimán|Îles Caïmans|Isole Cayman|Ilhas Cayman|Kaaimaneilanden|Kajmany
KZ KAZ Kazakhstan|Kasachstan|Kazajistán|Kazakistan|Cazaquistão|Kazachstan
LA LAO Laos|Lao PDR
LB LBN Lebanon|Libanon|Líbano|Liban
LC LCA Saint Lucia|St. Lucia|Santa Lucía|Sainte-Lucie
LI LIE Liechtenstein
LK LKA Sri Lanka
LR LBR Liberia
LS LSO Lesotho|Lesoto
LT LTU Lithuania|Litauen|Lituania|Lituanie|Litouwen|Litwa
LU LUX Luxembourg|Luxemburg|Luxemburgo|Lussemburgo|Luksemburg
LV LVA Latvia|Lettland|Letonia|Lettonie|Lettonia|Letland|Łotwa
LY LBY Libya|Libyen|Libia|Libye|Libië
MA MAR Morocco|Marokko|Marruecos|Maroc|Marocco|Marrocos|Maroko
MC MCO Monaco|Monako
MD MDA Moldova|Republik Moldau|Moldavia|Moldavie|Mołdawia|Republic of Moldova
ME MNE Montenegro|Czarnogóra
MF MAF Saint Martin|St. Martin|San Martín|São Martinho
MG MDG Madagascar|Madagaskar
MH MHL Marshall Islands|Marshallinseln|Islas Marshall|Îles Marshall|Isole Marshall|Ilhas Marshall|Marshalleilanden|Wyspy Marshalla
MK MKD North Macedonia|Nordmazedonien|Macedonia del Norte|Macédoine du Nord|Macedonia del Nord|Macedônia do Norte|Noord-Macedonië|Macedonia Północna|Macedonia
ML MLI Mali
MM MMR Myanmar|Myanmar (Burma)|Myanmar (Birmania)|Myanmar (Birmanie)|Mianmar (Birmânia)|Myanmar (Birma)|Mjanma (Birma)|Burma
MN MNG Mongolia|Mongolei|Mongolie
MO MAC Macao|Macao SAR China|Sonderverwaltungsregion Macau|RAE de Macao (China)|R.A.S. chinoise de Macao|RAS di Macao|Macau, RAE da China|Macau SAR van China|SRA Makau (Chiny)|Macau
MP MNP Northern Mariana Islands|Nördliche Marianen|Islas Marianas del Norte|Îles Mariannes du Nord|Isole Marianne Settentrionali|Ilhas Marianas do Norte|Noordelijke Marianen|Mariany Północne
MQ MTQ Martinique|Martinica|Martynika
MR MRT Mauritania|Mauretanien|Mauritanie|Mauretania
MS MSR Montserrat
MT MLT Malta|Malte
MU MUS Mauritius|Mauricio|Maurice
MV MDV Maldives|Malediven|Maldivas|Maldive|Maldiven|Malediwy
MW MWI Malawi|Malaui
MX MEX Mexico|Mexiko|Mexique|Messico|Meksyk
MY MYS Malaysia|Malasia|Malaisie|Maleisië|Malezja
MZ MOZ Mozambique|Mosambik|Mozambico|Moçambique|Mozambik
NA NAM Namibia|Namibie
NC NCL New Caledonia|Neukaledonien|Nueva Caledonia|Nouvelle-Calédonie|Nuova Caledonia|Nova Caledônia|Nieuw-Caledonië|Nowa Kaledonia
NE NER Niger
NF NFK Norfolk Island|Norfolkinsel|Isla Norfolk|Île Norfolk|Isola Norfolk|Ilha Norfolk|Norfolk
NG NGA Nigeria
NI NIC Nicaragua|Nikaragua
NL NLD Netherlands|Niederlande|Países Bajos|Pays-Bas|Paesi Bassi|Países Baixos|Nederland|Holandia|Holland|The Netherlands|Holanda
NO NOR Norway|Norwegen|Noruega|Norvège|Norvegia|Noorwegen|Norwegia
NP NPL Nepal
NR NRU Nauru
NU NIU Niue
NZ NZL New Zealand|Neuseeland|Nueva Zelanda|Nouvelle-Zélande|Nuova Zelanda|Nova Zelândia|Nieuw-Zeeland|Nowa Zelandia
OM OMN Oman|Omã
PA PAN Panama
PE PER Peru|Pérou
PF PYF French Polynesia|Französisch-Polynesien|Polinesia Francesa|Polynésie française|Polinesia Francese|Frans-Polynesië|Polinezja Francuska
PG PNG Papua New Guinea|Papua-Neuguinea|Papúa Nueva Guinea|Papouasie-Nouvelle-Guinée|Papua Nuova Guinea|Papua-Nova Guiné|Papoea-Nieuw-Guinea|Papua-Nowa Gwinea
PH PHL Philippines|Philippinen|Filipinas|Filippine|Filipijnen|Filipiny
PK PAK Pakistan|Paquistão
PL POL Poland|Polen|Polonia|Pologne|Polska
PM SPM Saint Pierre and Miquelon|St. Pierre & Miquelon|St. Pierre und Miquelon|San Pedro y Miquelón|Saint-Pierre-et-Miquelon|Saint-Pierre e Miquelon|São Pedro e Miquelão|Saint-Pierre en Miquelon|Saint-Pierre i Miquelon
PN PCN Pitcairn Islands|Pitcairninseln|Islas Pitcairn|Îles Pitcairn|Isole Pitcairn|Ilhas Pitcairn|Pitcairneilanden|Pitcairn
PR PRI Puerto Rico|Porto Rico|Portoryko
PS PSE Palestinian Territories|Palästinensische Autonomiegebiete|Territorios Palestinos|Territoires palestiniens|Territori Palestinesi|Palestijnse gebieden|Terytoria Palestyńskie|Palestine|State of Palestine
PT PRT Portugal|Portogallo|Portugalia
PW PLW Palau|Palaos
PY PRY Paraguay|Paraguai|Paragwaj
QA QAT Qatar|Katar|Catar
RE REU Réunion|La Réunion|Riunione|Reunião
RO ROU Romania|Rumänien|Rumanía|Roumanie|Romênia|Roemenië|Rumunia
RS SRB Serbia|Serbien|Serbie|Sérvia|Servië
RU RUS Russia|Russland|Rusia|Russie|Rusland|Rosja|Russian Federation
RW RWA Rwanda|Ruanda
SA SAU Saudi Arabia|Saudi-Arabien|Arabia Saudí|Arabie saoudite|Arabia Saudita|Saoedi-Arabië|Arabia Saudyjska
SB SLB Solomon Islands|Salomonen|Islas Salomón|Îles Salomon|Isole Salomone|Ilhas Salomão|Salomonseilanden|Wyspy Salomona
SC SYC Seychelles|Seychellen|Seicheles|Seszele
SD SDN Sudan|Soudan|Sudão|Soedan
SE SWE Sweden|Schweden|Suecia|Suède|Svezia|Zweden|Szwecja
SG SGP Singapore|Singapur|Singapour|Singapura
SH SHN Saint Helena|St. Helena|Santa Elena|Sainte-Hélène|Sant'Elena|Santa Helena|Sint-Helena|Wyspa Świętej Heleny
SI SVN Slovenia|Slowenien|Eslovenia|Slovénie|Słowenia
SJ SJM Svalbard and Jan Mayen|Spitzbergen und Jan Mayen|Svalbard y Jan Mayen|Svalbard et Jan Mayen|Svalbard e Jan Mayen|Spitsbergen en Jan Mayen|Svalbard i Jan Mayen
SK SVK Slovakia|Slowakei|Eslovaquia|Slovaquie|Slovacchia|Slowakije|Słowacja
SL SLE Sierra Leone|Sierra Leona|Serra Leoa
SM SMR San Marino|Saint-Marin
SN SEN Senegal
SO SOM Somalia|Somalie
SR SUR Suriname|Surinam
SS SSD South Sudan|Südsudan|Sudán del Sur|Soudan du Sud|Sudão do Sul|Zuid-Soedan|Sudan Południowy
ST STP São Tomé and Príncipe|São Tomé und Príncipe|Santo Tomé y Príncipe|Sao Tomé-et-Principe|São Tomé e Príncipe|Sao Tomé en Principe|Wyspy Świętego Tomasza i Książęca
SV SLV El Salvador|Salvador|Salwador
SX SXM Sint Maarten|Saint-Martin (partie néerlandaise)
SY SYR Syria|Syrien|Siria|Syrie|Syrian Arab Republic
SZ SWZ Eswatini|Esuatini|Essuatíni|Swaziland
TC TCA Turks and Caicos Islands|Turks- und Caicosinseln|Islas Turcas y Caicos|Îles Turques-et-Caïques|Isole Turks e Caicos|Ilhas Turcas e Caicos|Turks- en Caicoseilanden|Turks i Caicos
TD TCD Chad|Tschad|Tchad|Ciad|Chade|Tsjaad|Czad
TF ATF French Southern Territories|Französische Süd- und Antarktisgebiete|Territorios Australes Franceses|Terres australes françaises|Terre Australi Francesi|Territórios Franceses do Sul|Franse Gebieden in de zuidelijke Indische Oceaan|Francuskie Terytoria Południowe i Antarktyczne
TG TGO Togo
TH THA Thailand|Tailandia|Thaïlande|Thailandia|Tajlandia
TJ TJK Tajikistan|Tadschikistan|Tayikistán|Tadjikistan|Tagikistan|Tadjiquistão|Tadzjikistan|Tadżykistan
TK TKL Tokelau
TL TLS Timor-Leste|Timor oriental|Timor Est|Oost-Timor|Timor Wschodni|East Timor
TM TKM Turkmenistan|Turcomenistão
TN TUN Tunisia|Tunesien|Túnez|Tunisie|Tunesië|Tunezja
TO TON Tonga
TR TUR Türkiye|Türkei|Turquía|Turquie|Turchia|Turkije|Turcja|Turkey
TT TTO Trinidad and Tobago|Trinidad und Tobago|Trinidad y Tobago|Trinité-et-Tobago|Trinidad e Tobago|Trinidad en Tobago|Trynidad i Tobago
TV TUV Tuvalu
TW TWN Taiwan|Tajwan|Taiwan ROC
TZ TZA Tanzania|Tansania|Tanzanie|United Republic of Tanzania
UA UKR Ukraine|Ucrania|Ucraina|Oekraïne|Ukraina
UG UGA Uganda|Ouganda|Oeganda
UM UMI U.S. Outlying Islands|Amerikanische Überseeinseln|Islas menores alejadas de EE. UU.|Îles mineures éloignées des États-Unis|Isole Minori Esterne degli Stati Uniti|Ilhas Menores Distantes dos EUA|Kleine afgelegen eilanden van de Verenigde Staten|Dalekie Wyspy Mniejsze Stanów Zjednoczonych
US USA United States|Vereinigte Staaten|Estados Unidos|États-Unis|Stati Uniti|Verenigde Staten|Stany Zjednoczone|USA|United States of America|America|EEUU|US of A|Vereinigte Staaten von Amerika|Estados Unidos de América
UY URY Uruguay|Uruguai|Urugwaj
UZ UZB Uzbekistan|Usbekistan|Ouzbékistan|Uzbequistão|Oezbekistan
VA VAT Vatican City|Vatikanstadt|Ciudad del Vaticano|État de la Cité du Vatican|Città del Vaticano|Cidade do Vaticano|Vaticaanstad|Watykan|Holy See|Vatican
VC VCT Saint Vincent and the Grenadines|St. Vincent & Grenadines|St. Vincent und die Grenadinen|San Vicente y las Granadinas|Saint-Vincent-et-les Grenadines|Saint Vincent e Grenadine|São Vicente e Granadinas|Saint Vincent en de Grenadines|Saint Vincent i Grenadyny|St Vincent and the Grenadines
VE VEN Venezuela|Wenezuela|Bolivarian Republic of Venezuela
VG VGB British Virgin Islands|Britische Jungferninseln|Islas Vírgenes Británicas|Îles Vierges britanniques|Isole Vergini Britanniche|Ilhas Virgens Britânicas|Britse Maagdeneilanden|Brytyjskie Wyspy Dziewicze
VI VIR U.S. Virgin Islands|Amerikanische Jungferninseln|Islas Vírgenes de EE. UU.|Îles Vierges des États-Unis|Isole Vergini Americane|Ilhas Virgens Americanas|Amerikaanse Maagdeneilanden|Wyspy Dziewicze Stanów Zjednoczonych
VN VNM Vietnam|Vietnã|Wietnam
VU VUT Vanuatu
WF WLF Wallis and Futuna|Wallis und Futuna|Wallis y Futuna|Wallis-et-Futuna|Wallis e Futuna|Wallis en Futuna|Wallis i Futuna
WS WSM Samoa
XK XKX Kosovo|Kosowo|Kosova
YE YEM Yemen|Jemen|Iêmen
YT MYT Mayotte|Majotta
ZA ZAF South Africa|Südafrika|Sudáfrica|Afrique du Sud|África do Sul|Zuid-Afrika|Republika Południowej Afryki
ZM ZMB Zambia|Sambia|Zambie
ZW ZWE Zimbabwe|Simbabwe|Zimbabue
`;
