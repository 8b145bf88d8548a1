import type { Role } from "../../src/accounts/roles.ts";
import { run } from "../../src/cli/main.ts";
import type { Terminal } from "../../src/cli/service/with-connection.ts";
import type { Screen } from "../../src/cli/terminal/screen.ts";
import type { Sink } from "../../src/cli/terminal/sink.ts";
import type { TestApp } from "./app.ts";

/** A CSV output that drops every byte. */
export const nullSink: Sink = {
  write: async () => undefined,
  end: async () => undefined,
  drop: async () => undefined,
};

/** A progress bar that shows nothing. */
export const noProgress: Terminal["progress"] = () => ({
  advance: () => undefined,
  stop: () => undefined,
});

const unused = (): never => {
  throw new Error("the test does not expect this call");
};

/** A terminal that records its lines: `out`, `err`, and `all` in their order. A member that is not given fails when it is called. */
export function testTerminal(given: Partial<Terminal> = {}) {
  const [out, err, all]: [string[], string[], string[]] = [[], [], []];
  const screen = (lines: string[]): Screen => ({
    colours: false,
    width: 100,
    line: (text = "") => {
      lines.push(text);
      all.push(text);
    },
  });
  const terminal: Terminal = {
    env: {},
    fetch: unused,
    local: unused,
    out: screen(out),
    err: screen(err),
    stdout: unused,
    secret: unused,
    input: unused,
    interrupted: () => new AbortController().signal,
    asksPerson: false,
    progress: unused,
    ...given,
  };
  return { terminal, out, err, all };
}

/** Runs a command line on a test terminal: its exit code, and the lines of `out`, of `err`, and of both (`all`). */
export async function runCommandLine(argv: readonly string[], given: Partial<Terminal> = {}) {
  const { terminal, out, err, all } = testTerminal(given);
  const code = await run(argv, terminal);
  return { code, out, err: err.join("\n"), all: all.join("\n") };
}

/** A terminal of a person who is signed in to the app: its requests go to it in process, with the token of that role. */
export function appTerminal(
  app: Pick<TestApp, "raw" | "tokenOf">,
  as: Role,
  given: Partial<Terminal> = {},
): Partial<Terminal> {
  return {
    env: { SGE_URL: "http://sge.localhost", SGE_TOKEN: app.tokenOf(as) },
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      const body =
        request.body === null ? {} : { body: new Uint8Array(await request.arrayBuffer()) };
      const headers = Object.fromEntries(request.headers);
      return app.raw(request.method, pathname + search, { as: "anonymous", headers, ...body });
    },
    progress: noProgress,
    ...given,
  };
}
