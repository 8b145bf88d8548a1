import { z } from "@hono/zod-openapi";
import { FEED_EVENTS, type FeedEventOnWire } from "../../journal/feed-events.ts";
import { trusted } from "../../lib/cast.ts";

/** The schema's name of an event type: `nfe.event_exits` is `NfeEventExitsEvent`. */
const nameOf = (type: string): string =>
  `${type.replaceAll(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase())}Event`;

const [first, ...others] = Object.entries(FEED_EVENTS).map(([type, { when, payload }]) =>
  z
    .object({
      id: z.string().openapi({ description: "Um cursor: after e Last-Event-ID o aceitam" }),
      type: z.literal(type),
      at: z.iso.datetime(),
      payload,
    })
    .openapi(nameOf(type), { description: when }),
);

if (first === undefined) throw new Error("the feed has no event types");

/** An event of the feed, distinguished by `type`; journal/feed-events.ts has the types. */
export const EventSchema = trusted<z.ZodType<FeedEventOnWire>>(
  z.discriminatedUnion("type", [first, ...others]).openapi("Event"),
);
