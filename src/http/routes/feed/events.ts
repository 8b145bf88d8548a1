import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { holderOf } from "../../../accounts/actor.ts";
import { authenticate } from "../../../accounts/login/authenticate.ts";
import type { FeedFailure } from "../../../journal/failures.ts";
import { FEED_START, formatCursor, hasExpired, lastPosition } from "../../../journal/feed.ts";
import { waitForEvents } from "../../../journal/feed-broadcaster.ts";
import { shownEvent } from "../../../journal/shown-event.ts";
import { Failed } from "../../../lib/result.ts";
import type { Env } from "../../env.ts";
import { bearerOf, STREAM_PATH } from "../../middleware/auth.ts";
import { requires } from "../../middleware/permissions.ts";
import { FeedCursor } from "../../request/feed-cursor.ts";
import { PROBLEMS, pageRows, responses, wholeNumber } from "../../schemas.ts";
import { eventStream } from "../../stream/event-stream.ts";
import { canStillFollow } from "../../stream/revocation.ts";
import { EventSchema } from "../../views/event-schema.ts";

/** The cursor "from now on". */
const END = "end";

/** How long a client may read nothing; every read renews the timeout. */
const IDLE_TIMEOUT_S = 120;
const MAX_WAIT_S = 25;
const MAX_PAGE = 500;

const feedRoute = createRoute({
  method: "get",
  path: "/api/events",
  operationId: "listEvents",
  tags: ["events"],
  summary:
    "Lista os eventos na ordem em que foram gravados; sem after, desde o mais antigo disponível",
  ...requires("read"),
  request: {
    query: z.object({
      after: z
        .union([z.literal(END), FeedCursor])
        .optional()
        .openapi({ type: "string", description: `Um cursor; "${END}": a partir de agora` }),
      limit: pageRows(100, MAX_PAGE),
      wait: wholeNumber(0)
        .default(0)
        .transform((seconds) => Math.min(seconds, MAX_WAIT_S))
        .openapi({
          default: 0,
          maximum: MAX_WAIT_S,
          description: `Segundos de espera por um evento; mais de ${MAX_WAIT_S} vale ${MAX_WAIT_S}`,
        }),
    }),
  },
  responses: responses(
    200,
    z.object({ data: z.array(EventSchema), next_cursor: z.string() }),
    "Eventos; next_cursor é o after da próxima leitura",
  ),
});

const getEvents = defineOpenAPIRoute<typeof feedRoute, Env>({
  route: feedRoute,
  handler: async (c) => {
    const { ports, actor, request, signal } = c.var;
    const { after: given = FEED_START, limit, wait: asked } = c.req.valid("query");
    const { company } = actor;
    const after = given === END ? await lastPosition(ports, company) : given;
    // HEAD has no body, so that waiting for an event would be useless.
    const wait = c.req.method === "HEAD" ? 0 : asked;
    if (await hasExpired(ports, company, after))
      throw new Failed<FeedFailure>({
        code: "events.expired",
        next_cursor: formatCursor(FEED_START),
      });
    if (wait > 0) ports.extendIdleTimeout(request, wait + IDLE_TIMEOUT_S);
    const wanted = { holder: holderOf(actor), after, limit, waitMs: wait * 1_000 };
    const events = await waitForEvents(ports, wanted, signal);
    // The token may have been revoked while the request waited.
    if (wait > 0) await authenticate(ports, bearerOf(c));
    c.header("cache-control", "no-store");
    const next_cursor = formatCursor(events.at(-1)?.id ?? after);
    return c.json({ data: events.map(shownEvent), next_cursor }, 200);
  },
});

const streamRoute = createRoute({
  method: "get",
  path: STREAM_PATH,
  operationId: "streamEvents",
  tags: ["events"],
  summary:
    "Envia os mesmos eventos como server-sent events; Last-Event-ID retoma sem perda nem repetição",
  ...requires("read"),
  request: {
    query: z.object({
      token: z
        .string()
        .optional()
        .openapi({ description: "O token, para clientes que não enviam cabeçalhos" }),
      last_event_id: FeedCursor.optional(),
    }),
    headers: z.object({ "last-event-id": FeedCursor.optional() }),
  },
  responses: {
    200: {
      description:
        "connected, depois NEW_NFE e os demais eventos pelo tipo; comentários a cada 8 s",
      content: { "text/event-stream": { schema: z.string() } },
    },
    default: PROBLEMS,
  },
});

const getEventStream = defineOpenAPIRoute<typeof streamRoute, Env>({
  route: streamRoute,
  handler: async (c) => {
    const { ports, actor, request, signal } = c.var;
    const { company } = actor;
    // EventSource reconnects to the same URL with a newer Last-Event-ID header: the header counts.
    const seen = c.req.valid("header")["last-event-id"] ?? c.req.valid("query").last_event_id;
    const expired = seen !== undefined && (await hasExpired(ports, company, seen));
    const token = bearerOf(c);
    const stream = eventStream(ports, {
      holder: holderOf(actor),
      from: expired ? FEED_START : (seen ?? (await lastPosition(ports, company))),
      expired,
      isAuthorised: () => canStillFollow(ports, token, company),
      onRead: () => ports.extendIdleTimeout(request, IDLE_TIMEOUT_S),
      signal,
    });
    return c.body(stream, 200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      // Otherwise nginx delays the events until its buffer is full.
      "x-accel-buffering": "no",
    });
  },
});

export const eventRoutes = [getEvents, getEventStream] as const;
