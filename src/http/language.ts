import { z } from "@hono/zod-openapi";
import pt from "zod/v4/locales/pt.js";

/** What is wrong with a field is read by people (api.md, errors): where a schema says nothing of its own, zod says it so. */
z.config(pt());
