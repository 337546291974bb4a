"""Made-up bases with known doubles: persons and companies, some written down again as people do (spec E8).

Typos, turned names, short forms, moved houses, abbreviations, missing fields. And those who only look like it: families
of one house, namesakes, chains of shops, firms of one building. The same seed makes the same base.
"""

# ruff: noqa: SIM905 - lists of words are read more easily without quotes
from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

Values = dict[str, Any]

_FIRST = """
    Camille Chloé Élodie Inès Léa Manon Zoé Aurélie Béatrice Céline Hélène Françoise Jeanne Margaux Noémie
    Océane Pauline Sylvie Véronique Fatima Amélie Delphine Florence Gaëlle Isabelle Juliette Solène Antoine
    Benoît Cédric Étienne François Hugo Jérôme Julien Karim Loïc Luc Mathieu Nicolas Olivier Pascal Quentin
    Raphaël Sébastien Théo Thibault Vincent Yann Adrien Damien Fabrice Anna Anke Birgit Claudia Dagmar Elke
    Franziska Gisela Heike Ingrid Jana Katrin Lena Monika Nicole Petra Renate Sabine Tanja Ursula Andreas
    Bernd Christian Dieter Erik Florian Georg Holger Jens Jörg Klaus Lars Markus Norbert Oliver Peter Ralf
    Stefan Thomas Uwe Volker Werner William Robert James Michael Elizabeth Margaret Edward Charles Joseph
    Daniel Andrew Christopher Samuel Benjamin Jennifer Susan Rebecca Emily Grace Olivia Harry Oliver Jack
    Amelia Sophie Charlotte Lucy Ruth Helen Alice Nadia Omar Yusuf Mehmet Ayşe Giulia Marco Paolo Sofia Ana
    Pedro Tomás Jan Piotr Agnieszka Katarzyna Ivan Olga
    """.split()
_STARTS = """
    Mar Ber Du Le Mo Ro Gar Lam Fon Mer Blan Gue Boy Che Per Mor Gau Mas Val Den Bru Gir Ri Bar Ren Ger Col
    Vid Mül Schu Wag Bec Hof Koch Rich Klei Wol Neu Schwar Zim Krü Hart Lan Wer Kra Mei Leh Kai Fuch Vog Stei
    Jäg Ott Som Gro Sei Hei Bran Haa Schrei Die Küh Pohl Ho Ar Smi Jon Tay Wil Bro Eva Tho Rob Wri Wal Whi Edw
    Hug Gre Hal Lew Har Cla Pat Jack Woo Tur Hil Coo Kin Bak Mil Sco Ada Mit Car Phil Cam Par Eli Ste Kel Pri
    Ben Fos San Gri
    """.split()
_ENDS = """
    tin nard rand bois reau lert net pont taine cier ot in let ier rin vier rin son val is let aud bert naud
    man ner ster mann hardt ler er kel ke ge ling tz ker bach burg feld stein wald ton ley son ham well ford
    field worth man ings ards kins more cock bury den ley nett shaw
    """.split()
_TRADES = """
    Boulangerie Menuiserie Garage Imprimerie Pharmacie Librairie Plomberie Cabinet Bäckerei Tischlerei
    Autohaus Druckerei Apotheke Elektro Spedition Brauerei Bakery Joinery Motors Printing Pharmacy Books
    Plumbing Consulting Restaurant Café Hôtel Optik Fleurs Transports Logistics Software Systems Immobilier
    Immobilien Architectes Dental Yoga Studio Bikes
    """.split()
_EXTRA = """
    Nord Sud Centre Plus Pro Europe International Services Fils Söhne Partners Associés Brothers Express
    Direct Group
    """.split()
_FORMS = ("SARL", "SAS", "GmbH", "GmbH & Co. KG", "Ltd", "AG", "Inc.", "S.A.", "EURL", "LLC", "KG")
_STREETS = """
    rue|de la Gare;rue|Victor Hugo;avenue|Jean Jaurès;rue|du Moulin;boulevard|Gambetta;place|de l'Église;rue|des Lilas;
    rue|Pasteur;avenue|de la République;chemin|des Vignes;impasse|du Lavoir;rue|du 8 Mai 1945;route|de Lyon;
    |Hauptstraße;|Bahnhofstraße;|Gartenstraße;|Schulweg;|Lindenallee;|Goetheplatz;|Kirchgasse;|Am Markt;|Bergstraße;
    |High Street;|Station Road;|Church Lane;|Victoria Avenue;|Park Drive;|Mill Lane;|Queens Road;|Kings Court;
    |North 5th Street;|West Sunset Boulevard;|Third Avenue;|Maple Drive;|Washington Square;|Melrose Avenue
    """.replace("\n", "").split(";")
_SHORT = {
    "rue": "r.", "avenue": "av.", "boulevard": "bd", "place": "pl.", "chemin": "ch.", "route": "rte", "impasse": "imp.",
    "straße": "str.", "street": "St.", "road": "Rd", "lane": "Ln", "drive": "Dr.", "court": "Ct", "square": "Sq",
    "north": "N.", "west": "W.", "third": "3rd", "saint": "St",
}  # fmt: skip
_NICK = {
    "William": "Bill", "Robert": "Bob", "James": "Jim", "Thomas": "Tom", "Michael": "Mike", "Elizabeth": "Liz",
    "Margaret": "Maggie", "Edward": "Ed", "Charles": "Charlie", "Joseph": "Joe", "Daniel": "Dan", "Andrew": "Andy",
    "Christopher": "Chris", "Samuel": "Sam", "Benjamin": "Ben", "Jennifer": "Jenny", "Susan": "Sue",
}  # fmt: skip
_TOWNS = ("ville", "burg", "ton", " sur Loire", "heim", "court", "stadt")
_UNITS = ("Suite {}", "Apt. {}", "Bât. {}", "2nd floor", "#{}", "Unit {}")


@dataclass(frozen=True, kw_only=True)
class Written:
    """A contact as somebody wrote it down, and who it is: those of one `entity` are doubles."""

    entity: int
    values: Values


def base(kind: str, number: int, seed: int = 1, share: float = 0.25) -> list[Written]:
    """`number` contacts of a kind in no order; of `share` of them there is one that was written down before."""
    world = _World(Random(seed), number)
    found: list[Written] = []
    originals = world.persons() if kind == "person" else world.companies()
    disturb = world.disturbed_person if kind == "person" else world.disturbed_company
    entity = 0
    while len(found) < number:
        values = next(originals)
        entity += 1
        found.append(Written(entity=entity, values=values))
        for _again in range(world.times(share)):
            found.append(Written(entity=entity, values=disturb(values)))
    found = found[:number]
    world.random.shuffle(found)
    return found


class _World:
    """Names, places and accidents, all drawn in one order."""

    def __init__(self, random: Random, number: int) -> None:
        self.random = random
        self.last_names = [start + end for start in _STARTS for end in _ENDS]
        random.shuffle(self.last_names)
        # As many places as such a base would have; each has its postal code.
        several = max(20, min(6_000, number // 20))
        self.cities = [
            (random.choice(_STARTS) + random.choice(_TOWNS), f"{random.randint(1_000, 97_000):05d}")
            for _city in range(several)
        ]
        self.streets = [one.strip().partition("|")[::2] for one in _STREETS]

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def times(self, share: float) -> int:
        """How often someone is written down again: mostly once, seldom twice."""
        rest = share / (1 - share)
        return 0 if not self.chance(rest * 0.9) else 2 if self.chance(0.1) else 1

    def often_first(self, things: Sequence[Any]) -> Any:
        """One of them, the first ones far more often, as names are."""
        return things[int(len(things) * self.random.random() ** 2.2)]

    # --- Those who are -----------------------------------------------------------------------------------

    def address(self, city: tuple[str, str] | None = None) -> Values:
        city = city or self.often_first(self.cities)
        kind, name = self.random.choice(self.streets)
        if self.chance(0.5):
            name = f"{name.rpartition(' ')[0]} {self.random.choice(self.last_names)}".strip() if kind else name
        number = self.random.randint(1, 180)
        street = f"{number} {kind} {name}" if kind else self.random.choice((f"{name} {number}", f"{number} {name}"))
        return {"street": " ".join(street.split()), "postal_code": city[1], "city": city[0], "country": "FR"}

    def phone(self) -> str:
        return "0" + "".join(self.random.choice("123456789") + f"{self.random.randint(0, 9_999_999):07d}")

    def persons(self) -> Iterator[Values]:
        while True:
            one = self.person()
            yield one
            while self.chance(0.12):
                # A family: the name, the house, often the phone.
                other = self.person()
                other["last_name"] = one["last_name"]
                other["addresses"] = [dict(place) for place in one["addresses"]]
                if self.chance(0.6):
                    other["phones"] = [dict(phone) for phone in one["phones"]]
                yield other
            if self.chance(0.02):
                yield self.person() | {"first_name": one["first_name"], "last_name": one["last_name"]}

    def person(self) -> Values:
        first, last = self.often_first(_FIRST), self.often_first(self.last_names)
        born = dt.date(1935, 1, 1) + dt.timedelta(days=self.random.randrange(26_000))
        found: Values = {"kind": "person", "first_name": first, "last_name": last, "addresses": [self.address()]}
        if self.chance(0.85):
            found["birth_date"] = born.isoformat()
        if self.chance(0.75):
            found["phones"] = [{"value": self.phone()}]
        if self.chance(0.7):
            name = self.random.choice((f"{first}.{last}", f"{first[0]}{last}", f"{last}{born.year % 100}"))
            domain = self.random.choice(("gmail.com", "orange.fr", "web.de", "yahoo.co.uk", "outlook.com"))
            found["emails"] = [{"value": f"{_ascii(name)}{self.random.choice(('', '', '1', '77'))}@{domain}"}]
        found.setdefault("phones", [])
        found.setdefault("emails", [])
        return found

    def companies(self) -> Iterator[Values]:
        while True:
            one = self.company()
            yield one
            if self.chance(0.02):
                # A chain of shops: one name and one website, each with a place and mostly a phone of its own.
                central = one["phones"] if self.chance(0.3) else None
                for _site in range(self.random.randint(2, 25)):
                    shop = self.company() | {"company_name": one["company_name"], "website": one["website"]}
                    shop["emails"] = [dict(mail) for mail in one["emails"]] if self.chance(0.4) else []
                    if central is not None and self.chance(0.5):
                        shop["phones"] = [dict(phone) for phone in central]
                    yield shop
            while self.chance(0.08):
                # Another firm of the same building.
                yield self.company() | {"addresses": [dict(place) for place in one["addresses"]]}

    def company(self) -> Values:
        name = self.random.choice(self.last_names)
        trade = self.random.choice(_TRADES)
        whole = self.random.choice((f"{trade} {name}", f"{name} {trade}", f"{name} & {self.random.choice(_STARTS)}on"))
        if self.chance(0.3):
            whole += f" {self.random.choice(_EXTRA)}"
        domain = f"{_ascii(whole).replace('.', '-')[:40]}.example"
        found: Values = {
            "kind": "company",
            "company_name": whole + (f" {self.random.choice(_FORMS)}" if self.chance(0.7) else ""),
            "addresses": [self.address()],
            "phones": [{"value": self.phone()}] if self.chance(0.85) else [],
            "emails": [{"value": f"info@{domain}"}] if self.chance(0.4) else [],
            "website": f"https://www.{domain}" if self.chance(0.5) else "",
        }
        if self.chance(0.3):
            found["vat_id"] = f"FR{self.random.randint(10, 99)}{self.random.randint(100_000_000, 999_999_999)}"
        return found

    # --- Those who were written down before ----------------------------------------------------------------

    def disturbed_person(self, values: Values) -> Values:
        """The same person, written down by somebody else, at another time, in a hurry."""
        found = _copied(values)
        ways: list[tuple[float, Callable[[Values], None]]] = [
            (0.30, lambda one: one.update(first_name=self.typo(one["first_name"]))),
            (0.30, lambda one: one.update(last_name=self.typo(one["last_name"]))),
            (0.08, lambda one: one.update(first_name=one["last_name"], last_name=one["first_name"])),
            (0.12, lambda one: one.update(first_name=_NICK.get(one["first_name"], one["first_name"][0] + "."))),
            (0.12, self.misdated),
            (0.15, lambda one: one.update(birth_date=None)),
            (0.10, self.moved),
            (0.30, self.abbreviated),
            (0.15, lambda one: one["addresses"][0].update(street=self.typo(one["addresses"][0]["street"]))),
            (0.10, lambda one: one["addresses"][0].update(postal_code="")),
            (0.10, lambda one: one["addresses"][0].update(city=self.typo(one["addresses"][0]["city"]))),
            (0.30, self.rephoned),
            (0.30, self.remailed),
            (0.15, lambda one: one.update(first_name=one["first_name"].upper(), last_name=one["last_name"].upper())),
        ]
        return self.disturbed(found, ways)

    def disturbed_company(self, values: Values) -> Values:
        """The same company at the same place, or after it moved, as another list has it."""
        found = _copied(values)
        ways: list[tuple[float, Callable[[Values], None]]] = [
            (0.50, self.reformed),
            (0.30, lambda one: one.update(company_name=self.typo(one["company_name"]))),
            (0.10, lambda one: one.update(company_name=" ".join(reversed(one["company_name"].split())))),
            (0.12, self.shortened),
            (0.20, lambda one: one.update(company_name=one["company_name"].upper())),
            (0.06, self.moved),
            (0.45, self.abbreviated),
            (0.25, self.with_unit),
            (0.15, lambda one: one["addresses"][0].update(street=self.typo(one["addresses"][0]["street"]))),
            (0.15, lambda one: one["addresses"][0].update(postal_code="")),
            (0.10, lambda one: one["addresses"][0].update(city=self.typo(one["addresses"][0]["city"]))),
            (0.30, self.rephoned),
            (0.30, self.remailed),
            (0.40, lambda one: one.update(website="")),
            (0.30, lambda one: one.update(vat_id="")),
        ]
        return self.disturbed(found, ways)

    def disturbed(self, found: Values, ways: Sequence[tuple[float, Callable[[Values], None]]]) -> Values:
        for share, change in ways:
            if self.chance(share):
                change(found)
        if found.get("birth_date") is None:
            found.pop("birth_date", None)
        return found

    def typo(self, text: str) -> str:
        """One letter left out, doubled, mistaken, or turned with its neighbour."""
        if len(text) < 3:
            return text
        at = self.random.randrange(1, len(text) - 1)
        letter = self.random.choice("abcdefghijklmnoprstuvz")
        return self.random.choice((
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[:at] + letter + text[at + 1 :],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        ))  # fmt: skip

    def misdated(self, one: Values) -> None:
        if not one.get("birth_date"):
            return
        day = dt.date.fromisoformat(one["birth_date"])
        if day.day <= 12 and self.chance(0.5):
            day = day.replace(month=day.day, day=day.month)
        else:
            day = day.replace(day=min(28, day.day // 10 * 10 + self.random.randint(1, 8)))
        one["birth_date"] = day.isoformat()

    def moved(self, one: Values) -> None:
        near = next((city for city in self.cities if city[0] == one["addresses"][0]["city"]), None)
        one["addresses"] = [self.address(near if self.chance(0.4) else None)]

    def abbreviated(self, one: Values) -> None:
        street = one["addresses"][0]["street"].replace("straße", "str." if self.chance(0.5) else "strasse")
        words = [_SHORT.get(word.lower(), word) for word in street.split()]
        one["addresses"][0]["street"] = " ".join(words)

    def with_unit(self, one: Values) -> None:
        unit = self.random.choice(_UNITS).format(self.random.randint(1, 400))
        street = one["addresses"][0]["street"]
        one["addresses"][0]["street"] = f"{street}, {unit}" if self.chance(0.7) else f"{unit}, {street}"

    def rephoned(self, one: Values) -> None:
        if not one["phones"] or self.chance(0.5):
            one["phones"] = []
        elif self.chance(0.3):
            one["phones"] = [{"value": self.phone()}]
        else:
            number = one["phones"][0]["value"]
            ways = (f"+33 {number[1:]}", f"{number[:5]} {number[5:]}", self.digit(number))
            one["phones"] = [{"value": self.random.choice(ways)}]

    def digit(self, number: str) -> str:
        at = self.random.randrange(2, len(number))
        return number[:at] + str(self.random.randint(0, 9)) + number[at + 1 :]

    def remailed(self, one: Values) -> None:
        if not one["emails"] or self.chance(0.5):
            one["emails"] = []
            return
        local, _at, domain = one["emails"][0]["value"].partition("@")
        one["emails"] = [{"value": self.random.choice((f"{local}+crm@{domain}", f"{local.upper()}@{domain}",
                                                       f"{self.typo(local)}@{domain}"))}]  # fmt: skip

    def reformed(self, one: Values) -> None:
        name = one["company_name"]
        bare = next((name.removesuffix(f" {form}") for form in _FORMS if name.endswith(f" {form}")), name)
        one["company_name"] = f"{bare} {self.random.choice(_FORMS)}" if self.chance(0.3) else bare

    def shortened(self, one: Values) -> None:
        words = one["company_name"].split()
        if len(words) > 2:
            words.pop(self.random.randrange(1, len(words)))
        one["company_name"] = " ".join(words)


def _copied(values: Values) -> Values:
    return {
        name: [dict(item) for item in value] if isinstance(value, list) else value for name, value in values.items()
    }


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss").replace(" ", "."))
    return "".join(one for one in plain if one.isascii() and (one.isalnum() or one == ".")).strip(".")
