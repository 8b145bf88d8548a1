import { describe, expect, test } from "bun:test";
import { NFE_NAMESPACE } from "../../src/nfe/layout/layout.ts";
import { ItemShape, LotShape, NoteShape } from "../../src/nfe/layout/shape.ts";
import {
  cancellationEvent,
  syntheticEvent,
  withGluedCancellation,
} from "../../src/synthetic/events.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { noteIn, pathsIn, readingIn, readText } from "../support/xml/read-notes.ts";

const { xml, accessKey } = syntheticNote({ seed: 71 });
const FOREIGN = "urn:other-namespace";

/** Elements of a document by XPath, each with its begin and end in the text. */
interface Span {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

/** Every element of a text without comments and CDATA, by its place. */
function elementsOf(text: string): Span[] {
  const open: { path: string; from: number; seen: Map<string, number> }[] = [];
  const found: Span[] = [];
  const top = new Map<string, number>();
  for (const tag of text.matchAll(/<(\/?)([A-Za-z][\w]*)[^<>]*?(\/?)>/g)) {
    const [whole, closing, name = "", empty] = tag;
    const end = tag.index + whole.length;
    if (closing === "/") {
      const element = open.pop();
      if (element) found.push({ path: element.path, from: element.from, to: end });
      continue;
    }
    const around = open.at(-1);
    const seen = around?.seen ?? top;
    seen.set(name, (seen.get(name) ?? 0) + 1);
    const path = `${around?.path ?? ""}/${name}`;
    if (empty === "/") found.push({ path, from: tag.index, to: end });
    else open.push({ path, from: tag.index, seen: new Map() });
  }
  return found;
}

/** The text with a second element beside one, of other content; before it or behind it. */
function twice(text: string, { from, to }: Span, before: boolean): string {
  const own = text.slice(from, to);
  const other = own.replace(
    />([0-9]+)((?:\.[0-9]+)?)</g,
    (_, whole: string, rest: string) => `>${"9".repeat(whole.length)}${rest}<`,
  );
  return before
    ? text.slice(0, from) + other + text.slice(from)
    : text.slice(0, to) + other + text.slice(to);
}

/** Elements that may repeat in the layout: both are read, or neither. */
const REPEATS =
  /\/(?:det|rastro|med|NFref|autXML|NFe|detPag|dup|vol|lacres|obsCont|obsFisco|procRef|reboque|Transform|pag)$/;

/** The path of a shape's key below infNFe; `*` is a tax situation. */
const below = (key: string): string => key.replace("*", "ICMS10");

/** A note with every tag that the reader uses, each once, made from the shapes themselves. */
function fullNote(): string {
  const tree = (keys: readonly string[], values: (key: string) => string): string => {
    const groups = new Map<string, string[]>();
    for (const key of keys) {
      const [head = "", ...rest] = key.split("/");
      groups.set(head, [...(groups.get(head) ?? []), rest.join("/")]);
    }
    return [...groups]
      .map(([name, rests]) => {
        const inner = rests.filter((rest) => rest !== "");
        const text = inner.length === 0 ? "1" : tree(inner, values);
        return `<${name}>${text}</${name}>`;
      })
      .join("");
  };
  const one = () => "1";
  const own = (keys: string[], without: readonly string[]) =>
    keys.filter((key) => !key.startsWith("@") && !without.includes(key)).map(below);
  const lot = tree(own(Object.keys(LotShape.shape), []), one);
  const det = tree(
    own(Object.keys(ItemShape.shape), ["prod/rastro", "prod/med", "service", "taxes", "unreadTax"]),
    one,
  ).replace("</prod>", `<rastro>${lot}</rastro></prod>`);
  const rest = tree(own(Object.keys(NoteShape.shape), ["det"]), one);
  return `<NFe xmlns="http://www.portalfiscal.inf.br/nfe"><infNFe versao="4.00" Id="NFe${accessKey}">${rest}<det nItem="1">${det}</det></infNFe></NFe>`;
}

describe("repeated elements in a note", () => {
  const full = fullNote();
  const read = elementsOf(full).filter(
    ({ path }) => path !== "/NFe" && !/\/(?:det|rastro|med)$/.test(path),
  );

  test("each tag that is read is refused as a duplicate by its XPath, whichever comes first", () => {
    for (const span of read)
      for (const before of [false, true]) {
        const path = span.path.replace("/det", "/det[1]").replace("/rastro", "/rastro[1]");
        expect(pathsIn(twice(full, span, before))).toContain(`${path}[2] duplicate`);
      }
  });

  test("the note made from the shapes has every tag that they name", () => {
    const names = [NoteShape, ItemShape, LotShape].flatMap(({ shape }) => Object.keys(shape));
    const leaves = names.filter((name) => !/^@|^(?:service|taxes|unreadTax)$|\/med$/.test(name));
    for (const name of leaves) expect(full).toMatch(new RegExp(`<${name.split("/").at(-1)}[ >]`));
    expect(read.length).toBeGreaterThan(80);
  });

  test("a second tax situation of another name is one too many", () => {
    const two = full.replace("</ICMS>", "<ICMS00><vICMSST>9.00</vICMSST></ICMS00></ICMS>");
    expect(pathsIn(two)).toContain("/NFe/infNFe/det[1]/imposto/ICMS/ICMS00 duplicate");
  });

  test("an item that is goods and a service, or taxed and not taxed by IPI, is refused", () => {
    const service = full.replace("</imposto>", "<ISSQN><vISSQN>1.00</vISSQN></ISSQN></imposto>");
    expect(pathsIn(service)).toContain("/NFe/infNFe/det[1]/imposto/ISSQN duplicate");
    for (const side of ["<IPINT/>$&", "$&<IPINT/>"]) {
      const both = full.replace(/<IPITrib>.*<\/IPITrib>/, side);
      expect(pathsIn(both)).toContain("/NFe/infNFe/det[1]/imposto/IPI/IPINT duplicate");
    }
  });

  test("two of what the layout has as a choice are refused", () => {
    for (const [after, second, path] of [
      ["</CNPJ><xNome>", "<CPF>52998224725</CPF>", "emit/CPF"],
      ["</dhEmi>", "<dEmi>2026-11-10</dEmi>", "ide/dEmi"],
    ] as const) {
      const with2 = after.startsWith("</CNPJ>")
        ? xml.replace(after, `</CNPJ>${second}<xNome>`)
        : xml.replace(after, `${after}${second}`);
      expect(pathsIn(with2)).toEqual([`/nfeProc/NFe/infNFe/${path} duplicate`]);
    }
  });

  test("a repeated element is refused, or does not change the note", () => {
    const before = readingIn(xml);
    for (const span of elementsOf(xml)) {
      if (span.path === "/nfeProc" || REPEATS.test(span.path)) continue;
      for (const first of [true, false]) {
        const again = readText(twice(xml, span, first));
        const failure = again.ok ? null : again.error;
        if (failure?.code === "nfe.invalid") {
          expect(failure.errors.map(({ code }) => code)).toContain("duplicate");
          continue;
        }
        expect([span.path, again]).toEqual([
          span.path,
          { ok: true, value: { kind: "notes", notes: [{ ok: true, value: before }] } },
        ]);
      }
    }
  });

  test("an element of another namespace is never read, also where it is the first", () => {
    const before = readingIn(xml).note;
    for (const { path, from } of elementsOf(xml)) {
      const name = path.slice(path.lastIndexOf("/") + 1);
      if (["/nfeProc", "/nfeProc/NFe/Signature"].includes(path)) continue;
      const strange = `<x:${name} xmlns:x="${FOREIGN}"><x:vICMSST>9.00</x:vICMSST></x:${name}>`;
      expect([path, noteIn(xml.slice(0, from) + strange + xml.slice(from))]).toEqual([
        path,
        before,
      ]);
    }
  });
});

describe("repeated elements in a protocol", () => {
  test("each element of protNFe is refused as a duplicate", () => {
    const spans = elementsOf(xml).filter(({ path }) => path.startsWith("/nfeProc/protNFe"));
    const known = spans.filter(({ path }) => !/\/(?:cMsg|xMsg)$/.test(path));
    expect(known.length).toBeGreaterThan(6);
    for (const span of known)
      for (const before of [false, true])
        expect(pathsIn(twice(xml, span, before))).toEqual([`${span.path}[2] duplicate`]);
  });
});

describe("repeated elements in an event", () => {
  const event = syntheticEvent(accessKey, {
    type: "110193",
    detail: { nProtEvento: "135260000000009", tpEventoAut: "110192" },
  });
  const losses = syntheticEvent(accessKey, {
    type: "112130",
    detail: {
      gPerecimento: {
        "@nItem": "1",
        gControleEstoque: { qPerecimento: "1.0000", uPerecimento: "UN" },
      },
    },
  });

  test("a repeated element is refused, or changes only the content hash of the event", () => {
    for (const text of [event, losses, cancellationEvent(accessKey)]) {
      const before = readText(text);
      for (const span of elementsOf(text)) {
        if (span.path === "/procEventoNFe" || /\/gPerecimento$/.test(span.path)) continue;
        for (const first of [true, false]) {
          const again = readText(twice(text, span, first));
          if (!again.ok) {
            const { error } = again;
            const codes = error.code === "nfe.invalid" ? error.errors.map(({ code }) => code) : [];
            expect([span.path, codes]).toEqual([span.path, expect.arrayContaining(["duplicate"])]);
            continue;
          }
          expect([span.path, without(again)]).toEqual([span.path, without(before)]);
        }
      }
    }
  });

  test.each([
    "evento",
    "evento/infEvento",
    "evento/infEvento/tpAmb",
    "evento/infEvento/CNPJ",
    "evento/infEvento/chNFe",
    "evento/infEvento/dhEvento",
    "evento/infEvento/tpEvento",
    "evento/infEvento/nSeqEvento",
    "evento/infEvento/detEvento",
    "evento/infEvento/detEvento/tpEventoAut",
    "evento/infEvento/detEvento/nProtEvento",
    "retEvento",
    "retEvento/infEvento",
    "retEvento/infEvento/tpAmb",
    "retEvento/infEvento/cStat",
    "retEvento/infEvento/chNFe",
    "retEvento/infEvento/tpEvento",
    "retEvento/infEvento/nSeqEvento",
    "retEvento/infEvento/dhRegEvento",
    "retEvento/infEvento/nProt",
  ])("%s is refused by its XPath", (path) => {
    const span = elementsOf(event).find((one) => one.path === `/procEventoNFe/${path}`);
    if (span === undefined) throw new Error(`no ${path}`);
    for (const first of [true, false])
      expect(pathsIn(twice(event, span, first))).toContain(`/procEventoNFe/${path}[2] duplicate`);
  });

  test("nested answers, and an author with CNPJ and CPF, are refused", () => {
    const answer = /<retEvento.*<\/retEvento>/s.exec(event)?.[0] ?? "";
    const inner = event.replace("</retEvento>", `${answer}</retEvento>`);
    const wrapped = event.replace(
      answer,
      `<retEvento>${inner.slice(inner.indexOf("<retEvento"), inner.lastIndexOf("</procEventoNFe>"))}</retEvento>`,
    );
    expect(pathsIn(wrapped)).toContain("/procEventoNFe/retEvento/retEvento/retEvento duplicate");
    const both = event.replace("</CNPJ>", "</CNPJ><CPF>52998224725</CPF>");
    expect(pathsIn(both)).toContain("/procEventoNFe/evento/infEvento/CPF duplicate");
  });

  test("a repeated element in a cancellation beside a protocol refuses the note", () => {
    const glued = withGluedCancellation(xml, accessKey);
    const spans = elementsOf(glued).filter(({ path }) =>
      /^\/nfeProc\/procEventoNFe\/(?:evento\/infEvento\/(?:chNFe|tpEvento)|retEvento\/infEvento\/cStat)$/.test(
        path,
      ),
    );
    expect(spans).toHaveLength(3);
    for (const span of spans)
      for (const first of [true, false])
        expect(pathsIn(twice(glued, span, first))).toContain(
          `${span.path.replace("procEventoNFe", "procEventoNFe[1]")}[2] duplicate`,
        );
  });
});

/** A reading without the content of its event. */
const without = (read: ReturnType<typeof readText>) =>
  read.ok && read.value.kind === "event"
    ? { ...read.value, event: { ...read.value.event, content: "" } }
    : read;

describe("a cancellation in the note's own file", () => {
  const infCanc = (more: string) =>
    `<infCanc><tpAmb>1</tpAmb><cStat>101</cStat><xMotivo>Cancelamento homologado</xMotivo>${more}</infCanc>`;
  test.each([
    [
      "retCancNFe that names the note",
      `<retCancNFe>${infCanc(`<chNFe>${accessKey}</chNFe>`)}</retCancNFe>`,
    ],
    ["retCancNFe that names none", `<retCancNFe>${infCanc("")}</retCancNFe>`],
    ["procCancNFe", `<procCancNFe><cancNFe/><retCancNFe>${infCanc("")}</retCancNFe></procCancNFe>`],
  ])("%s is read, in time or late", (_, part) => {
    for (const cStat of ["101", "151"]) {
      const text = xml.replace("</nfeProc>", `${part.replace("101", cStat)}</nfeProc>`);
      expect(noteIn(text).cancelledBy).toMatchObject([{ accessKey, type: "110111", cStat }]);
    }
    const refused = xml.replace("</nfeProc>", `${part.replace("101", "420")}</nfeProc>`);
    expect(noteIn(refused).cancelledBy).toEqual([]);
  });

  const answer = `<retCancNFe xmlns="${NFE_NAMESPACE}">${infCanc(`<chNFe>${accessKey}</chNFe>`)}</retCancNFe>`;
  test("a cancellation is read anywhere in the file", () => {
    const puts: ((part: string) => string)[] = [
      (part) => xml.replace("</NFe>", `${part}</NFe>`),
      (part) => xml.replace("</infNFe>", `${part}</infNFe>`),
      (part) => xml.replace("</protNFe>", `${part}</protNFe>`),
      (part) => xml.replace("</infProt>", `${part}</infProt>`),
      (part) => xml.replace("</nfeProc>", `<a xmlns="urn:a"><b>${part}</b></a></nfeProc>`),
      (part) => (/<NFe[ >].*<\/NFe>/s.exec(xml)?.[0] ?? "").replace("</NFe>", `${part}</NFe>`),
    ];
    for (const part of [answer, cancellationEvent(accessKey).replace(/^<\?.*?\?>\s*/, "")])
      for (const put of puts)
        expect(noteIn(put(part)).cancelledBy).toMatchObject([{ accessKey, type: "110111" }]);
  });
});
