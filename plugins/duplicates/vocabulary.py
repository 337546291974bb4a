"""Words that are left out, or spelt one way, before names and addresses are compared: data, no rules.

French, German and English, and what else is common in address lists of Europe and North America. All folded.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _ways(text: str) -> dict[str, str]:
    """Lines of ways to write one word; the first one stands for all."""
    found: dict[str, str] = {}
    for line in text.strip().splitlines():
        first, *others = line.split()
        found |= dict.fromkeys((first, *others), first)
    return found


TITLES = _words("mr mrs ms miss dr prof m mme mlle herr frau sir jr sr ii iii iv dipl ing")

LEGAL_FORMS = _words("""
    sarl sas sasu sa eurl sci ei eirl scop snc scp selarl gie sca
    gmbh mbh co kg ag ohg ug gbr ev ek eg kgaa se haftungsbeschrankt
    ltd limited plc llp llc lp inc incorporated corp corporation company pty pllc pc
    bv nv srl sprl spa sl slu oy ab as aps sro cie gesmbh
    """)
NOTHING_SAID = LEGAL_FORMS | _words(
    "et and und the der die das le la les l d de du des of von fur for a an au aux y und"
)
COMPANY_WORDS = _ways("""
    ets etablissements etablissement
    ste societe
    st saint sainte
    intl international
    assoc associates associates association associes
    bros brothers
    mfg manufacturing
    ctr center centre zentrum
    svc service services
    rest restaurant ristorante
    tech technologies technology technologie
    sys systems system systeme
    mgmt management
    dept department
    univ university universite universitat
    hosp hospital hopital
    gebr gebruder gebrueder
    pharm pharmacy pharmacie
    constr construction constructions
    grp group groupe gruppe
    natl national
    amer american
    mkt market
    ind industries industry industrie
    lab laboratory laboratories laboratoire labor
    dist distribution distributing distributors
    eng engineering
    equip equipment
    ent enterprises enterprise entreprise
    prod products product produits
    sup supply supplies
    ins insurance
    auto automotive automobile automobiles
""")

CITY_WORDS = _ways("""
    st saint sainte sankt st.
    mt mount mont
    ft fort
    s sur
    b bei
""")
CITY_NOTHING = _words("cedex ville city de la le les du des am an der sur sous lez bei im cdx arrondissement e eme er")

STREET_WORDS = _ways("""
    st street str strasse straat saint sainte
    rue r
    av ave avenue aven
    bd blvd boulevard boul bld
    rd road
    ln lane
    dr drive drv
    pl place platz plaza plz plc
    ct court crt
    cl close
    cres crescent cr
    sq square
    al allee allees all
    ch chemin che chem
    imp impasse
    rte route
    crs cours
    fg faubourg fbg
    hwy highway
    pkwy parkway pky
    ter terrace terr
    cir circle circuit cct circ
    pde parade
    esp esplanade
    trl trail
    pass passage psge
    res residence
    za zac zi
    gdn gardens garden
    gr grove grv
    hl hill
    pk park
    wy way weg
    gen general
    mal marechal
    pdt president pres
    dct docteur doctor
    prof professeur professor
    n north nord
    s south sud sued
    e east est ost
    w west ouest
    ne northeast
    nw northwest
    se southeast
    sw southwest
    mt mount mont
    ft fort
    1 first erste
    2 second
    3 third
    4 fourth
    5 fifth
    6 sixth
    7 seventh
    8 eighth
    9 ninth
    10 tenth
    expy expressway
    fwy freeway
    tpke turnpike
    bldg building gebaude
    ctr center centre
    mkt market
    brg bridge bruecke brucke
""")
STREET_KINDS = _words(
    "st rue av bd rd ln dr pl ct cl cres sq al ch imp rte crs fg hwy pkwy ter cir pde esp trl pass wy gasse ring damm"
    " ufer laan quai gr gdn expy fwy tpke n s e w ne nw se sw"
)
STREET_NOTHING = _words(
    "de du des la le les l d of the der die das den dem am an im in zum zur von und et and bis a aux au"
    " no nr num numero"
)
UNITS = _words(
    "suite ste apt apartment apartments unit flat app appt appartement bat batiment etage floor fl room rm whg wohnung"
    " og eg lot shop level porte escalier esc hall bp cs postfach box po stock tur top"
)

DOTLESS = _words("gmail.com googlemail.com")
FREE_DOMAINS = _words("""
    gmail.com googlemail.com yahoo.com yahoo.fr yahoo.de yahoo.co.uk hotmail.com hotmail.fr hotmail.de hotmail.co.uk
    outlook.com outlook.fr outlook.de live.com live.fr msn.com aol.com icloud.com me.com mac.com gmx.de gmx.net gmx.fr
    gmx.com web.de t-online.de freenet.de arcor.de orange.fr wanadoo.fr free.fr sfr.fr laposte.net neuf.fr bbox.fr
    numericable.fr proton.me protonmail.com posteo.de mailbox.org bluewin.ch btinternet.com sky.com ntlworld.com
    comcast.net verizon.net att.net sbcglobal.net facebook.com instagram.com linkedin.com twitter.com x.com
    business.site wixsite.com google.com example.com
    """)

SOUNDS = (
    ("sch", "s"), ("ph", "f"), ("ck", "k"), ("qu", "k"), ("c", "k"), ("q", "k"), ("z", "s"), ("x", "ks"),
    ("v", "f"), ("dt", "t"), ("th", "t"), ("d", "t"), ("j", "g"), ("b", "p"),
)  # fmt: skip

NAMES = _ways("""
    william bill will billy willy liam
    robert rob bob bobby
    richard rick dick ricky
    james jim jimmy jamie
    john jon johnny jack
    thomas tom tommy
    michael mike mick mickey
    elizabeth liz beth betty lizzie eliza
    katherine kate kathy katie catherine cathy kat
    margaret maggie meg peggy
    edward ed eddie ted
    charles charlie chuck
    joseph joe joey
    daniel dan danny
    matthew matt
    andrew andy drew
    anthony tony
    christopher chris
    samuel sam sammy
    benjamin ben
    alexander alex sandy
    nicholas nick nico
    stephen steve steven
    jennifer jen jenny
    patricia pat patty trish
    susan sue suzie
    rebecca becky
    deborah debbie deb
    peter pete
    david dave
    gregory greg
    jeffrey jeff geoffrey
    frederic fred frederick
    johannes hans
    josef sepp
    friedrich fritz
    heinrich heinz
    wilhelm willi
    """)
"""Short forms of first names; a short form of several stands with the first of them."""
