/** One finding of a mail server that looked at a message: `dmarc=pass`, and whose domain it speaks of. */
interface Finding {
  readonly method: string;
  readonly result: string;
  readonly domain: string | null;
}

/**
 * What those whom we trust say of a mail's origin (Authentication-Results, RFC 8601). `proven`: DMARC passed, or, where
 * there is no DMARC policy, an SPF or DKIM that passed for the domain of the header From or its parent or child. `unproven`:
 * they have looked, and it is not so. `unasked`: nobody whom we trust has looked. Anybody may write such a header: only the
 * first counts whose author (authserv-id) is one of `authorities`, because each server puts its own before all others.
 */
export function authenticationOf(
  headers: readonly string[],
  authorities: readonly string[],
  fromDomain: string,
): "proven" | "unproven" | "unasked" {
  const trusted = new Set(authorities.map((name) => name.toLowerCase()));
  const ours = headers.map(parsed).find(({ author }) => trusted.has(author));
  if (ours === undefined) return "unasked";
  const dmarc = ours.findings.filter(({ method }) => method === "dmarc");
  if (dmarc.some(({ result }) => result === "fail")) return "unproven";
  if (dmarc.some(({ result }) => result === "pass")) return "proven";
  const aligned = ours.findings.some(
    ({ method, result, domain }) =>
      (method === "spf" || method === "dkim") && result === "pass" && related(domain, fromDomain),
  );
  return aligned ? "proven" : "unproven";
}

function parsed(header: string): { author: string; findings: Finding[] } {
  const [author = "", ...rest] = withoutComments(header).split(";");
  return {
    author: author.trim().split(/\s/)[0]?.toLowerCase() ?? "",
    findings: rest.map((text) => {
      const words = text.trim().split(/\s+/);
      const [method = "", result = ""] = (words[0] ?? "").toLowerCase().split("=");
      return { method, result, domain: domainIn(words.slice(1)) };
    }),
  };
}

/** Whom SPF and DKIM speak of: the domain of `smtp.mailfrom`, `header.d` or `header.i`. */
function domainIn(words: readonly string[]): string | null {
  for (const word of words) {
    const [name = "", value = ""] = word.toLowerCase().split("=");
    if (name === "smtp.mailfrom" || name === "header.d" || name === "header.i")
      return value.slice(value.lastIndexOf("@") + 1).replace(/^"|"$/g, "");
  }
  return null;
}

/** Comments may nest, and a quoted `(` opens none; what is never closed is left out to its end. */
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

/** The same domain, or one below the other (a registry such as com.br signs no mail). */
const related = (one: string | null, other: string): boolean =>
  one !== null &&
  (one === other || (one.includes(".") && other.endsWith(`.${one}`)) || one.endsWith(`.${other}`));
