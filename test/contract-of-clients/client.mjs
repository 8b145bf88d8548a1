import assert from "node:assert/strict";

/** Where the client's page was loaded from: its requests are cross-origin. */
export const ORIGIN = "http://localhost:5173";
const TEXT = "text/plain;charset=UTF-8";
const SENTENCE = /^\p{Lu}[^{}]{4,}$|^[^\p{Ll}]/u;

/**
 * The old web client of S.G.E. as a program: every request as its `fetch` sends it (no cookies, JSON bodies as text/plain, a bearer
 * token and nothing else). `fetch` takes a path. Each answer must carry the origin, or the browser would hide it.
 */
export function oldClient(fetch) {
  let token;
  const send = async (method, path, { body, type, as = token } = {}) => {
    const response = await fetch(path, {
      method,
      headers: {
        origin: ORIGIN,
        ...(as === null || as === undefined ? {} : { authorization: `Bearer ${as}` }),
        ...(type === undefined ? {} : { "content-type": type }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    assert.equal(
      response.headers.get("access-control-allow-origin"),
      ORIGIN,
      `${method} ${path} answered ${response.status} without the origin: ${text.slice(0, 200)}`,
    );
    const json = /json/.test(response.headers.get("content-type") ?? "") && text !== "";
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: json ? JSON.parse(text) : null,
    };
  };
  return {
    fetch,
    get token() {
      return token;
    },
    get: (path, how) => send("GET", path, how),
    /** A call with a JSON body, or without one. */
    call: (method, path, body, how) =>
      send(
        method,
        path,
        body === undefined ? how : { ...how, body: JSON.stringify(body), type: TEXT },
      ),
    /** The form of the upload: one part `file`. */
    upload: (name, bytes, field = "file") =>
      send("POST", "/api/nfe/upload", {
        body: multipart(field, name, bytes),
        type: `multipart/form-data; boundary=${BOUNDARY}`,
      }),
    async login(email, password) {
      const body = JSON.stringify({ email, password });
      const answer = await send("POST", "/api/login", { body, type: "application/json", as: null });
      return answer;
    },
    as(given) {
      token = given;
    },
    preflight: (path, method, headers = "authorization") =>
      fetch(path, {
        method: "OPTIONS",
        headers: {
          origin: ORIGIN,
          "access-control-request-method": method,
          "access-control-request-headers": headers,
        },
      }),
  };
}

const BOUNDARY = "----WebKitFormBoundaryAbCdEfGhIjKlMnOp";

/** The bytes of a form of one file, as a browser writes them: the harness of workerd takes no FormData of this process. */
function multipart(field, name, content) {
  const utf8 = new TextEncoder();
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\nContent-Type: text/xml\r\n\r\n`;
  const parts = [
    utf8.encode(head),
    typeof content === "string" ? utf8.encode(content) : content,
    utf8.encode(`\r\n--${BOUNDARY}--\r\n`),
  ];
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A refusal: its status is no 401 (which would log the person out), and `error` is a sentence. */
export function refused(answer, status, what) {
  assert.equal(answer.status, status, `${what}: ${answer.text.slice(0, 300)}`);
  assert.equal(typeof answer.body?.error, "string", `${what} has no error`);
  assert.match(answer.body.error, SENTENCE, `${what}: ${answer.body.error}`);
}

const CHECKS = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  array: Array.isArray,
  instant: (value) =>
    typeof value === "string" && value.includes("T") && !Number.isNaN(Date.parse(value)),
  day: (value) => /^\d{4}-\d\d-\d\d$/.test(value),
};

/** Every field has its type, a name of CHECKS; with `?` it may be null or absent. */
export function typed(object, fields, what) {
  for (const [field, type] of Object.entries(fields)) {
    const value = object?.[field];
    if (type.endsWith("?") && (value === null || value === undefined)) continue;
    assert.ok(
      CHECKS[type.replace("?", "")](value),
      `${what}.${field} is ${JSON.stringify(value)}, not ${type}`,
    );
  }
}
