import { expect, test } from "bun:test";
import { once } from "node:events";
import { connect } from "node:net";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type Server, withServer } from "../../support/server.ts";

/** What a server answers to bytes as they stand, until it has said so much or closes. */
async function answerTo({ port }: Server, request: string, until = /\r\n\r\n/): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(request);
  let text = "";
  for await (const bytes of socket) {
    text += Buffer.from(bytes).toString("utf8");
    if (until.test(text)) break;
  }
  socket.destroy();
  return text;
}

const BODY = /\r\n\r\n[\s\S]*\}/;

test("HTTP/1.0 without a Host is answered like any other request, for every method and with a body", () =>
  withServer(async (server) => {
    const ask = (head: string, body = "") =>
      answerTo(server, `${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`, BODY);
    const health = await ask("GET /api/health HTTP/1.0");
    expect(health).toContain(" 200 ");
    expect(health).toContain('"status":"ok"');
    expect(await ask("POST /api/login HTTP/1.0", '{"a":1}')).toContain(" 400 ");
    const bearer = `Authorization: Bearer ${server.token}`;
    expect(
      await ask("POST /api/nfe/upload HTTP/1.0\r\nContent-Type: application/xml", "<a/>"),
    ).toContain(" 401 ");
    const { xml } = syntheticNote({ seed: 1, items: 1 });
    const upload = await ask(
      `POST /api/nfe/upload?approve=&x= HTTP/1.0\r\nContent-Type: text/xml\r\n${bearer}`,
      xml,
    );
    expect(upload).toContain(" 200 ");
    const list = await ask(`GET /api/nfes?search=&limit=1 HTTP/1.0\r\n${bearer}`);
    expect(list).toContain('"total":1');
    expect(await ask("GET /nada HTTP/1.0")).toContain('"instance":"/nada"');
  }));

test("a request with two Hosts, or one that names no server, is 400", () =>
  withServer(async (server) => {
    for (const hosts of [
      "Host: x\r\nHost: y",
      "Host: x\r\nHost: x",
      "Host: [",
      "Host: a/b",
      "Host: a b",
    ]) {
      const answer = await answerTo(server, `GET /api/health?search= HTTP/1.1\r\n${hosts}\r\n\r\n`);
      expect([hosts, answer.slice(9, 12)]).toEqual([hosts, "400"]);
    }
    for (const line of [
      "GET http://a.example/api/health HTTP/1.1",
      "OPTIONS * HTTP/1.1",
      "PROPFIND /api/health HTTP/1.1",
    ])
      expect(await answerTo(server, `${line}\r\nHost: x\r\n\r\n`)).not.toContain(" 500 ");
  }));

test("HEAD has the length of GET or none, and never a false 0", () =>
  withServer(async (server) => {
    const bearer = `Authorization: Bearer ${server.token}`;
    for (const path of [
      "/api/health",
      "/api/stock",
      "/api/nfes",
      "/nada",
      "/openapi.json",
      "/api/export/stock",
      "/api/notifications/stream",
    ]) {
      const head = await answerTo(server, `HEAD ${path} HTTP/1.1\r\nHost: x\r\n${bearer}\r\n\r\n`);
      const length = /content-length: (\d+)/i.exec(head)?.[1];
      const streamed = /\/(export|notifications)\//.test(path);
      const get = streamed
        ? null
        : await fetch(server.url + path, { headers: { authorization: `Bearer ${server.token}` } });
      const whole = get === null ? undefined : String((await get.arrayBuffer()).byteLength);
      expect([path, length]).toEqual([path, whole]);
    }
  }));
