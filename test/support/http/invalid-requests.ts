import fc from "fast-check";
import { joinedBytes } from "../../../src/lib/bytes.ts";
import { KEY, utf8, VALID_REQUESTS, type ValidRequest } from "./valid-requests.ts";

/** A request as a client may send it, whole or broken. */
export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array<ArrayBuffer> | null;
}

/** Texts that something on the way may trip over. */
const NASTY = [
  "",
  " ",
  "0",
  "-1",
  "1e999",
  "NaN",
  "999999999999999999999",
  "0x10",
  "true",
  "null",
  "undefined",
  "[]",
  "{}",
  "%",
  "%00",
  "%ff",
  "%ED%A0%80",
  "a%00b",
  "%2e%2e%2f",
  "'; drop table notes; --",
  "\\",
  "%25_%5c",
  "*",
  "(",
  "2026-11-23",
  "0000-01-01",
  "9999-12-31",
  "2026-02-30",
  "PENDENTE",
  "ENTRADA",
  "entry",
  "rfc4180",
  KEY,
  `NFe${KEY}`,
  "__proto__",
  "constructor",
  "😀",
  "a".repeat(300),
] as const;

const HEADERS: readonly (readonly [string, string])[] = [
  ["content-type", ""],
  ["content-type", "text/plain"],
  ["content-type", "application/json; charset=utf-16"],
  ["content-type", "application/x-www-form-urlencoded"],
  ["content-type", "multipart/form-data"],
  ["content-type", "multipart/form-data; boundary="],
  ["content-type", `multipart/form-data; boundary="${"b".repeat(300)}"`],
  ["content-type", "multipart/mixed; boundary=x"],
  ["content-type", "application/zip"],
  ["content-type", "image/png"],
  ["content-type", ";;;"],
  ["content-encoding", "gzip"],
  ["content-length", "0"],
  ["content-length", "99999999999999"],
  ["content-length", "abc"],
  ["transfer-encoding", "chunked"],
  ["accept", "text/html;q=0.1, */*;q=x"],
  ["accept-encoding", "gzip;q=abc, br"],
  ["authorization", "Bearer"],
  ["authorization", "Basic YTpi"],
  ["authorization", "Bearer eyJhbGciOiJub25lIn0.e30."],
  ["x-request-id", "'; drop table audit"],
  ["x-request-id", "a".repeat(500)],
  ["origin", "null"],
  ["range", "bytes=0-1,5-"],
  ["expect", "100-continue"],
  ["if-none-match", "*"],
  ["x-forwarded-for", "127.0.0.1, ".repeat(50)],
  ["traceparent", "00-ffff"],
  ["host", "["],
  ["x-http-method-override", "DELETE"],
];

const JSON_VALUES = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  1_234_567_890_123_457,
  "",
  "1e3",
  "0.00001",
  "a\u0000b",
  "\ud800",
  "x".repeat(600),
  [],
  {},
  [[]],
  { a: { b: [null] } },
];

/** A JSON text with one member changed, lost or added; or no JSON any more. */
const invalidJson = (text: string) =>
  fc.oneof(
    fc
      .tuple(fc.nat(20), fc.constantFrom(...JSON_VALUES))
      .map(([n, value]) => withMember(text, n, value)),
    fc.nat(text.length).map((at) => text.slice(0, at)),
    fc.constantFrom(
      "",
      "null",
      "[]",
      '"a"',
      "{",
      "{}{}",
      `${"[".repeat(50_000)}`,
      `{"a":${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}}`,
      '{"__proto__":{"isAdmin":true}}',
      '{"constructor":{"prototype":1}}',
      '{"a":1,"a":2}',
      "\ufeff{}",
      "{'a':1}",
    ),
  );

function withMember(text: string, n: number, value: unknown): string {
  const members = Object.entries(JSON.parse(text));
  const at = members.length === 0 ? 0 : n % (members.length + 1);
  const name = members[at]?.[0] ?? "estranho";
  return JSON.stringify({ ...Object.fromEntries(members), [name]: value });
}

/** Bytes with up to four changes: cut, lost, doubled, overwritten. */
const damagedBytes = (bytes: Uint8Array<ArrayBuffer>): fc.Arbitrary<Uint8Array<ArrayBuffer>> =>
  fc
    .array(
      fc.tuple(
        fc.constantFrom("cut", "lose", "double", "write"),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(255),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map((changes) =>
      changes.reduce((made, [how, place, length, byte]) => {
        const at = Math.floor(place * made.length);
        const [before, piece, after] = [
          made.slice(0, at),
          made.slice(at, at + length),
          made.slice(at + length),
        ];
        if (how === "cut") return before;
        if (how === "lose") return joinedBytes([before, after]);
        if (how === "double") return joinedBytes([before, piece, piece, after]);
        return joinedBytes([before, piece.fill(byte), after]);
      }, bytes),
    );

const bodyOf = (whole: ValidRequest): fc.Arbitrary<Uint8Array<ArrayBuffer> | null> => {
  const { bodies } = whole;
  if (bodies === undefined || bodies.length === 0)
    return fc.option(fc.constant(utf8("{}")), { freq: 8 });
  return fc.constantFrom(...bodies).chain((body) => {
    const bytes = typeof body === "string" ? utf8(body) : body;
    const changed =
      whole.type === "application/json" && typeof body === "string"
        ? invalidJson(body).map(utf8)
        : damagedBytes(bytes);
    return fc.oneof(
      { weight: 2, arbitrary: fc.constant(bytes) },
      { weight: 6, arbitrary: changed },
      { weight: 1, arbitrary: fc.constant(null) },
    );
  });
};

const queryOf = (whole: ValidRequest) =>
  fc
    .array(
      fc.tuple(
        fc.constantFrom(...whole.query, "estranho", "token", "page"),
        fc.constantFrom(...NASTY),
      ),
      { maxLength: 3 },
    )
    .map((pairs) =>
      pairs.length === 0 ? "" : `?${pairs.map(([name, value]) => `${name}=${value}`).join("&")}`,
    );

const pathOf = (whole: ValidRequest) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(whole.path) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(...NASTY)
        .map((text) => whole.path.replace(/[^/]+$/, encodeURI(text).replaceAll("#", "%23"))),
    },
    { weight: 1, arbitrary: fc.constantFrom("/", "//").map((text) => `${whole.path}${text}`) },
    { weight: 1, arbitrary: fc.constantFrom(...NASTY).map((text) => `/api/${encodeURI(text)}`) },
  );

/** Requests near to those that are taken: of any route, with a strange path, query, header, method or body. */
export const requests: fc.Arbitrary<SentRequest> = fc
  .constantFrom(...VALID_REQUESTS)
  .chain((whole) =>
    fc
      .record({
        method: fc.oneof(
          { weight: 12, arbitrary: fc.constant(whole.method) },
          {
            weight: 1,
            arbitrary: fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"),
          },
        ),
        path: pathOf(whole),
        query: queryOf(whole),
        strange: fc.array(fc.constantFrom(...HEADERS), { maxLength: 2 }),
        body: bodyOf(whole),
      })
      .map(({ method, path, query, strange, body }) => ({
        method,
        path: path + query,
        headers: [
          ...(whole.headers ?? []),
          ...(whole.type === undefined ? [] : [["content-type", whole.type] as const]),
          ...strange,
        ],
        body: method === "GET" || method === "HEAD" ? null : body,
      })),
  );
