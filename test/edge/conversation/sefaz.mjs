import { gzipSync } from "node:zlib";
import { fromBun } from "../world.mjs";
import { post } from "./words.mjs";

const CNPJ = "11222333000181";
const KEY = "35261111444777000161550010000000011000000019";
const NFE = "http://www.portalfiscal.inf.br/nfe";

const summary = `<resNFe xmlns="${NFE}" versao="1.01"><chNFe>${KEY}</chNFe><CNPJ>11444777000161</CNPJ><xNome>FORNECEDOR</xNome><IE>1</IE><dhEmi>2026-11-20T09:30:00-03:00</dhEmi><tpNF>1</tpNF><vNF>150.75</vNF><dhRecbto>2026-11-20T09:31:00-03:00</dhRecbto><nProt>135260000000001</nProt><cSitNFe>1</cSitNFe></resNFe>`;
const zip = (nsu, schema, packed) =>
  `<docZip NSU="${String(nsu).padStart(15, "0")}" schema="${schema}">${packed}</docZip>`;
const ANSWER = `<retDistDFeInt xmlns="${NFE}" versao="1.01"><tpAmb>1</tpAmb><verAplic>1</verAplic><cStat>138</cStat><xMotivo>Documento(s) localizado(s)</xMotivo><dhResp>2026-11-20T10:00:00-03:00</dhResp><ultNSU>000000000000002</ultNSU><maxNSU>000000000000002</maxNSU><loteDistDFeInt>${zip(1, "resNFe_v1.01.xsd", gzipSync(summary).toString("base64"))}${zip(2, "procNFe_v4.00.xsd", "bm8gZ3ppcA==")}</loteDistDFeInt></retDistDFeInt>`;

/** Of notes from the tax office, as far as an agent brings them. */
export const sefaz = {
  async "notes from the tax office, by an agent"({ ask }) {
    const path = "/api/sefaz";
    const patch = (json) => ({ method: "PATCH", path, json });
    /** Instants and ids are those of each side. */
    const like = ({ status, body }) => ({
      status,
      body: JSON.parse(
        JSON.stringify(body, (name, value) =>
          (value !== null &&
            /^(?:id|next_at|send_before|at|announced_at|parked_at|asked_at|ended_at)$/.test(
              name,
            )) ||
          (name === "call" && typeof value === "string")
            ? name
            : value,
        ) ?? "null",
      ),
    });
    await ask("nothing is fetched", { path });
    await ask("a CNPJ of another", patch({ cnpj: "11444777000161", uf: "SP", active: true }), {
      like,
    });
    await ask("no state", patch({ cnpj: CNPJ, uf: "XX", active: true }), { like });
    await ask(
      "its own CNPJ",
      { method: "PATCH", path: "/api/company", json: { cnpjs: [CNPJ] } },
      { like },
    );
    await ask("switched on", patch({ cnpj: CNPJ, uf: "SP", active: true }), { like });
    await ask("now", post(`${path}/fetch-now`, { cnpj: CNPJ }), { like });
    await ask("a call", post(`${path}/calls`, {}), {
      like,
      keep: (body, known) => {
        known.call = body.call?.id;
      },
    });
    await ask("no second one", post(`${path}/calls`, { cnpjs: [CNPJ] }), { like });
    const answer = (known) => ({
      method: "POST",
      path: `${path}/calls/${known.call}/answer`,
      headers: { "content-type": "application/octet-stream" },
      body: ANSWER,
    });
    await ask("its answer", answer, { like });
    await ask("the same answer again", answer, { like });
    await ask("an answer to no call", post(`${path}/calls/none/answer?fault=cut`), { like });
    await ask("what was announced", { path: "/api/nfes/announced" }, { like });
    const note = `/api/nfes/${KEY}`;
    const state = (json, who) => post(`${note}/statement`, json, who);
    await ask("ciência of it", state({ type: "210210" }), { like });
    await ask("the same again", state({ type: "210210" }), { like });
    await ask("not carried out, without a reason", state({ type: "210240" }), { like });
    await ask("confirmed, not by a clerk", ({ OPERADOR }) => state({ type: "210200" }, OPERADOR));
    await ask(
      "of a note that is not here",
      post(`${note.slice(0, -1)}0/statement`, { type: "210210" }),
      {
        like,
      },
    );
    await ask("its statements", { path: `/api/statements?access_key=${KEY}` }, { like });
    await ask("all that wait", { path: "/api/statements?state=asked" }, { like });
    await stated({ ask, like, path });
    await ask("the rule", { path: "/api/statements/rule" });
    await ask("another rule", {
      method: "PUT",
      path: "/api/statements/rule",
      json: { awareness: "known_suppliers" },
    });
    await ask("what could not be read", { path: `${path}/parked?limit=1` }, { like });
    await ask("how far it is", { path }, { like });
    await ask("a note by its key", post("/api/nfes/fetch", { access_key: KEY }), { like });
    await ask("a parked document again", post(`${path}/parked/retry`, { cnpj: CNPJ, nsu: 2 }), {
      like,
    });
    await ask("one that is not", post(`${path}/parked/retry`, { cnpj: CNPJ, nsu: 9 }), { like });
    await ask("not for a viewer", ({ VISUALIZADOR }) => post(`${path}/calls`, {}, VISUALIZADOR));
    await ask("switched off", patch({ cnpj: CNPJ, uf: "SP", active: false }), { like });
    await ask("of no CNPJ again", { method: "PATCH", path: "/api/company", json: { cnpjs: [] } });
  },
};

const AT = "2026-11-20T13:00:00.000Z";

/** The ciência of KEY, as an agent has signed it. */
const signed = () =>
  fromBun(`
    const { signedEvento } = await import("./src/sefaz/statements/sign-evento.ts");
    const { signingKey } = await import("./test/support/sefaz/signing-key.ts");
    const statement = {
      environment: "1", author: "${CNPJ}", accessKey: "${KEY}", type: "210210", sequence: 1, reason: null,
      at: Date.parse("${AT}"),
    };
    const made = await signedEvento(statement, "America/Sao_Paulo", await signingKey("${CNPJ}"));
    return made.ok ? made.value : made.error;`);

const REGISTERED = `<retEnvEvento versao="1.00" xmlns="${NFE}"><idLote>1</idLote><tpAmb>1</tpAmb><verAplic>1</verAplic><cOrgao>91</cOrgao><cStat>128</cStat><xMotivo>Lote processado</xMotivo><retEvento versao="1.00"><infEvento><tpAmb>1</tpAmb><verAplic>1</verAplic><cOrgao>91</cOrgao><cStat>135</cStat><xMotivo>Evento registrado</xMotivo><chNFe>${KEY}</chNFe><tpEvento>210210</tpEvento><nSeqEvento>1</nSeqEvento><dhRegEvento>2026-11-20T10:00:01-03:00</dhRegEvento><nProt>135260000000002</nProt></infEvento></retEvento></retEnvEvento>`;

/** An agent claims the ciência, signs it, and brings what the service says. */
async function stated({ ask, like, path }) {
  const claim = (cnpj) => post(`${path}/statements`, { cnpj });
  await ask("no statement for another's certificate", claim("11444777000161"), { like });
  await ask("a statement for an agent", claim(CNPJ), {
    like,
    keep: (body, known) => {
      known.stated = body.statement;
    },
  });
  await ask("the claimed statement waits for its answer", claim(CNPJ), {
    like: ({ status, body }) => ({ status, statement: body.statement }),
  });
  const evento = await signed();
  const answer = Buffer.from(REGISTERED).toString("base64");
  const given = (text) => (known) =>
    post(`${path}/statements/${known.stated?.id}/answer`, {
      call: known.stated?.call,
      calls: [{ step: "send", sequence: 1, at: AT, signed: text, answer }],
    });
  await ask("another evento than the claimed one", given(evento.replace("<tpAmb>1", "<tpAmb>2")), {
    like,
  });
  await ask("it is registered", given(evento), { like });
  await ask("the same again", given(evento), { like });
  await ask("its proof is here", { path: `/api/statements?access_key=${KEY}` }, { like });
  await ask("no statement is left", claim(CNPJ), { like });
}
