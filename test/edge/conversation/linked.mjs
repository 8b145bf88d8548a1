import assert from "node:assert/strict";
import { post, XML } from "./words.mjs";

/** Notes whose value depends on those that they refer to. */
export const linked = {
  async "complements, returns, and who refers to whom"({ ask, documents, keys }) {
    const upload = (name) =>
      ask(`${name} is sent`, {
        method: "POST",
        path: "/api/nfe/upload?approve=true",
        headers: XML,
        body: documents[name],
      });
    const reads = async (when) => {
      for (const name of ["bought", "sold", "complement", "back"])
        await ask(`${name} ${when}`, { path: `/api/nfes/${keys[name]}` });
      return ask(`the kardex ${when}`, { path: "/api/products/PREGO/kardex" });
    };
    const early = await upload("complement");
    assert.equal(early.body.holds[0].code, "awaits_original");
    await upload("bought");
    await ask("a dry run", post(`/api/nfes/${keys.complement}/process?dry_run=true`, undefined));
    await ask("the complement", { method: "POST", path: `/api/nfes/${keys.complement}/process` });
    await upload("sold");
    const back = await upload("back");
    assert.equal(back.body.status, "PROCESSADA");
    const { body } = await reads("after a return");
    assert.deepEqual(
      body.data.map(({ value }) => value),
      [3.67, -7.33, 1, 9.99],
    );
    const undo = { reason: "engano" };
    await ask("the purchase reversed", post(`/api/nfes/${keys.bought}/reverse`, undo));
    await reads("after the reversal of the purchase");
  },
};
