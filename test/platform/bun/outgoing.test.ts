import { afterAll, expect, test } from "bun:test";
import { createServer, type Socket } from "node:net";
import { bunOutgoing } from "../../../src/platform/bun/network/outgoing.ts";
import { outgoingContract } from "../../contracts/outgoing.ts";
import { testContract } from "../../support/contract-tests.ts";
import { contractReceiver } from "../../support/webhooks/contract-receiver.mjs";
import { tlsReceiver } from "../../support/webhooks/tls-receiver.ts";

const there = await contractReceiver();
afterAll(() => there.close());

testContract("outgoing", outgoingContract, () => ({
  outgoing: ({ allowPrivate }) => bunOutgoing({ allowPrivate }),
  receiver: there.url,
}));

const posted = { headers: { "webhook-id": "e1" }, body: "{}", timeoutMs: 3_000 };
const resolving =
  (...addresses: string[]) =>
  async () =>
    addresses.map((address) => ({ address }));

test("nothing is sent to a private, loopback, link-local or metadata address that a public name leads to", async () => {
  const server = tlsReceiver();
  for (const address of [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.0.10",
    "100.64.0.1",
    "169.254.169.254",
    "0.0.0.0",
    "224.0.0.1",
    "::1",
    "::",
    "fe80::1",
    "fd00:ec2::254",
    "fc00::1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "ff02::1",
  ]) {
    const { post } = bunOutgoing({
      allowPrivate: false,
      resolve: resolving(address),
      ca: server.ca,
    });
    const url = `https://hook.example.com:${server.port}/`;
    expect([address, await post({ url, ...posted })]).toEqual([
      address,
      { fault: "private_address" },
    ]);
  }
  expect(server.requests()).toBe(0);
  server.close();
});

test("metadata addresses stay refused where private networks are allowed", async () => {
  for (const address of ["169.254.169.254", "fd00:ec2::254"]) {
    const { post } = bunOutgoing({ allowPrivate: true, resolve: resolving(address) });
    expect(await post({ url: "http://meta.example/", ...posted })).toEqual({
      fault: "private_address",
    });
  }
  const { post } = bunOutgoing({ allowPrivate: true });
  expect(await post({ url: "http://169.254.169.254/", ...posted })).toEqual({
    fault: "private_address",
  });
});

test("a name is resolved once, and the connection goes to the address that was checked", async () => {
  const server = tlsReceiver();
  let asked = 0;
  // The first answer is checked; a second one, as of a DNS that rebinds, would lead nowhere.
  const resolve = async () => [{ address: ++asked === 1 ? "127.0.0.1" : "203.0.113.1" }];
  const { post } = bunOutgoing({ allowPrivate: true, resolve, ca: server.ca });
  const answer = await post({ url: `https://hook.example.com:${server.port}/`, ...posted });
  expect([asked, answer]).toEqual([1, { status: 200, retryAfterS: null }]);
  expect(server.hosts()).toEqual([`hook.example.com:${server.port}`]);
  server.close();
});

test("a certificate of another name, or of an unknown authority, is refused before anything is sent", async () => {
  const server = tlsReceiver();
  const resolve = resolving("127.0.0.1");
  const other = bunOutgoing({ allowPrivate: true, resolve, ca: server.ca });
  expect(await other.post({ url: `https://outro.example.com:${server.port}/`, ...posted })).toEqual(
    { fault: "tls" },
  );
  const unknown = bunOutgoing({ allowPrivate: true, resolve });
  expect(
    await unknown.post({ url: `https://hook.example.com:${server.port}/`, ...posted }),
  ).toEqual({ fault: "tls" });
  expect(server.requests()).toBe(0);
  server.close();
});

test("a name that is not found, and a DNS that does not answer, are faults", async () => {
  const resolve = () => Promise.reject(new Error("ENOTFOUND"));
  const url = "https://hook.example.com/";
  expect(await bunOutgoing({ allowPrivate: false, resolve }).post({ url, ...posted })).toEqual({
    fault: "name_not_found",
  });
  const mute = bunOutgoing({ allowPrivate: false, resolve: () => new Promise(() => undefined) });
  expect(await mute.post({ url, ...posted, timeoutMs: 50 })).toEqual({ fault: "timeout" });
});

/** A server that answers with these bytes, and then does what the test asks. */
async function raw(bytes: string, then: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.write(bytes);
      then(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

for (const [name, bytes, answer] of [
  ["a connection that dies in the head", "HTTP/1.1 200 O", { fault: "broken_answer" }],
  ["bytes that are no HTTP", "SSH-2.0-OpenSSH_9\r\n\r\n", { fault: "broken_answer" }],
  [
    "a head without an end",
    `HTTP/1.1 200 OK\r\nx: ${"a".repeat(40_000)}`,
    { fault: "broken_answer" },
  ],
  [
    "an interim answer before the last",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n\r\n",
    { status: 201, retryAfterS: null },
  ],
  [
    "a head and then a death",
    "HTTP/1.1 202 Accepted\r\nContent-Length: 9\r\n\r\nab",
    { status: 202, retryAfterS: null },
  ],
  ["a status of no class", "HTTP/1.1 999 Nada\r\n\r\n", { fault: "broken_answer" }],
] as const)
  test(`${name}: ${"fault" in answer ? answer.fault : answer.status}`, async () => {
    const server = await raw(bytes, (socket) => socket.end());
    const got = await bunOutgoing({ allowPrivate: true }).post({ url: server.url, ...posted });
    expect(got).toEqual(answer);
    server.close();
  });
