import { BOUNDARY, JSON_TYPE } from "./words.mjs";

/** A form whose parts are named as programs name them; no quotes, blanks, RFC 8187. */
const named = (disposition, bytes, end = `\r\n--${BOUNDARY}--\r\n`) =>
  Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`),
    bytes,
    Buffer.from(end),
  ]);

/** Requests of which one runtime might read something else than the other, or than what was sent. */
export const texts = {
  async "bodies, forms, queries and HEAD, each judged by its text"({ ask, documents }) {
    for (const body of [
      Buffer.from(
        '{"product_code":"NOVO/1","type":"ENTRADA","quantity":1,"notes":"Devolu\u00e7\u00e3o"}',
        "latin1",
      ),
      '{"product_code":"NOVO/1","type":"ENTRADA","quantity":1.0000000000000001}',
      '{"product_code":"NOVO/1","type":"ENTRADA","quantity":123456.00000000000000001}',
      '{"product_code":"NOVO/1","type":"ENTRADA","quantity":1,"quantity":2}',
      '{"product_code":"NOVO/1",\n"type" "ENTRADA"}',
      '{"product_code":"NOVO/1","type":"ENTRADA","quantity":1e400}',
      "[".repeat(100),
    ])
      for (const type of [
        "application/json",
        "application/json; charset=iso-8859-1;",
        "text/plain",
      ])
        await ask(`a movement as ${type}: ${body}`, {
          method: "POST",
          path: "/api/movements",
          headers: { "content-type": type },
          body,
        });
    await ask("unknown members", {
      method: "PATCH",
      path: "/api/company",
      headers: JSON_TYPE,
      body: JSON.stringify(Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`x${n}`, n]))),
    });
    for (const query of [
      "search=A%C7%DACAR",
      "search=%ED%A0%80",
      "search=100%",
      "page=0x10",
      "page=1e2",
      "page=%2B1",
      "limit=%201",
      "page=1.0",
      "search=&limit=1&&=",
    ])
      await ask(`stock with ${query}`, { path: `/api/stock?${query}` });
    for (const [type, disposition] of [
      [
        `multipart/form-data; boundary=${BOUNDARY}`,
        "name=file; filename=nota.xml; filename*=utf-8''nota.xml",
      ],
      [
        `multipart/form-data; boundary=${BOUNDARY} ; charset=utf-8`,
        'name="file"; filename="nota.xml"',
      ],
      [`Multipart/Form-Data; BOUNDARY="${BOUNDARY}"`, 'FILENAME="nota.xml";NAME=file'],
      [`multipart/form-data; boundary=`, "name=file; filename=nota.xml"],
    ])
      await ask(`a form of ${type} with ${disposition}`, {
        method: "POST",
        path: "/api/nfe/upload",
        headers: { "content-type": type },
        body: named(disposition, documents.multipart),
      });
    await ask("a form without its last boundary", {
      method: "POST",
      path: "/api/nfe/upload",
      headers: { "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
      body: named("name=file; filename=a", documents.multipart, `\r\n--${BOUNDARY}x--\r\n`),
    });
    for (const path of [
      "/api/health",
      "/api/stock",
      "/api/nfes",
      "/api/export/stock",
      "/nada",
      "/openapi.json",
      "/api/notifications/stream",
      "/api/events?wait=25",
    ])
      for (let time = 0; time < 3; time++)
        await ask(`HEAD ${path}`, { method: "HEAD", path }, { without: ["vary"] });
  },
};
