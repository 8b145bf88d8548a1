import assert from "node:assert/strict";
import { post, XML } from "./words.mjs";

/** Events whose quantities leave the stock. */
export const losses = {
  async "goods that an event takes out, and that come back"({ ask, documents, keys }) {
    const path = `/api/nfes/${keys.approved}`;
    const upload = (what, name) =>
      ask(
        what,
        { method: "POST", path: "/api/nfe/upload", headers: XML, body: documents[name] },
        {
          keep: (body, known) => {
            known.event = body.event.id;
          },
        },
      );
    const reads = async (when) => {
      const note = await ask(`the note ${when}`, { path });
      await ask(`its movements ${when}`, {
        path: `/api/movements/list?reference=${keys.approved}`,
      });
      return note.body;
    };
    const lost = await upload("a loss", "loss");
    assert.equal(lost.body.event.effect, "held");
    await upload("the same loss", "loss");
    const { events, movements } = await reads("after a loss");
    assert.equal(events.at(-1).movements.length, 1);
    const { id } = movements.find(({ origin }) => origin === "EVENTO");
    await ask("no reversal by hand", post(`/api/movements/${id}/reverse`, { reason: "engano" }));
    await ask(
      "no origin for a person",
      post("/api/movements", { product_code: "1", type: "SAIDA", quantity: 1, origin: "EVENTO" }),
    );
    await ask("what a reversal would do", post(`${path}/reverse?dry_run=true`, { reason: "não" }));
    await upload("its cancellation", "undoLoss");
    await reads("after its cancellation");
    await ask("the cancellation is withdrawn", ({ event }) =>
      post(`${path}/events/${event}/withdraw`, { reason: "falso" }),
    );
    await reads("with the loss again");
  },
};
