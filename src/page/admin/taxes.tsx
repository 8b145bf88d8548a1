import { useEffect, useState } from "preact/hooks";
import type { z } from "zod";
import type { TaxProfileSchema } from "../../http/routes/accounts/tax-profile.ts";
import { useAct } from "../base/act.ts";
import { ask } from "../base/ask.ts";
import { notify } from "../base/notices.ts";
import { Refused } from "../base/problem.ts";
import { useRead } from "../base/read.ts";
import { Button } from "../parts/button.tsx";
import { Check, Select } from "../parts/field.tsx";
import { ErrorBar, Skeleton } from "../parts/states.tsx";
import { Card } from "../parts/view.tsx";

type Answer = z.infer<typeof TaxProfileSchema>;
type Profile = Answer["profile"];
type Tax = keyof Profile["matrix"];
type Destination = keyof Profile["matrix"][Tax];

const REGIMES: Record<Profile["regime"], string> = {
  simples: "Simples Nacional",
  mei: "MEI",
  presumido: "Lucro presumido",
  real: "Lucro real",
  other: "Outro, ou ainda não informado",
};
const PRESETS: Readonly<Record<string, string>> = {
  none: "Não informado: todo imposto é custo",
  simples: "Simples Nacional",
  mei: "MEI",
  presumido_trade: "Lucro presumido, comércio",
  presumido_industry: "Lucro presumido, indústria",
  real_trade: "Lucro real, comércio",
  real_industry: "Lucro real, indústria",
};
const TAXES: readonly (readonly [Tax, string])[] = [
  ["icms", "ICMS"],
  ["icms_simples", "ICMS de fornecedor do Simples"],
  ["ipi", "IPI"],
  ["pis", "PIS"],
  ["cofins", "Cofins"],
  ["ibs_cbs", "IBS e CBS (desde 2027)"],
];
const DESTINATIONS: readonly (readonly [Destination, string, short?: string])[] = [
  ["resale", "Revenda"],
  ["input", "Insumo"],
  ["use", "Uso e consumo"],
  // It may break on a phone: all columns are in sight there.
  ["asset", "Imobilizado", "Imobi\u00ADlizado"],
];
const OWN = "own";

const same = (one: Profile, other: Profile): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** Impostos: which taxes the company takes back, and so leaves out of the cost. */
export default function Taxes() {
  const read = useRead<Answer>("/api/company/tax-profile");
  const [draft, setDraft] = useState<Profile | null>(null);
  const [moved, setMoved] = useState(false);
  const act = useAct();
  const answer = read.value;
  useEffect(() => {
    if (answer !== null) setDraft((before) => before ?? answer.profile);
  }, [answer]);
  if (answer === null || draft === null)
    return read.fault === null ? (
      <Skeleton lines={8} />
    ) : (
      <ErrorBar fault={read.fault} again={read.again} />
    );
  const preset = Object.keys(PRESETS).find((name) => {
    const ready = answer.presets[name];
    return ready !== undefined && same(ready, draft);
  });
  const changed = !same(answer.profile, draft);
  const cells = refusedCells(act.fault);
  const save = () =>
    act.run(async () => {
      try {
        const json = { version: answer.version, profile: draft };
        await ask("/api/company/tax-profile", { method: "PUT", json });
      } catch (why) {
        if (why instanceof Refused && why.code === "company.tax_profile_changed") {
          setMoved(true);
          read.again();
        }
        throw why;
      }
      setMoved(false);
      read.again();
      notify("Perfil tributário salvo. O custo das notas que esperam foi calculado de novo.");
    });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Card title="Perfil tributário">
        <p class="quiet admin-intro">
          O imposto que a empresa recupera não entra no custo do estoque. Confirme com o contador. O
          que já está no estoque mantém o custo, e o das notas que esperam é calculado de novo.
        </p>
        <Select
          label="Modelo"
          value={preset ?? OWN}
          options={[
            ...Object.entries(PRESETS).map(([value, text]) => ({ value, text })),
            ...(preset === undefined ? [{ value: OWN, text: "Ajustado por você" }] : []),
          ]}
          onChange={(name) => {
            const ready = answer.presets[name];
            if (ready !== undefined) setDraft(ready);
          }}
        />
        <dl class="admin-facts">
          <div>
            <dt>Regime</dt>
            <dd>{REGIMES[draft.regime]}</dd>
          </div>
          <div>
            <dt>PIS e Cofins</dt>
            <dd>
              {draft.pis_cofins === null
                ? "Não se aplica"
                : draft.pis_cofins === "cumulative"
                  ? "Cumulativo"
                  : "Não cumulativo"}
            </dd>
          </div>
          <div>
            <dt>Indústria</dt>
            <dd>{draft.industry ? "Sim" : "Não"}</dd>
          </div>
        </dl>
        <section class="scroll" aria-label="Créditos por imposto e destino">
          <table class="table admin-matrix">
            <caption class="hidden">Créditos que a empresa toma, por imposto e destino</caption>
            <thead>
              <tr>
                <th scope="col">Recupera</th>
                {DESTINATIONS.map(([destination, text, head]) => (
                  <th key={destination} scope="col">
                    {head ?? text}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {TAXES.map(([tax, name]) => (
                <tr key={tax}>
                  <th scope="row">{name}</th>
                  {DESTINATIONS.map(([destination, text]) => (
                    <td key={destination}>
                      <Check
                        bare
                        label={`${name}, ${text}`}
                        checked={draft.matrix[tax][destination]}
                        onChange={(on) => setDraft(withCell(draft, tax, destination, on))}
                      />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <p class="field-hint admin-intro">
          ICMS-ST, FCP e imposto de importação são sempre custo. Um crédito que a lei não dá a este
          regime é recusado ao salvar.
        </p>
        {moved && (
          <div class="admin-others" role="alert">
            <b>Outra pessoa salvou o perfil depois que você abriu esta tela.</b>
            <p>
              O seu continua na tela. Salvar de novo substitui o da outra pessoa; Desfazer mostra o
              dela.
            </p>
          </div>
        )}
        {cells.length > 0 && (
          <p class="field-problem" role="alert">
            Sem crédito neste regime: {cells.join("; ")}.
          </p>
        )}
        <ErrorBar fault={moved || cells.length > 0 ? null : act.fault} />
        <footer class="dialog-foot">
          {changed && (
            <Button
              onClick={() => {
                setDraft(answer.profile);
                setMoved(false);
              }}
            >
              Desfazer
            </Button>
          )}
          <Button type="submit" kind="main" busy={act.busy} disabled={!changed}>
            Salvar
          </Button>
        </footer>
      </Card>
    </form>
  );
}

const withCell = (profile: Profile, tax: Tax, destination: Destination, on: boolean): Profile => ({
  ...profile,
  matrix: { ...profile.matrix, [tax]: { ...profile.matrix[tax], [destination]: on } },
});

/** Which cells the law refuses, in words; none where the fault is another one. */
function refusedCells(fault: unknown): string[] {
  const errors = fault instanceof Refused ? fault.evidence.errors : null;
  const paths = Array.isArray(errors) ? errors.map((one) => JSON.stringify(one)) : [];
  return TAXES.flatMap(([tax, name]) =>
    DESTINATIONS.filter(([destination]) =>
      paths.some((text) => text.includes(`matrix/${tax}/${destination}"`)),
    ).map(([, text]) => `${name} em ${text.toLowerCase()}`),
  );
}
