import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

/** Between the parts of the forms here. */
export const BOUNDARY = "----parity";
export const XML = { "content-type": "application/xml" };
export const FORM = { "content-type": `multipart/form-data; boundary=${BOUNDARY}` };
export const ROLES = ["VISUALIZADOR", "OPERADOR", "GERENTE", "ADMIN"];
export const JSON_TYPE = { "content-type": "application/json" };

/** A multipart body, byte by byte, so that both sides get the same. */
export const form = (...parts) =>
  Buffer.concat([
    ...parts.flatMap(([field, name, bytes]) => [
      Buffer.from(
        `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\n\r\n`,
      ),
      bytes,
      Buffer.from("\r\n"),
    ]),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ]);

export const post = (path, body, as) => ({ method: "POST", path, json: body, as });

/** Asks for a job until it has ended, on each side; what it then says is compared. */
export async function ended(ask, what, pathOf) {
  for (let tries = 0; tries < 400; tries += 1) {
    const states = [];
    await ask(`${what}, so far`, (known) => ({ path: pathOf(known) }), {
      keep: (body) => states.push(body.state),
      like: () => null,
    });
    assert.ok(!states.includes(undefined), `${what} is not there`);
    if (states.every((state) => state === "done" || state === "failed"))
      return ask(what, (known) => ({ path: pathOf(known) }));
    await pause(25);
  }
  return assert.fail(`${what} did not end`);
}
