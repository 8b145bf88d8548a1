import type { StatementNeeds } from "../../../src/sefaz/statements/send-due.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import type { TestPorts } from "../../support/ports.ts";
import { signingKey } from "../../support/sefaz/signing-key.ts";
import { type FaultPlan, playCaller, playCertificate } from "../play/caller.ts";
import type { PlayNote } from "../play/documents.ts";
import { SefazPlay } from "../play/play.ts";

export const DAY = 86_400_000;

/** A play of the service with the clock of the ports, and what statements need to reach it. */
export function statementPlay(
  ports: TestPorts,
  faults?: FaultPlan,
): { readonly play: SefazPlay; readonly needs: StatementNeeds } {
  const play = new SefazPlay({ now: () => ports.clock.now() });
  const key = signingKey(COMPANY.cnpj);
  const needs: StatementNeeds = {
    caller: playCaller(play, faults),
    certificateOf: async (_, cnpj) => ({ open: playCertificate(cnpj), key: await key }),
  };
  return { play, needs };
}

/** A note of the play that is announced here, by its row; `days`: so old. */
export async function announce(
  ports: TestPorts,
  play: SefazPlay,
  seed: number,
  more: Partial<PlayNote> & { readonly days?: number } = {},
): Promise<PlayNote> {
  const { accessKey, xml } = syntheticNote({ seed, nNF: String(seed), items: 1 });
  const { days = 1, ...own } = more;
  const issuedAt = ports.clock.now() - days * DAY;
  const note = { accessKey, xml, to: COMPANY.cnpj, issuedAt, ...own };
  play.issue(note);
  await ports.writer.commit({
    statements: [
      {
        sql: `insert into announced_notes (company, access_key, cnpj, nsu, issuer, issuer_name, issued_at, issued_ms, value_e2, tp_nf,
            c_sit, protocol, announced_at)
          values (1, ?1, ?2, ?3, ?4, 'FORNECEDOR', '2026-11-20T09:30:00-03:00', ?5, 100, '1', ?6, '1', ?7)`,
        args: [
          note.accessKey,
          note.to,
          seed,
          note.accessKey.slice(6, 20),
          issuedAt,
          own.cSitNFe ?? "1",
          ports.clock.now(),
        ],
      },
    ],
    read: () => undefined,
  });
  return note;
}
