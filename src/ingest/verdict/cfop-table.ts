/** What an item does to stock, whatever its direction: `goods` moves it, `none` does not, `ask` needs a person's decision. */
export type Kind = "goods" | "none" | "ask";

/** Operation codes that do the same to stock. */
export interface CfopGroup {
  readonly group: string;
  /** For the issuer of the note, and for its recipient where `recipient` is absent. */
  readonly effect: Kind;
  readonly recipient?: Kind;
  /** First digits (1-3 entry, 5-7 exit, as the emitter sees it) → the last three of each code that exists with them. */
  readonly codes: Readonly<Record<string, string>>;
}

/**
 * The operation codes (CFOP) of the annex to Convênio s/nº of 1970 as Ajuste SINIEF 7/2001 and its successors number them.
 * `goods` moves stock, `none` moves nothing, `ask` waits for a person: either the property of the goods does not change,
 * or they may have been counted with another code. What is not listed asks too. Effects follow the table of 2026-09-04.
 */
export const CFOP_GROUPS = [
  {
    group: "sale",
    effect: "goods",
    codes: {
      "123567": "101 102",
      "56": "109 110 115",
      "567": "105 106",
      "6": "107 108",
      "1256": "116 117",
      "123": "126 128",
      "37": "127",
      "3567": "129",
    },
  },
  {
    // The goods may have left with 5904, 5414 or 5415; for the buyer they come with this note.
    group: "sold_outside",
    effect: "ask",
    recipient: "goods",
    codes: { "56": "103 104" },
  },
  {
    group: "transfer",
    effect: "goods",
    codes: { "1256": "151 152", "12": "154", "56": "155 156" },
  },
  {
    group: "return",
    effect: "goods",
    codes: {
      "123567": "201 202",
      "12": "203 204",
      "1256": "208 209",
      "567": "210",
      "37": "211",
      "1237": "212",
    },
  },
  {
    group: "st",
    effect: "goods",
    codes: { "1256": "401 403 408 409 410 411", "56": "402", "6": "404", "5": "405" },
  },
  {
    group: "fuel",
    effect: "goods",
    codes: {
      "123567": "651",
      "12356": "652",
      "567": "654",
      "56": "655",
      "1256": "658 659 660 661 662",
    },
  },
  {
    // A sale for the issuer; the recipient consumes it, as with x556.
    group: "fuel_to_consumer",
    effect: "goods",
    recipient: "ask",
    codes: { "56": "653 656", "567": "667" },
  },
  {
    group: "fuel_consumed",
    effect: "ask",
    codes: { "123": "653", "3": "667" },
  },
  {
    group: "gift",
    effect: "goods",
    codes: { "1256": "910 911" },
  },
  {
    // Merchandise in tax law, but energy is not counted in stock.
    group: "energy",
    effect: "none",
    codes: { "1256": "153 252 253 254 255 256 257", "123567": "251", "56": "258" },
  },
  {
    group: "annulled",
    effect: "none",
    codes: { "123567": "205 206 207" },
  },
  {
    // 5301 to 5360 and their like have documents of their own, and cannot occur in an NF-e.
    group: "service",
    effect: "none",
    codes: {
      "123567": "301",
      "1256": "302 303 304 305 306 932",
      "56": "307 357 359",
      "12356": "351 352 353 354 355 356",
      "7": "358",
      "156": "360",
    },
  },
  {
    group: "tax_only",
    effect: "none",
    codes: { "15": "601 602 605", "1256": "603 931", "1": "604", "5": "606" },
  },
  {
    // The goods stay where they are; only papers move.
    group: "symbolic",
    effect: "none",
    codes: { "1256": "454 907 934", "56": "665" },
  },
  {
    // The goods would count twice, here and with x116/x117.
    group: "future_delivery",
    effect: "none",
    codes: { "1256": "922" },
  },
  {
    // The NFC-e or the receipt has moved these goods already; to the buyer this is often the only paper of them.
    group: "already_receipted",
    effect: "none",
    recipient: "ask",
    codes: { "56": "929" },
  },
  {
    group: "issqn",
    effect: "none",
    codes: { "1256": "933" },
  },
  {
    // They left, or arrived, with x917; only a person knows whether stock counted them then.
    group: "consigned_sale",
    effect: "ask",
    codes: { "1256": "111 113", "56": "112 114" },
  },
  {
    // One receives the invoice, another the goods. x120 and x121: "já recebida".
    group: "by_order",
    effect: "ask",
    codes: { "1256": "118 120 122 923", "56": "119 123", "12": "121" },
  },
  {
    // The line is the charge for the work; the goods come back with x902.
    group: "toll_charge",
    effect: "ask",
    codes: { "1256": "124 125" },
  },
  {
    // x132 and x135 fix the price of goods that may have come earlier with x131.
    group: "cooperative",
    effect: "ask",
    codes: { "1256": "131 132 159 213 214 215 216", "12": "135", "56": "160" },
  },
  {
    // The goods are still ours, on the van.
    group: "outside_sale",
    effect: "ask",
    codes: { "1256": "414 415 657 904" },
  },
  {
    group: "partnership",
    effect: "ask",
    codes: { "1256": "451 452 453 455 456" },
  },
  {
    // What comes back with x506 left with x505, so both must be answered alike.
    group: "export_lot",
    effect: "ask",
    codes: { "12567": "501 504", "56": "502", "12356": "503", "1256": "505", "12": "506" },
  },
  {
    // x406 and x412 are x551 and x553 under ICMS-ST: a tax regime does not make it merchandise.
    group: "asset",
    effect: "ask",
    codes: { "12": "406", "56": "412", "123567": "551 553", "1256": "552 554 555" },
  },
  {
    // x407 and x413 are x556 and its return under ICMS-ST.
    group: "consumption",
    effect: "ask",
    codes: { "12": "407", "56": "413", "123567": "556", "1256": "557" },
  },
  {
    // No fixed asset, as 1552 is: since 2021-06-01 the stores of ships and aircraft.
    group: "on_board",
    effect: "ask",
    codes: { "37": "552" },
  },
  {
    // Property does not change; the company decides whether a warehouse is part of its stock.
    group: "storage",
    effect: "ask",
    codes: { "1256": "663 664 905 906", "56": "666" },
  },
  {
    // Property does not change: the goods come back as something else.
    group: "toll",
    effect: "ask",
    codes: { "1256": "901 902 903 924 925" },
  },
  {
    // Property does not change and the goods come back.
    group: "loan",
    effect: "ask",
    codes: { "1256": "908 909 912 913 914" },
  },
  {
    // The goods belong to the sender and come back.
    group: "repair",
    effect: "ask",
    codes: { "1256": "915 916" },
  },
  {
    // Property changes at the sale, not at the shipment.
    group: "consignment",
    effect: "ask",
    codes: { "1256": "917 918 919" },
  },
  {
    // Crates and sacks are stock for some and rubbish for others.
    group: "packaging",
    effect: "ask",
    codes: { "1256": "920 921" },
  },
  {
    // A reclassification inside one company: parts leave and a kit enters, or the other way round.
    group: "kit",
    effect: "ask",
    codes: { "15": "926" },
  },
  {
    // Lost goods have no recipient.
    group: "loss",
    effect: "goods",
    recipient: "ask",
    codes: { "5": "927" },
  },
  {
    // An exit without a recipient; the count may have been corrected by hand already.
    group: "closing",
    effect: "ask",
    codes: { "5": "928" },
  },
  {
    // Goods let in for a time go back abroad; they never become ours.
    group: "temporary_admission",
    effect: "ask",
    codes: { "37": "930" },
  },
  {
    // Only natOp describes the operation.
    group: "other",
    effect: "ask",
    codes: { "123567": "949" },
  },
] as const satisfies readonly CfopGroup[];

/** The name of a group; src/messages has the Portuguese name of its operation. */
export type CfopGroupName = (typeof CFOP_GROUPS)[number]["group"];
