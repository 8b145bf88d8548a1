import { ADMIN } from "../world.mjs";

const OURS = { "sec-fetch-site": "same-origin" };
const credentials = { email: ADMIN.email, password: ADMIN.password };

/** What the browser was given, each part by a word where it is the side's own. */
const session = ({ status, headers, body }) => ({
  status,
  cookie: headers["set-cookie"]?.replace(/=[^;]{9,}/, "=<token>"),
  cleared: headers["clear-site-data"],
  cache: headers["cache-control"],
  body: { ...body, expires_at: undefined },
});

/** Of the page that people use, and of the session of its browser. */
export const page = {
  async "the page's addresses, files and policies"({ ask }) {
    // Files below /assets do not wake the Worker, so what is missing there has no problem document.
    for (const path of [
      "/",
      "/notas",
      "/estoque/P1",
      "/sw.js",
      "/nada.js",
      "/docs",
      "/docs/start.js",
      "/docs/x",
    ])
      for (const method of ["GET", "HEAD"])
        await ask(`${method} ${path}`, { method, path, as: null });
    await ask("a post to a view", { method: "POST", path: "/notas", as: null });
  },

  async "a browser's session, from the login to its end"({ ask }) {
    const keep = (_, known, response) => {
      const [pair] = response.headers.getSetCookie().map((line) => line.split(";")[0]);
      if (pair !== undefined) known.cookie = pair;
    };
    const enter = { method: "POST", path: "/api/session", json: credentials, as: null };
    const by = (known, headers = OURS) => ({
      as: null,
      headers: { ...headers, cookie: known.cookie },
    });
    await ask("a login from nowhere", enter);
    await ask("a login from another port", {
      ...enter,
      headers: { "sec-fetch-site": "same-site" },
    });
    await ask("a login", { ...enter, headers: OURS }, { keep, like: session });
    await ask("the session", (known) => ({ path: "/api/session", ...by(known) }), {
      like: session,
    });
    for (const headers of [
      OURS,
      {},
      { "sec-fetch-site": "none" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "cross-site" },
      { origin: "https://mau.example" },
      { ...OURS, "x-company": "2" },
      { ...OURS, "x-person": "2" },
    ]) {
      await ask("a read", (known) => ({ path: "/api/company", ...by(known, headers) }));
      await ask("a write", (known) => ({
        method: "PATCH",
        path: "/api/company",
        json: { held_days: 7 },
        ...by(known, headers),
      }));
    }
    for (const path of [
      "/api/reports/completeness?month=2026-11&company=1",
      "/api/reports/completeness?month=2026-11&company=2",
      "/api/nfes/archive?month=2026-11&sheets=true&company=2",
      "/api/nfes/archive?month=2026-11&company=01",
      "/api/company?company=2",
    ])
      await ask("a read that names a company", (known) => ({ path, ...by(known) }));
    await ask(
      "the month's files of the open company",
      (known) => ({ path: "/api/nfes/archive?month=2026-11&sheets=true&company=1", ...by(known) }),
      {
        like: ({ status, headers }) => ({
          status,
          type: headers["content-type"],
          name: headers["content-disposition"],
        }),
      },
    );
    await ask("a token that names a company", {
      path: "/api/reports/completeness?month=2026-11&company=2",
    });
    await ask(
      "the same company again",
      (known) => ({
        method: "POST",
        path: "/api/session/company",
        json: { company: 1 },
        ...by(known),
      }),
      { keep, like: session },
    );
    const end = (known) => ({ method: "DELETE", path: "/api/session", ...by(known) });
    await ask("the end", end, { like: session });
    await ask("after it", end);
    await ask("what waits in each company", { path: "/api/overview" });
    await ask("no cookie", { path: "/api/session" });
  },
};
