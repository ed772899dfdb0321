//! German.

use super::{Country, Language};

#[rustfmt::skip] // a table of words reads better dense
pub(super) static LANGUAGE: Language = Language {
    countries: &[Country { iso: "DE", prefix: "4917", filler: "13920" }],
    given: &[
        ("Annika", "annika"), ("Jürgen", "juergen"), ("Lieselotte", "lieselotte"), ("Matthias", "matthias"),
        ("Svenja", "svenja"), ("Björn", "bjoern"), ("Katharina", "katharina"), ("Ulrich", "ulrich"), ("Mirjam", "mirjam"),
        ("Detlef", "detlef"), ("Friederike", "friederike"), ("Torben", "torben"), ("Heike", "heike"), ("Cem", "cem"),
        ("Wiebke", "wiebke"), ("Jannis", "jannis"),
    ],
    family: &[
        ("Weiß", "weiss"), ("Schäfer", "schaefer"), ("Brandtner", "brandtner"), ("Großmann", "grossmann"),
        ("Yıldız", "yildiz"), ("Krüger", "krueger"), ("von Lindenau", "lindenau"), ("Hübschmann", "huebschmann"),
        ("Petersen", "petersen"), ("Zöllner", "zoellner"), ("Eberhardt", "eberhardt"), ("Meißner", "meissner"),
        ("Oelrichs", "oelrichs"), ("Rademacher", "rademacher"),
    ],
    dialogues: &[
        "< Guten Tag, ist meine Bestellung {order} schon unterwegs?
         > Guten Tag! Ja, sie kommt voraussichtlich am {day}.
         < Super, danke",
        "< Gibt es die Jacke auch in Größe 52?
         > Leider nur bis 50. Die 52 kommt nächste Woche.
         < Dann warte ich. Bitte kurz Bescheid geben!
         > Machen wir gern, {first}.",
        "< Ich bräuchte noch die Rechnung zu {order}
         > Ist per E-Mail unterwegs.
         < Angekommen, vielen Dank",
        "<photo Die Naht ist leider aufgegangen
         > Das tut uns leid! Bringen Sie das Stück vorbei, wir nähen es kostenlos.
         < Geht morgen um {time}?
         > Passt, bis morgen!",
        "< Hallo, kann ich den Termin am {day}. verschieben?
         > Klar, wie wäre es eine Woche später, {time}?
         < 👍",
        "< Was kostet der Versand nach Österreich?
         > {price}, ab 80 Euro versandkostenfrei.
         < ok, dann nehme ich die Socken noch dazu
         > Gute Idee 😄 Die Bestellung hat die Nummer {order}.",
        "> Hallo {first}, Ihre Änderung ist fertig und liegt bereit.
         < Prima, ich komme heute noch vorbei
         <like 😊",
        "<voice
         > Danke für die Nachricht! Umtausch geht bis zum {day}., auch ohne Bon.",
        "< Fallen die Schuhe eher klein aus?
         > Ja, lieber eine halbe Nummer größer nehmen.
         < Alles klar",
        "< Haben Sie Samstag auf?
         > Von 10 bis 18 Uhr.
         < Danke, schönen Abend noch!",
    ],
    ask_number: "Für den Lieferdienst: Können Sie uns hier Ihre Telefonnummer freigeben?",
    notice: "Ihre Bestellung liegt zur Abholung bereit. Bitte den Code oder einen Ausweis mitbringen.",
};
