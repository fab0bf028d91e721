//! English, Spanish, Portuguese, French, German and Polish.

use super::Tongue;

pub const ENGLISH: Tongue = Tongue {
    share: 44,
    given: "Grace,Peter,Olivia,Callum,Nadia,Owen,Farah,Joseph,Esther,Rahul,Siobhán,Jerome,Amara,Leila,Marta,Dimitri,\
        Ingrid,Priyanka,Ysbrand,Zoltán,Mei-Ling,Gareth,Bronwen,Malcolm,Imogen,Tunde,Rosalind,Angus,Niamh,Desmond,\
        Philippa,Kwame,Winifred,Lachlan,Ottilie,Barnaby,Temperance,Ignatius",
    family: "Fraser,Rao,Griffiths,O'Brien,Okonkwo,Kearney,Haddad,Adeyemi,Siddiqui,Hartmann,Nwosu,Lindqvist,Baptiste,\
        Chow,Papadakis,Deshpande,Kovács,Solberg,de Vries,Tembo,Whitfield,Ashdown,MacGregor,Pemberton,Llewellyn,\
        Thistlewood,Okafor-Reid,Featherstone,Cholmondeley,Quill,Ravenscroft,Umunna,Bottomley,Yardley,Zielinska-Moore",
    run_together: false,
    phone: "+44761#######",
    sum: "£#",
    months: "January,February,March,April,May,June,July,August,September,October,November,December",
    place_starts: "Lark,Ash,Oak,Brad,Hart,Stone,Mill,West,King,Black,Wood,Thorn,Fern,Marl,Whit,Hazel,Cold,Elm,Gras,\
        Wych,Pender,Hollin,Skel,Torr,Quen,Uffing,Yarn,Zeal,Crum,Drax",
    place_ends: "field,ford,ton,ley,brook,wick,bury,bridge,mere,combe,worth,dale,thorpe,hurst,stead,holme",
    things: "router,invoice,receipt,discount,contract,landlord,phone line,bank,direct debit,card,app,engineer,box,cable,\
        street cabinet,letter,deposit,socket,tenant,solicitor,accountant,fibre light,mesh disc,static address,mast,\
        bundle,voucher,refund,television,alarm,till slip,bailiff,pensioner rate,caravan,allotment,guest house,school,\
        surgery,chapel,scaffolding,thunderstorm,flood,excavator,badger,squirrel,greenhouse,lighthouse,marina,windmill,\
        probate,executor,ombudsman,small claims court,webcam,telescope,kiln,aquarium,incubator,telegram,harmonium",
    complaints: [
        &[
            "Charged {sum} for {plan}, contract is for another plan since {month}.",
            "Router rental billed twice on the {month} bill, {sum} too much.",
            "Loyalty discount missing since the plan change in {month}.",
            "Billed for a static IP that was cancelled in {month}.",
            "Moved from {place} to {place}, still billed for the old address.",
            "VAT number missing, accountant rejects the invoice over {sum}.",
            "The bill of {date} lists a {thing} that nobody ordered.",
        ],
        &[
            "Paid {sum} by bank transfer on {date}, account still shows overdue.",
            "Direct debit taken twice, on {date} and again two days later. Wants {sum} back.",
            "Card payment reference {receipt}, shown on the app but not on the account.",
            "Mobile money receipt {receipt} over {sum}, posted to the wrong account.",
            "Paid at the shop in {place}, receipt {receipt}, reminder came all the same.",
        ],
        &[
            "Suspended this morning, says the reminder never came. Works from home.",
            "Account frozen after a chargeback over {sum}, client says the bank made the mistake.",
            "Fibre light red since the suspension was lifted on {date}, second call about it.",
            "Paid at the shop, line in {place} still down. Receipt {receipt}.",
            "Cut off although a payment plan was agreed with {name} in {month}.",
        ],
        &[
            "Wants invoices sent to the new company address in {place}.",
            "Change of billing day from the 1st to the 15th.",
            "Asks for copies of all bills since {month} for a solicitor.",
            "Return of device {serial}: no label came with the box.",
        ],
    ],
    asides: &[
        "Says the {thing} is the reason.",
        "Spoke to {name} on {date} and was promised a call back.",
        "Device {serial}.",
        "Nurse monitors her son over video, please hurry.",
        "Wants the difference back before paying anything more.",
        "Will send a photo of the {thing}.",
        "Asks for everything in writing, to {place}.",
        "Third call about the same {thing}.",
    ],
    notes: &[
        "Payment found in the till report and posted to the account.",
        "Called back, no answer. Will try again after 16:00.",
        "Credit note over {sum} raised, waits for approval by accounts.",
        "Client sent a photo of the {thing}, it matches.",
        "Remote reset of {serial} failed twice, so it needs a visit in {place}.",
        "{name} in accounts confirms receipt {receipt}.",
    ],
};

pub const SPANISH: Tongue = Tongue {
    share: 9,
    given: "María,José,Lucía,Carlos,Carmen,Javier,Ana,Diego,Sofía,Andrés,Elena,Íñigo,Valentina,Gonzalo,Paloma,Ramiro",
    family: "García,Fernández,López,Martínez,Sánchez,Pérez,Gómez,Ruiz,Muñoz,Álvarez,Navarro,Ibáñez,Peñalver,\
        Quiñones,Yáñez,Zubizarreta",
    run_together: false,
    phone: "+3475#######",
    sum: "# €",
    months: "enero,febrero,marzo,abril,mayo,junio,julio,agosto,septiembre,octubre,noviembre,diciembre",
    place_starts: "Villa,Monte,Torre,Campo,Fuente,Peña,Roble,Alta,Santa,Arroyo,Castro,Loma",
    place_ends: "nueva,hermosa,clara,verde,mayor,seca,blanca,rey,lobos,longa",
    things: "factura,recibo,contrato,router,tarjeta,banco,descuento,línea,cuota,técnico,instalación,permanencia,\
        portabilidad,tormenta,buhardilla,notario,herencia,ascensor,panadería,campanario",
    complaints: [
        &[
            "Le cobran {sum} de más en la factura de {month}.",
            "El descuento de bienvenida no aparece desde {month}.",
            "Dos cuotas del router en la misma factura.",
        ],
        &[
            "Pagó {sum} por transferencia el {date} y sigue como pendiente.",
            "El recibo {receipt} no está en la cuenta.",
        ],
        &[
            "Servicio cortado en {place} aunque el pago está hecho.",
            "Sin internet desde el {date}, trabaja desde casa.",
        ],
        &["Quiere cambiar la cuenta bancaria.", "Pide copia de todas las facturas desde {month}."],
    ],
    asides: &[
        "Habló con {name} el {date}.",
        "Dice que es por la {thing}.",
        "Equipo {serial}.",
        "Es la tercera llamada.",
    ],
    notes: &["Pago {receipt} encontrado y aplicado.", "No contesta, se llamará mañana.", "Abono de {sum} solicitado."],
};

pub const PORTUGUESE: Tongue = Tongue {
    share: 6,
    given: "Maria,João,Ana,António,Beatriz,Tiago,Inês,Rui,Catarina,Gonçalo,Conceição,Estêvão",
    family: "Silva,Santos,Ferreira,Pereira,Oliveira,Costa,Araújo,Magalhães,Guimarães,Simões,Falcão,Brandão",
    run_together: false,
    phone: "+35197#######",
    sum: "# €",
    months: "de janeiro,de fevereiro,de março,de abril,de maio,de junho,de julho,de agosto,de setembro,de outubro,\
        de novembro,de dezembro",
    place_starts: "Vila,Monte,Fonte,Vale,Serra,Ribeira,Casal,Alto,Porto,Outeiro",
    place_ends: " Nova, Verde, Alegre, Formosa, Branca, Seca, Velha, da Moura, do Conde",
    things: "fatura,recibo,contrato,mensalidade,cartão,banco,desconto,linha,técnico,instalação,fidelização,trovoada,\
        varanda,farmácia,padaria,azulejo,cegonha",
    complaints: [
        &["Cobraram {sum} a mais na fatura {month}.", "A promoção não foi aplicada desde o dia {date}."],
        &[
            "Pagou {sum} por multibanco no dia {date}, ainda aparece em dívida.",
            "O recibo {receipt} não foi registado.",
        ],
        &["Serviço suspenso em {place} apesar do pagamento.", "Sem internet desde o dia {date}, trabalha em casa."],
        &["Quer mudar a morada da faturação para {place}.", "Pede cópia das faturas antigas."],
    ],
    asides: &["Falou com {name} no dia {date}.", "Diz que a culpa é do {thing}.", "Equipamento {serial}."],
    notes: &["Pagamento {receipt} encontrado.", "Não atende, voltar a ligar.", "Nota de crédito de {sum} pedida."],
};

pub const FRENCH: Tongue = Tongue {
    share: 7,
    given: "Marie,Jean,Camille,Pierre,Chloé,Luc,Zoé,François,Hélène,Théo,Aurélie,Gaël,Anaïs,Côme",
    family: "Martin,Bernard,Dubois,Lefèvre,Moreau,Girard,Chevalier,Benoît,Guérin,Lemaître,D'Arcy,Rousseau,\
        Le Gall,Châtelain",
    run_together: false,
    phone: "+3371#######",
    sum: "# €",
    months: "janvier,février,mars,avril,mai,juin,juillet,août,septembre,octobre,novembre,décembre",
    place_starts: "Saint-,Mont,Ville,Beau,Clair,Haut,Roche,Vert,Neuf,Grand",
    place_ends: "martin,fort,neuve,mont,court,bois,lac,pré,châtel",
    things: "facture,box,reçu,contrat,prélèvement,banque,remise,ligne,carte,fibre,technicien,résiliation,orage,grenier,\
        boulangerie,huissier,clocher,péniche",
    complaints: [
        &[
            "Facturé {sum} en trop en {month}.",
            "La remise promise n'apparaît plus depuis {month}.",
            "La box est facturée deux fois.",
        ],
        &["Virement de {sum} le {date}, le compte reste débiteur.", "Le reçu {receipt} n'est pas enregistré."],
        &["Ligne coupée à {place} malgré le paiement.", "Plus d'internet depuis le {date}, travaille à domicile."],
        &["Veut recevoir ses factures à {place}.", "Demande l'historique des prélèvements."],
    ],
    asides: &[
        "A parlé à {name} le {date}.",
        "D'après lui, c'est la {thing}.",
        "Appareil {serial}.",
        "Troisième appel.",
    ],
    notes: &["Paiement {receipt} retrouvé.", "Ne répond pas, rappeler demain.", "Avoir de {sum} demandé."],
};

pub const GERMAN: Tongue = Tongue {
    share: 7,
    given: "Anna,Lukas,Sophie,Jürgen,Käthe,Björn,Heike,Stefan,Jörg,Mathilde,Götz,Friederike",
    family: "Müller,Schmidt,Weber,Schäfer,Köhler,Groß,Jäger,Bäcker,Strauß,Vogelsang,Übelacker,Oberländer,von Halem",
    run_together: false,
    phone: "+49166########",
    sum: "# €",
    months: "Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember",
    place_starts: "Ober,Nieder,Neu,Alt,Stein,Wald,Burg,Linden,Hirsch,Mühl,Königs,Fürsten",
    place_ends: "dorf,hausen,heim,bach,berg,feld,stadt,kirchen,au,brück",
    things: "Rechnung,Router,Vertrag,Lastschrift,Rabatt,Kündigung,Mahnung,Leitung,Konto,Techniker,Anschluss,\
        Rufnummernmitnahme,Gewitter,Dachboden,Rechtsanwältin,Bäckerei,Kirchturm,Hausverwaltung,Schrebergarten",
    complaints: [
        &[
            "{sum} zu viel auf der Rechnung vom {date}.",
            "Router doppelt berechnet.",
            "Der Treuerabatt fehlt seit {month}.",
        ],
        &["{sum} am {date} überwiesen, das Konto steht noch im Minus.", "Zahlung {receipt} wurde nicht verbucht."],
        &["Anschluss in {place} gesperrt, obwohl bezahlt ist.", "Seit {date} kein Internet, arbeitet von zu Hause."],
        &["Rechnungen sollen nach {place} gehen.", "Möchte alle Rechnungen seit {month} als Kopie."],
    ],
    asides: &[
        "Hat am {date} mit {name} gesprochen.",
        "Es liege am Thema {thing}.",
        "Gerät {serial}.",
        "Dritter Anruf.",
    ],
    notes: &[
        "Zahlung {receipt} gefunden und verbucht.",
        "Niemand erreicht, morgen wieder.",
        "Gutschrift über {sum} beantragt.",
    ],
};

pub const POLISH: Tongue = Tongue {
    share: 6,
    given: "Anna,Piotr,Katarzyna,Łukasz,Małgorzata,Paweł,Agnieszka,Michał,Zofia,Grzegorz,Świętosława,Bożena",
    family: "Nowak,Kowalski,Wiśniewska,Wójcik,Kamińska,Lewandowski,Zielińska,Dąbrowski,Kozłowska,Jabłoński,Grzyb,\
        Brzęczyszczykiewicz",
    run_together: false,
    phone: "+4849#######",
    sum: "# zł",
    months: "stycznia,lutego,marca,kwietnia,maja,czerwca,lipca,sierpnia,września,października,listopada,grudnia",
    place_starts: "Nowa ,Stara ,Dębo,Lipo,Wierzbo,Brzozo,Jabło,Kamie,Święto,Zielo",
    place_ends: "wola,wiec,wka,niec,łęka,gród,polana,borek",
    things: "faktura,umowa,router,przelew,rabat,opłata,karta,bank,światłowód,technik,gniazdko,windykacja,burza,strych,\
        notariusz,piekarnia,bocian",
    complaints: [
        &["Na fakturze z {date} jest {sum} za dużo.", "Brak rabatu od {month}.", "Dwa razy opłata za router."],
        &["Zapłacono {sum} przelewem {date}, konto nadal zaległe.", "Wpłata {receipt} nie została zaksięgowana."],
        &["Usługa w {place} zawieszona mimo wpłaty.", "Nie ma internetu od {date}, praca zdalna."],
        &["Prosi o zmianę adresu na {place}.", "Prosi o kopie wszystkich faktur."],
    ],
    asides: &["Rozmowa z {name} {date}.", "Podobno winna jest {thing}.", "Urządzenie {serial}."],
    notes: &["Wpłata {receipt} znaleziona.", "Nie odbiera, oddzwonić jutro.", "Korekta na {sum} zgłoszona."],
};
