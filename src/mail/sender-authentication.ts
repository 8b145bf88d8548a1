/** One result of a mail server that checked a message: `dmarc=pass`, and the domain that was checked. */
interface MethodResult {
  readonly method: string;
  readonly result: string;
  readonly domain: string | null;
}

/**
 * The sender authentication of a mail by its Authentication-Results headers (RFC 8601). `pass`: DMARC passed, or, without a
 * DMARC policy, SPF or DKIM passed for the domain of the header From, its parent or child. `fail`: checked and not passed.
 * `none`: no trusted server has checked. Any sender can write such a header: only the first one whose authserv-id is in
 * `authorities` counts, because each server puts its own before all others.
 */
export function authenticationOf(
  headers: readonly string[],
  authorities: readonly string[],
  fromDomain: string,
): "pass" | "fail" | "none" {
  const trusted = new Set(authorities.map((name) => name.toLowerCase()));
  const checked = headers.map(parsed).find(({ server }) => trusted.has(server));
  if (checked === undefined) return "none";
  const dmarc = checked.results.filter(({ method }) => method === "dmarc");
  if (dmarc.some(({ result }) => result === "fail")) return "fail";
  if (dmarc.some(({ result }) => result === "pass")) return "pass";
  const aligned = checked.results.some(
    ({ method, result, domain }) =>
      (method === "spf" || method === "dkim") && result === "pass" && related(domain, fromDomain),
  );
  return aligned ? "pass" : "fail";
}

function parsed(header: string): { server: string; results: MethodResult[] } {
  const [server = "", ...rest] = withoutComments(header).split(";");
  return {
    server: server.trim().split(/\s/)[0]?.toLowerCase() ?? "",
    results: rest.map((text) => {
      const words = text.trim().split(/\s+/);
      const [method = "", result = ""] = (words[0] ?? "").toLowerCase().split("=");
      return { method, result, domain: domainIn(words.slice(1)) };
    }),
  };
}

/** The domain that SPF or DKIM checked: that of `smtp.mailfrom`, `header.d` or `header.i`. */
function domainIn(words: readonly string[]): string | null {
  for (const word of words) {
    const [name = "", value = ""] = word.toLowerCase().split("=");
    if (name === "smtp.mailfrom" || name === "header.d" || name === "header.i")
      return value.slice(value.lastIndexOf("@") + 1).replace(/^"|"$/g, "");
  }
  return null;
}

/** Removes comments. They may nest; a quoted `(` does not open one; an unclosed comment ends with the header. */
function withoutComments(header: string): string {
  let [depth, quoted, text] = [0, false, ""];
  for (const char of header) {
    if (char === '"' && depth === 0) quoted = !quoted;
    if (char === "(" && !quoted) depth += 1;
    if (depth === 0) text += char;
    if (char === ")" && !quoted && depth > 0) depth -= 1;
  }
  return text;
}

/** Whether the domains are equal or one is below the other (a registry such as com.br signs no mail). */
const related = (one: string | null, other: string): boolean =>
  one !== null &&
  (one === other || (one.includes(".") && other.endsWith(`.${one}`)) || one.endsWith(`.${other}`));
