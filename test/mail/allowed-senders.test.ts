import { expect, test } from "bun:test";
import { addressOf, isAllowedSender, parseSenders } from "../../src/mail/allowed-senders.ts";

const listOf = (text: string): string[] => {
  const list = parseSenders(text);
  return list.ok ? list.value : [`refused: ${list.error.got}`];
};

test("a list has addresses and domains, separated by comma, semicolon or line", () => {
  expect(
    listOf(" NFe@Forn.Example, @outra.example;\n terceira.com.br,, nfe@forn.example "),
  ).toEqual(["nfe@forn.example", "@outra.example", "@terceira.com.br"]);
  expect(listOf("")).toEqual([]);
});

test("an entry that is neither is refused and named", () => {
  for (const bad of ["forn", "a@b@c.example", "@", "a@", "*@forn.example", "a b@forn.example"])
    expect([bad, listOf(`ok@forn.example, ${bad}`)]).toEqual([bad, [`refused: ${bad}`]]);
  const many = Array.from({ length: 201 }, (_, n) => `a${n}@forn.example`).join(",");
  expect(listOf(many)).toEqual(["refused: a200@forn.example"]);
});

test("S17: a sender is allowed by a whole address or a whole domain, never by a part of one", () => {
  const list = listOf("nfe@forn.example, @outra.example");
  for (const yes of ["nfe@forn.example", "NFE@FORN.EXAMPLE", "qualquer@outra.example"])
    expect([yes, isAllowedSender(list, yes)]).toEqual([yes, true]);
  for (const no of [
    "nfe@forn.example.evil.example",
    "xnfe@forn.example",
    "nfe@forn.example@evil.example",
    '"nfe@forn.example"@evil.example',
    "nfe@sub.forn.example",
    "x@sub.outra.example",
    "x@naooutra.example",
    "outra.example",
    "@outra.example",
    "nfe@forn.example ",
    "nfe@forn.example\n",
    "",
    null,
  ])
    expect([no, isAllowedSender(list, no)]).toEqual([no, false]);
});

test("S17: an empty list allows no sender", () => {
  expect(isAllowedSender([], "nfe@forn.example")).toBe(false);
});

test("a domain with other letters is compared in ASCII, so that a look-alike differs", () => {
  expect(addressOf("nfe@PÃO.example")).toBe("nfe@xn--po-sia.example");
  expect(isAllowedSender(listOf("@pão.example"), "nfe@xn--po-sia.example")).toBe(true);
  // A Cyrillic о.
  expect(isAllowedSender(listOf("@forn.example"), "nfe@fоrn.example")).toBe(false);
});
