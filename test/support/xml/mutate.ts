import fc from "fast-check";

/** Pieces with a meaning in XML: inserted anywhere, they give every kind of error, and also valid documents. */
const PIECES = [
  ..."<>&;\"'=/: \n\t\u0001\u007f\u0085\u2028\ufeff\ufffe\uffffé",
  "\r\n",
  "\r",
  "\u{1f600}",
  "&amp;",
  "&#65;",
  "&#x1F600;",
  "&#x0;",
  "&#13;",
  "&nbsp;",
  "]]>",
  "]]",
  "<![CDATA[",
  "<![CDATA[a<b]]>",
  "<!--",
  "-->",
  "--",
  "<!-- a - b -->",
  "<?pi ?>",
  "<?pi",
  "?>",
  '<?xml version="1.0"?>',
  "<?XML a?>",
  "<?p:i a?>",
  ' xmlns:p="urn:p"',
  " xmlns:q='urn:p'",
  ' xmlns=""',
  ' xmlns:p=""',
  ' p:a="1"',
  " q:a='2'",
  ' a="1"',
  " a = '2'",
  ' xml:lang="pt"',
  ' xmlns:xml="urn:x"',
  ' xmlns:xmlns="urn:x"',
  "p:",
  "xmlns:",
  "<p:a xmlns:p='urn:v' p:b=''/>",
  "<a>",
  "</a>",
  "<a/>",
  "</ a>",
  "</a >",
  "<1a/>",
  "<-a/>",
  "<é·a/>",
  "<a\u{10400}/>",
  "<\u0300a/>",
  "<__proto__>x</__proto__>",
  "<constructor/>",
  "<!DOCTYPE a>",
  "<!ELEMENT a>",
  " standalone='yes'",
] as const;

/** Pieces that may stand between tags: the document stays well-formed. */
const CONTENT = [
  ..."é='\t]\u0085\ufeff",
  "\u{1f600}",
  "\r\n",
  "&amp;",
  "&#13;",
  "&#x1F600;",
  "<![CDATA[a<b]]>",
  "<!-- a - b -->",
  "<?pi ?>",
  "<a/>",
  "<é·a/>",
  "<__proto__>x</__proto__>",
  "<p:a xmlns:p='urn:v' p:b=''/>",
  "<x>\r\n<y/> z </x>",
] as const;

/** Attributes: at the end of a start tag they often do no harm. */
const ATTRIBUTES = PIECES.filter((piece) => piece.startsWith(" ") && piece.includes("="));

type Edit =
  | { kind: "insert" | "content" | "attribute"; at: number; piece: string }
  | { kind: "remove" | "double" | "move"; at: number; length: number; to: number }
  | { kind: "cut"; at: number };

const place = fc.double({ min: 0, max: 1, noNaN: true });
const span = fc.integer({ min: 1, max: 40 });
const insert = (kind: "insert" | "content" | "attribute", pieces: readonly string[]) =>
  fc.record({ kind: fc.constant(kind), at: place, piece: fc.constantFrom(...pieces) });

const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 6, arbitrary: insert("content", CONTENT) },
  { weight: 4, arbitrary: insert("attribute", ATTRIBUTES) },
  { weight: 3, arbitrary: insert("insert", PIECES) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("remove", "double", "move"),
      at: place,
      length: span,
      to: place,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut"), at: place }) },
);

/** One to three changes to a text. */
export const edits = fc.array(edit, { minLength: 1, maxLength: 3 });

/** Applies the changes in order. Never splits a surrogate pair. */
export function edited(text: string, changes: readonly Edit[]): string {
  let points = [...text];
  for (const change of changes) {
    const at = Math.floor(change.at * points.length);
    if (change.kind === "cut") points = points.slice(0, at);
    else if ("piece" in change) points.splice(wanted(points, at, change.kind), 0, ...change.piece);
    else {
      const to = Math.floor(change.to * points.length);
      const taken = points.slice(at, at + change.length);
      if (change.kind !== "double") points.splice(at, change.length);
      if (change.kind !== "remove") points.splice(to, 0, ...taken);
    }
  }
  return points.join("");
}

/** Where a piece of this kind goes: right there, behind the tag that ends next, or before its end. */
function wanted(points: readonly string[], at: number, kind: "insert" | "content" | "attribute") {
  if (kind === "insert") return at;
  const end = points.indexOf(">", at);
  if (kind === "content") return end + 1;
  return points[end - 1] === "/" ? end - 1 : end;
}
