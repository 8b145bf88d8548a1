import { type Answer, answerOf, type TestApp } from "../app.ts";

/** A password that the first administrator of a test's service has. */
export const OWNER = { email: "dona@loja.example", password: "uma senha de verdade" };
/** The configuration that gives the first administrator this password. */
export const OWNED = { ADMIN_EMAIL: OWNER.email, ADMIN_PASSWORD: OWNER.password };

/** What a browser adds to a request of a page of this service. */
export const FROM_OUR_PAGE = { "sec-fetch-site": "same-origin" };

/** A browser with a page of the service: it keeps cookies, and never sees what is in them. */
export interface Browser {
  /** The session's cookie as `name=value`; null: none. */
  cookie: string | null;
  ask(method: string, path: string, given?: Given): Promise<Answer>;
  enter(credentials?: object): Promise<Answer>;
}

interface Given {
  readonly json?: unknown;
  /** In place of FROM_OUR_PAGE. */
  readonly from?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export function browserOf({ app }: Pick<TestApp, "app">, host = "localhost:8003"): Browser {
  const browser: Browser = {
    cookie: null,
    async ask(method, path, { json, from = FROM_OUR_PAGE, headers = {} } = {}) {
      const answer = await app.request(path, {
        method,
        headers: {
          host,
          ...from,
          ...(browser.cookie === null ? {} : { cookie: browser.cookie }),
          ...(json === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
      for (const line of answer.headers.getSetCookie()) {
        const [pair = ""] = line.split(";", 1);
        browser.cookie = /max-age=0\b/i.test(line) ? null : pair;
      }
      return answerOf(answer);
    },
    enter: (credentials = OWNER) => browser.ask("POST", "/api/session", { json: credentials }),
  };
  return browser;
}
