import { expect, test } from "bun:test";
import { distributionRequest } from "../../../src/sefaz/wire/distribution.ts";
import { Random } from "../../../src/synthetic/random.ts";
import { readDistribution } from "../../support/sefaz/read-distribution.ts";
import { playCaller, playCertificate, randomFaults } from "./caller.ts";
import { SefazPlay } from "./play.ts";

const HOUR = 3_600_000;
const START = Date.parse("2026-11-20T12:00:00Z");

/** A list that asks by the published rules, in the simplest way: an hour after every doubt. */
class CarefulClient {
  ultNSU = 0;
  next = START;
  readonly got: number[] = [];
  readonly parked: number[] = [];

  constructor(readonly cnpj: string) {}

  take(answer: Awaited<ReturnType<typeof readDistribution>>, now: number): void {
    if (!answer.ok) {
      this.next = now + (answer.error.mayHaveArrived ? HOUR : 60_000);
      return;
    }
    const { cStat, ultNSU, maxNSU, documents, unopened } = answer.value;
    this.got.push(...documents.flatMap(({ nsu }) => nsu ?? []));
    this.parked.push(...unopened.flatMap(({ nsu }) => nsu ?? []));
    if (cStat !== "656") this.ultNSU = ultNSU ?? this.ultNSU;
    this.next = cStat === "138" && ultNSU !== maxNSU ? now + 1_000 : now + HOUR;
  }
}

test("a client that keeps the rules gets every document once through faults, without a forbidden call", async () => {
  const clock = { at: START };
  const play = new SefazPlay({ now: () => clock.at });
  const caller = playCaller(play, randomFaults(new Random(7), 300));
  const clients = ["11222333000181", "99888777000166", "12ABC34501DE35"].map((cnpj) => {
    for (let n = 1; n <= 230; n++) play.push(cnpj, "resNFe_v1.01.xsd", `<resNFe n="${n}"/>`);
    play.pushBomb(cnpj);
    play.skipNsu(cnpj);
    play.pushPacked(cnpj, "procNFe_v4.00.xsd", "????");
    play.push(cnpj, "procNFSe_v7.00.xsd", "<amanha/>");
    return new CarefulClient(cnpj);
  });
  const isWaiting = ({ cnpj, ultNSU }: CarefulClient) =>
    ultNSU < (play.documentsOf(cnpj).at(-1)?.nsu ?? 0);
  while (clients.some(isWaiting)) {
    const [client] = clients.filter(isWaiting).sort((a, b) => a.next - b.next);
    if (client === undefined) break;
    clock.at = Math.max(clock.at, client.next);
    const answer = await caller.call("distribution", {
      environment: "1",
      body: distributionRequest({
        environment: "1",
        taxpayer: client.cnpj,
        cUFAutor: "35",
        wanted: { after: client.ultNSU },
      }),
      certificate: playCertificate(client.cnpj),
      signal: new AbortController().signal,
    });
    client.take(answer.ok ? await readDistribution(answer.value) : answer, clock.at);
  }
  for (const { got, parked } of clients) {
    expect(got).toEqual([...Array.from({ length: 230 }, (_, n) => n + 1), 234]);
    expect(parked).toEqual([231, 233]);
  }
  expect(play.counts.forbidden).toBe(0);
});
