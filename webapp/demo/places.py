"""Words of three countries from which made-up contacts are put together: data, no rules.

Phone blocks are those that the regulators of the three countries keep free for films and examples (Arcep,
Bundesnetzagentur, Ofcom), so that a click in a demo never rings anybody. Postal codes belong to their cities.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class City:
    """A city with a postal code of its own, its region, and the block its phone numbers begin with."""

    name: str
    postal_code: str
    region: str
    phones: str


@dataclass(frozen=True)
class Land:
    """What contacts of one country are made of; `{}` in `streets` is the house number, in `trades` a name."""

    language: str
    country: str
    women: tuple[str, ...]
    men: tuple[str, ...]
    last_names: tuple[str, ...]
    trades: tuple[str, ...]
    stems: tuple[str, ...]
    legal_forms: tuple[tuple[str, str], ...]
    streets: tuple[str, ...]
    cities: tuple[City, ...]
    phone: str
    abroad: str
    mobile: str
    mail: str
    tags: tuple[str, ...]
    notes: tuple[str, ...]


def _cities(text: str) -> tuple[City, ...]:
    return tuple(City(*(part.strip() for part in line.split(","))) for line in text.strip().splitlines())


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in " ".join(text.split()).split(","))


FRANCE = Land(
    language="fr",
    country="FR",
    women=_words("""
        Camille, Chloé, Élodie, Inès, Léa, Manon, Zoé, Aurélie, Béatrice, Céline, Hélène, Françoise, Jeanne,
        Margaux, Noémie, Océane, Pauline, Sylvie, Véronique, Anne-Sophie, Marie-Claire, Fatima, Amélie,
        Clémence, Delphine, Florence, Gaëlle, Isabelle, Juliette, Solène"""),
    men=_words("""
        Antoine, Benoît, Cédric, Étienne, François, Gaël, Hugo, Jérôme, Julien, Karim, Loïc, Luc, Mathieu,
        Nicolas, Olivier, Pascal, Quentin, Raphaël, Sébastien, Théo, Thibault, Vincent, Yann, Jean-Pierre,
        Jean-Baptiste, Adrien, Baptiste, Damien, Fabrice, Grégoire"""),
    last_names=_words("""
        Martin, Bernard, Thomas, Petit, Robert, Richard, Durand, Dubois, Moreau, Laurent, Simon, Michel,
        Lefèvre, Leroy, Roux, David, Bertrand, Morel, Fournier, Girard, Bonnet, Dupont, Lambert, Fontaine,
        Rousseau, Vincent, Muller, Faure, André, Mercier, Blanc, Guérin, Boyer, Garnier, Chevalier,
        François, Legrand, Gauthier, Garcia, Perrin, Robin, Clément, Morin, Nicolas, Henry, Roussel,
        Mathieu, Gautier, Masson, Marchand, Duval, Denis, Dumont, Marie, Lemaire, Noël, Meyer, Dufour,
        Meunier, Brun, Blanchard, Giraud, Joly, Rivière, Lucas, Brunet, Gaillard, Barbier, Arnaud, Martinez,
        Gérard, Roche, Renard, Schmitt, Roy, Leroux, Colin, Vidal, Caron, de La Tour, Le Goff, N'Diaye,
        Benali, d'Hautecourt"""),
    trades=_words("""
        Boulangerie {}, Menuiserie {}, Garage {}, Imprimerie {}, Pharmacie {}, Transports {}, Plomberie {},
        Électricité {}, Maçonnerie {}, Cabinet {}, Librairie {}, Fleurs {}, Traiteur {}, Domaine {},
        Ateliers {}, Étude {}, Optique {}, Serrurerie {}, Charpentes {}, {} Conseil, {} Frères, {} & Fils,
        {} Logistique, {} Formation"""),
    stems=_words("""
        Alizé, Azur, Belvédère, Céleste, Éclat, Granit, Horizon, Lumen, Mistral, Océan, Pivoine, Quartz,
        Rivage, Sillage, Tilleul, Zénith"""),
    legal_forms=(
        ("sarl", "SARL"),
        ("sas", "SAS"),
        ("sasu", "SASU"),
        ("sa", "SA"),
        ("eurl", "EURL"),
        ("", ""),
    ),
    streets=_words("""
        {} rue de la République, {} avenue Victor-Hugo, {} rue du Bac, {} place de l'Église, {} boulevard
        Gambetta, {} chemin des Vignes, {} rue Pasteur, {} quai de la Gare, {} impasse du Moulin, {} allée
        des Tilleuls, {} rue Jean-Jaurès, {} cours Lafayette, {} rue des Écoles, {} bis rue du Château"""),
    cities=_cities("""
        Paris, 75011, Île-de-France, 01 99 00
        Paris, 75002, Île-de-France, 01 99 00
        Versailles, 78000, Île-de-France, 01 99 00
        Nanterre, 92000, Île-de-France, 01 99 00
        Nantes, 44000, Pays de la Loire, 02 61 91
        Rennes, 35000, Bretagne, 02 61 91
        Brest, 29200, Bretagne, 02 61 91
        Rouen, 76000, Normandie, 02 61 91
        Caen, 14000, Normandie, 02 61 91
        Tours, 37000, Centre-Val de Loire, 02 61 91
        Orléans, 45000, Centre-Val de Loire, 02 61 91
        Angers, 49000, Pays de la Loire, 02 61 91
        Lille, 59000, Hauts-de-France, 03 53 01
        Amiens, 80000, Hauts-de-France, 03 53 01
        Strasbourg, 67000, Grand Est, 03 53 01
        Colmar, 68000, Grand Est, 03 53 01
        Metz, 57000, Grand Est, 03 53 01
        Reims, 51100, Grand Est, 03 53 01
        Dijon, 21000, Bourgogne-Franche-Comté, 03 53 01
        Besançon, 25000, Bourgogne-Franche-Comté, 03 53 01
        Lyon, 69003, Auvergne-Rhône-Alpes, 04 65 71
        Grenoble, 38000, Auvergne-Rhône-Alpes, 04 65 71
        Saint-Étienne, 42000, Auvergne-Rhône-Alpes, 04 65 71
        Marseille, 13006, Provence-Alpes-Côte d'Azur, 04 65 71
        Nice, 06000, Provence-Alpes-Côte d'Azur, 04 65 71
        Montpellier, 34000, Occitanie, 04 65 71
        Ajaccio, 20000, Corse, 04 65 71
        Toulouse, 31000, Occitanie, 05 36 49
        Bordeaux, 33000, Nouvelle-Aquitaine, 05 36 49
        Limoges, 87000, Nouvelle-Aquitaine, 05 36 49
        La Rochelle, 17000, Nouvelle-Aquitaine, 05 36 49"""),
    phone="{:04d}",
    abroad="+33 ",
    mobile="",
    mail="courrier.example",
    tags=("VIP", "salon", "newsletter", "à relancer", "grand compte", "local"),
    notes=(
        "Préfère être appelé le matin.",
        "Rencontré au salon de Lyon.",
        "Demande toujours deux devis.",
        "Livraison par l'arrière, quai 3.\nSonner deux fois.",
        "Recommandé par un client.",
    ),
)

GERMANY = Land(
    language="de",
    country="DE",
    women=_words("""
        Anna, Birgit, Claudia, Doris, Elke, Frauke, Greta, Hannah, Ingrid, Jana, Katharina, Lena, Mareike,
        Nadine, Petra, Renate, Sabine, Susanne, Ulrike, Yasemin, Änne, Bärbel, Charlotte, Gudrun, Heike,
        Johanna, Käthe, Marie-Luise, Sigrid, Ursula"""),
    men=_words("""
        Andreas, Björn, Christian, Dieter, Emil, Florian, Günther, Hans-Jürgen, Ingo, Jörg, Klaus, Lukas,
        Matthias, Niklas, Özgür, Paul, Rainer, Sebastian, Thomas, Uwe, Volker, Wolfgang, Karl-Heinz, Anton,
        Bernd, Felix, Götz, Jürgen, Mehmet, Stefan"""),
    last_names=_words("""
        Müller, Schmidt, Schneider, Fischer, Weber, Meyer, Wagner, Becker, Schulz, Hoffmann, Schäfer, Koch,
        Bauer, Richter, Klein, Wolf, Schröder, Neumann, Schwarz, Zimmermann, Braun, Krüger, Hofmann,
        Hartmann, Lange, Schmitt, Werner, Schmitz, Krause, Meier, Lehmann, Schmid, Schulze, Maier, Köhler,
        Herrmann, König, Walter, Mayer, Huber, Kaiser, Fuchs, Peters, Lang, Scholz, Möller, Weiß, Jung,
        Hahn, Schubert, Vogel, Friedrich, Keller, Günther, Frank, Berger, Winkler, Roth, Beck, Lorenz,
        Baumann, Franke, Albrecht, Schuster, Simon, Ludwig, Böhm, Winter, Kraus, Martin, Schumacher, Krämer,
        Vogt, Stein, Jäger, Otto, Sommer, Groß, Seidel, Yılmaz, Nowak, von der Heide, zu Löwenstein,
        Strauß"""),
    trades=_words("""
        Bäckerei {}, Tischlerei {}, Autohaus {}, Druckerei {}, Spedition {}, Elektro {}, Metallbau {},
        Gärtnerei {}, Steuerkanzlei {}, Maschinenbau {}, Buchhandlung {}, Malerbetrieb {}, Hotel {}, Weingut
        {}, Dachdeckerei {}, Sanitär {}, {} Software, {} Beratung, {} & Söhne, {} Logistik, {}
        Medizintechnik, Gebrüder {}, Optik {}, Apotheke {}"""),
    stems=_words("""
        Adler, Bernstein, Eichen, Falken, Grün, Hanse, Isar, Kompass, Linden, Nord, Rhein, Silber, Stern,
        Turm, Wald, Zeit"""),
    legal_forms=(
        ("gmbh", "GmbH"),
        ("gmbh_co_kg", "GmbH & Co. KG"),
        ("ag", "AG"),
        ("ug", "UG (haftungsbeschränkt)"),
        ("ek", "e. K."),
        ("ohg", "OHG"),
    ),
    streets=_words("""
        Hauptstraße {}, Bahnhofstraße {}, Gartenweg {}, Schillerstraße {}, Am Markt {}, Lindenallee {},
        Goethestraße {}, Mühlenweg {}, Kirchplatz {}, Industriestraße {}, Königstraße {}, Bergstraße {}, An
        der Alten Post {}, Weißdornweg {}"""),
    cities=_cities("""
        Berlin, 10115, Berlin, 030 23125
        Berlin, 10961, Berlin, 030 23125
        Potsdam, 14467, Brandenburg, 030 23125
        Hamburg, 20095, Hamburg, 040 66969
        Hamburg, 22765, Hamburg, 040 66969
        Bremen, 28195, Bremen, 040 66969
        Kiel, 24103, Schleswig-Holstein, 040 66969
        Hannover, 30159, Niedersachsen, 040 66969
        Göttingen, 37073, Niedersachsen, 040 66969
        Köln, 50667, Nordrhein-Westfalen, 0221 4710
        Düsseldorf, 40213, Nordrhein-Westfalen, 0221 4710
        Münster, 48143, Nordrhein-Westfalen, 0221 4710
        Aachen, 52062, Nordrhein-Westfalen, 0221 4710
        Dortmund, 44135, Nordrhein-Westfalen, 0221 4710
        Bonn, 53111, Nordrhein-Westfalen, 0221 4710
        Frankfurt am Main, 60311, Hessen, 069 90009
        Kassel, 34117, Hessen, 069 90009
        Mainz, 55116, Rheinland-Pfalz, 069 90009
        Saarbrücken, 66111, Saarland, 069 90009
        Mannheim, 68159, Baden-Württemberg, 069 90009
        Stuttgart, 70173, Baden-Württemberg, 089 99998
        Freiburg im Breisgau, 79098, Baden-Württemberg, 089 99998
        Tübingen, 72070, Baden-Württemberg, 089 99998
        München, 80331, Bayern, 089 99998
        Nürnberg, 90402, Bayern, 089 99998
        Würzburg, 97070, Bayern, 089 99998
        Regensburg, 93047, Bayern, 089 99998
        Leipzig, 04109, Sachsen, 030 23125
        Dresden, 01067, Sachsen, 030 23125
        Erfurt, 99084, Thüringen, 030 23125
        Magdeburg, 39104, Sachsen-Anhalt, 030 23125"""),
    phone="{:05d}",
    abroad="+49 ",
    mobile="+49 176 040690{:02d}",
    mail="briefkasten.example",
    tags=("VIP", "Messe", "Newsletter", "Stammkunde", "Rückruf", "regional"),
    notes=(
        "Am besten vormittags erreichbar.",
        "Kennengelernt auf der Messe in Köln.",
        "Wünscht Rechnungen auf Papier.",
        "Anlieferung über den Hof, Tor 2.\nBitte klingeln.",
        "Auf Empfehlung gekommen.",
    ),
)

BRITAIN = Land(
    language="en",
    country="GB",
    women=_words("""
        Abigail, Beatrice, Charlotte, Daisy, Eleanor, Fiona, Grace, Harriet, Imogen, Jessica, Katie, Lucy,
        Megan, Niamh, Olivia, Poppy, Rebecca, Siân, Tamsin, Zara, Alice, Bronwen, Chloe, Emily, Freya,
        Holly, Isla, Nicola, Priya, Sophie"""),
    men=_words("""
        Alastair, Benjamin, Callum, Daniel, Edward, Finlay, George, Harry, Isaac, Jack, Kieran, Liam,
        Matthew, Nathan, Oliver, Peter, Rhys, Samuel, Thomas, William, Aidan, Charles, Dylan, Euan, Gareth,
        Hamish, Imran, James, Oscar, Robert"""),
    last_names=_words("""
        Smith, Jones, Taylor, Brown, Williams, Wilson, Johnson, Davies, Patel, Robinson, Wright, Thompson,
        Evans, Walker, White, Roberts, Green, Hall, Wood, Jackson, Clarke, Harris, Clark, Lewis, Martin,
        Cooper, Hill, Ward, Turner, Baker, Harrison, Morris, Morgan, King, Allen, James, Scott, Watson,
        Moore, Parker, Bennett, Young, Price, Hughes, Edwards, Shaw, Murphy, Mitchell, Carter, Bell, Cook,
        Bailey, Collins, Kelly, Phillips, Cox, Marshall, Simpson, Richardson, Webb, Chapman, Mills, Barnes,
        Palmer, Gray, Fisher, Knight, Stevens, Murray, Ellis, Khan, Campbell, Graham, Reid, Stewart,
        O'Brien, McAllister, MacDonald, Fitzgerald, Ashworth, Okafor, Nowak, Smith-Jones"""),
    trades=_words("""
        {} Bakery, {} Joinery, {} Motors, {} Printers, {} Haulage, {} Plumbing, {} Electrical, {} Builders,
        {} Accountants, {} Engineering, {} Books, {} Florists, {} Catering, {} Estates, {} Roofing, {}
        Opticians, {} Systems, {} Consulting, {} & Sons, {} Brothers, {} Logistics, {} Training, {}
        Interiors, {} Dental"""),
    stems=_words("""
        Albion, Beacon, Cedar, Compass, Ember, Harbour, Heather, Keystone, Lantern, Meridian, Northgate,
        Oakwood, Pennine, Silver, Summit, Thistle"""),
    legal_forms=(("ltd", "Ltd"), ("plc", "PLC"), ("llp", "LLP"), ("ltd", "Limited"), ("", "")),
    streets=_words("""
        {} High Street, {} Church Lane, {} Station Road, {} Mill Lane, {} Victoria Road, {} The Green, {}
        Park Avenue, {} Queen Street, {} Kings Road, {} Albert Terrace, {} Bridge Street, {} Orchard Close,
        {} Market Place, {} St Mary's Row"""),
    cities=_cities("""
        London, EC1A 1BB, Greater London, 020 7946
        London, SW1A 2AA, Greater London, 020 7946
        London, N1 9GU, Greater London, 020 7946
        Croydon, CR0 2YR, Greater London, 020 7946
        Oxford, OX1 1PT, Oxfordshire, 0118 496
        Cambridge, CB2 1TN, Cambridgeshire, 020 7946
        Reading, RG1 1AF, Berkshire, 0118 496
        Brighton, BN1 1EE, East Sussex, 020 7946
        Southampton, SO14 7DW, Hampshire, 020 7946
        Portsmouth, PO1 2AL, Hampshire, 020 7946
        Bristol, BS1 4DJ, Bristol, 0117 496
        Bath, BA1 1SU, Somerset, 0117 496
        Exeter, EX1 1HS, Devon, 0117 496
        Plymouth, PL1 2AA, Devon, 0117 496
        Birmingham, B1 1BB, West Midlands, 0121 496
        Coventry, CV1 5FB, West Midlands, 0121 496
        Leicester, LE1 1WB, Leicestershire, 0116 496
        Nottingham, NG1 5FS, Nottinghamshire, 0116 496
        Norwich, NR2 1NH, Norfolk, 0116 496
        Manchester, M1 1AD, Greater Manchester, 0161 496
        Liverpool, L1 8JQ, Merseyside, 0151 496
        Chester, CH1 2HJ, Cheshire, 0151 496
        Sheffield, S1 2HH, South Yorkshire, 0114 496
        Leeds, LS1 4AP, West Yorkshire, 0113 496
        York, YO1 7HH, North Yorkshire, 0113 496
        Newcastle upon Tyne, NE1 7RU, Tyne and Wear, 0191 498
        Durham, DH1 3NJ, County Durham, 0191 498
        Edinburgh, EH1 1YZ, Scotland, 0131 496
        Glasgow, G1 1XQ, Scotland, 0141 496
        Cardiff, CF10 1EP, Wales, 029 2018
        Swansea, SA1 3SN, Wales, 029 2018"""),
    phone="0{:03d}",
    abroad="+44 ",
    mobile="",
    mail="postbox.example",
    tags=("VIP", "trade fair", "newsletter", "key account", "call back", "local"),
    notes=(
        "Prefers a call before noon.",
        "Met at the fair in Birmingham.",
        "Always asks for two quotes.",
        "Deliver round the back, bay 3.\nRing twice.",
        "Recommended by a customer.",
    ),
)

LANDS = (FRANCE, GERMANY, BRITAIN)
