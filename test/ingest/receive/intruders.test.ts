import {
  type Act,
  approve,
  approveBare,
  bareRegistered,
  boxOfTwelve,
  cancel,
  complete,
  completeDenied,
  discard,
  held,
  homologation,
  NOTHING,
  noOverrides,
  ONCE,
  path,
  problem,
  type Row,
  registered,
  testInterleavings,
  withBase,
} from "./intruder-table.ts";

/**
 * Each write flow against each write that may come between what the flow has read and its batch, one deterministic run for
 * each pair. A guard that is dropped from a statement makes at least one of them fail.
 */

const APPROVALS: readonly Row[] = [
  [
    "approval",
    "a cancellation",
    registered,
    approve,
    cancel,
    problem(409, "nfe.final", { note_status: "CANCELADA" }),
    { status: "CANCELADA", holds: ["cancelled"], ...NOTHING },
  ],
  [
    "approval",
    "a change of settings",
    registered,
    approve,
    homologation,
    held("homologation"),
    { status: "PENDENTE", holds: ["homologation"], ...NOTHING },
  ],
  [
    "approval",
    "a discard",
    registered,
    approve,
    discard,
    problem(409, "nfe.final", { status: 409 }),
    { status: "DESCARTADA", ...NOTHING },
  ],
  [
    "approval",
    "another approval",
    registered,
    approve,
    approve,
    { status: 200, body: { already_processed: true } },
    { status: "PROCESSADA", ...ONCE },
  ],
  [
    "approval",
    "a supplier item's new factor",
    [withBase, ...registered],
    approve,
    boxOfTwelve,
    { status: 200 },
    { status: "PROCESSADA", moved: 1_200_000, postings: 1 },
  ],
  [
    "approval against a hold",
    "a protocol that denies the note",
    bareRegistered,
    approveBare,
    completeDenied,
    held("not_authorised"),
    { status: "PENDENTE", holds: ["not_authorised"], ...NOTHING },
  ],
  [
    "approval against a hold",
    "a protocol that completes the note",
    bareRegistered,
    approveBare,
    complete,
    { status: 200 },
    { status: "PROCESSADA", holds: [], ...ONCE },
  ],
  [
    "approval against a hold",
    "a setting that allows it no more",
    bareRegistered,
    approveBare,
    noOverrides,
    problem(409, "nfe.override_denied"),
    { status: "PENDENTE", ...NOTHING },
  ],
];

const corrected =
  (item: object): Act =>
  ({ send }) =>
    send("POST", `${path}/process`, { as: "GERENTE", json: { items: [{ n_item: 1, ...item }] } });

const CORRECTIONS: readonly Row[] = [
  [
    "corrected approval",
    "a cancellation",
    registered,
    corrected({ factor: 6 }),
    cancel,
    problem(409, "nfe.final", { note_status: "CANCELADA" }),
    { status: "CANCELADA", ...NOTHING },
  ],
  [
    "corrected approval",
    "a change of settings",
    registered,
    corrected({ factor: 6 }),
    homologation,
    held("homologation"),
    { status: "PENDENTE", ...NOTHING },
  ],
  [
    "corrected approval",
    "a discard",
    registered,
    corrected({ factor: 6 }),
    discard,
    problem(409, "nfe.final"),
    { status: "DESCARTADA", ...NOTHING },
  ],
  [
    "corrected approval",
    "another approval",
    registered,
    corrected({ factor: 6 }),
    approve,
    { status: 200, body: { already_processed: true } },
    { status: "PROCESSADA", ...ONCE },
  ],
  [
    "approval that names the factor",
    "a supplier item's new factor",
    [withBase, ...registered],
    corrected({ factor: 6 }),
    boxOfTwelve,
    { status: 200 },
    { status: "PROCESSADA", moved: 600_000, postings: 1 },
  ],
  [
    "approval that names the product",
    "a supplier item's new factor",
    [withBase, ...registered],
    corrected({ product_code: "BASE" }),
    boxOfTwelve,
    { status: 200 },
    { status: "PROCESSADA", moved: 1_200_000, postings: 1 },
  ],
  [
    "approval with an effect",
    "a cancellation",
    registered,
    corrected({ effect: "none" }),
    cancel,
    problem(409, "nfe.final", { note_status: "CANCELADA" }),
    { status: "CANCELADA", ...NOTHING },
  ],
];

testInterleavings(APPROVALS);
testInterleavings(CORRECTIONS);
