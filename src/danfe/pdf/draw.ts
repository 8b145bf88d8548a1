import type { Danfe } from "../model.ts";
import { wrapped } from "./font.ts";
import { ITEM_SIZE, LINE, type Line, NOTE_SIZE } from "./lines.ts";
import {
  ADDITIONAL_SHARE,
  ADDITIONAL_SIZE,
  BOTTOM,
  MARGIN,
  type PagePlan,
  type Piece,
  type Plan,
  RECEIPT_HEIGHT,
  TITLE,
  WIDTH,
} from "./plan.ts";
import { Sheet } from "./sheet.ts";

const ISSUER = 218;
const TITLE_BOX = 102;
const HEAD_TOP = 94;
const HEAD_ROW = 19;

/** Draws one page; `at` from 0. */
export function drawPage(danfe: Danfe, plan: Plan, at: number): string {
  const sheet = new Sheet();
  const page = plan.pages[at];
  if (page === undefined) return sheet.toString();
  if (danfe.marks.length > 0) sheet.across(danfe.marks);
  if (at === 0) drawReceipt(sheet, danfe);
  drawHead(
    sheet,
    danfe,
    at === 0 ? MARGIN + RECEIPT_HEIGHT : MARGIN,
    `${at + 1}/${plan.pages.length}`,
  );
  drawFlow(sheet, danfe, plan, page);
  if (at === 0) drawAdditional(sheet, plan, page.limit);
  return sheet.toString();
}

function drawReceipt(sheet: Sheet, danfe: Danfe): void {
  const right = 92;
  const left = WIDTH - right;
  sheet.frame({ x: MARGIN, y: MARGIN, width: left, height: 20 });
  wrapped(danfe.receipt, 6, left - 6)
    .slice(0, 2)
    .forEach((line, row) => {
      sheet.text(MARGIN + 3, MARGIN + 8 + row * 7.5, 6, line);
    });
  const y = MARGIN + 20;
  sheet.cell(
    { x: MARGIN, y, width: 120, height: 19 },
    { label: "DATA DE RECEBIMENTO", text: "", align: "left" },
  );
  sheet.cell(
    { x: MARGIN + 120, y, width: left - 120, height: 19 },
    { label: "IDENTIFICAÇÃO E ASSINATURA DO RECEBEDOR", text: "", align: "left" },
  );
  const box = { x: MARGIN + left, width: right };
  sheet.frame({ ...box, y: MARGIN, height: 39 });
  const lines = [
    danfe.model === "65" ? "NFC-e" : "NF-e",
    `Nº ${danfe.number}`,
    `SÉRIE ${danfe.series}`,
  ];
  lines.forEach((line, row) => {
    sheet.fitted({ ...box, y: MARGIN + 12 + row * 11 }, 10, line, {
      align: "center",
      face: "bold",
    });
  });
  sheet.rule(MARGIN, MARGIN + RECEIPT_HEIGHT - 3.5, WIDTH, "dashed");
}

function drawHead(sheet: Sheet, danfe: Danfe, y: number, leaf: string): void {
  drawIssuer(sheet, danfe, y);
  drawTitle(sheet, danfe, y, leaf);
  drawKey(sheet, danfe, y);
  danfe.head.forEach((cells, row) => {
    sheet.row(
      { x: MARGIN, y: y + HEAD_TOP + row * HEAD_ROW, width: WIDTH, height: HEAD_ROW },
      cells,
    );
  });
}

function drawIssuer(sheet: Sheet, { issuer }: Danfe, y: number): void {
  sheet.frame({ x: MARGIN, y, width: ISSUER, height: HEAD_TOP });
  const inside = { x: MARGIN + 4, width: ISSUER - 8 };
  sheet.fitted({ ...inside, y: y + 7 }, 5, "IDENTIFICAÇÃO DO EMITENTE", { face: "bold" });
  const names = wrapped(issuer.name, 11, inside.width, "bold").slice(0, 3);
  names.forEach((line, row) => {
    sheet.fitted({ ...inside, y: y + 21 + row * 12 }, 11, line, { align: "center", face: "bold" });
  });
  issuer.lines.slice(0, 5).forEach((line, row) => {
    sheet.fitted({ ...inside, y: y + 26 + names.length * 11 + row * 9 }, 8, line, {
      align: "center",
    });
  });
}

function drawTitle(sheet: Sheet, danfe: Danfe, y: number, leaf: string): void {
  const box = { x: MARGIN + ISSUER, width: TITLE_BOX };
  sheet.frame({ ...box, y, height: HEAD_TOP });
  sheet.fitted({ ...box, y: y + 15 }, 14, danfe.title, { align: "center", face: "bold" });
  wrapped(danfe.subtitle, 6.5, TITLE_BOX - 8).forEach((line, row) => {
    sheet.fitted({ ...box, y: y + 23 + row * 7 }, 6.5, line, { align: "center" });
  });
  sheet.text(box.x + 8, y + 46, 8, "0 - ENTRADA");
  sheet.text(box.x + 8, y + 55, 8, "1 - SAÍDA");
  const square = { x: box.x + 74, y: y + 39, width: 18, height: 18 };
  sheet.frame(square);
  sheet.fitted({ ...square, y: square.y + 13 }, 12, danfe.operation.code, {
    align: "center",
    face: "bold",
  });
  const lines = [`Nº ${danfe.number}`, `SÉRIE ${danfe.series}`, `FOLHA ${leaf}`];
  lines.forEach((line, row) => {
    sheet.fitted({ ...box, y: y + 68 + row * 11 }, 10, line, { align: "center", face: "bold" });
  });
}

function drawKey(sheet: Sheet, danfe: Danfe, y: number): void {
  const box = { x: MARGIN + ISSUER + TITLE_BOX, width: WIDTH - ISSUER - TITLE_BOX };
  sheet.frame({ ...box, y, height: 45 });
  // Ten modules on each side stay white, also where a mark lies across the page.
  const modules = danfe.barcode.reduce((sum, one) => sum + one, 0);
  const module = (box.width - 2) / (modules + 20);
  sheet.fill({ x: box.x + 1, y: y + 1, width: box.width - 2, height: 43 }, 1);
  sheet.bars(
    { x: box.x + 1 + 10 * module, y: y + 5, width: modules * module, height: 35 },
    danfe.barcode,
  );
  sheet.cell(
    { ...box, y: y + 45, height: 21 },
    { label: "CHAVE DE ACESSO", text: danfe.keyText, align: "center" },
    9,
    "bold",
  );
  sheet.frame({ ...box, y: y + 66, height: HEAD_TOP - 66 });
  const lines = [
    "Consulta de autenticidade no portal nacional da NF-e",
    "www.nfe.fazenda.gov.br/portal ou no site da Sefaz autorizadora",
  ];
  lines.forEach((line, row) => {
    sheet.fitted({ x: box.x + 4, width: box.width - 8, y: y + 77 + row * 9 }, 7.5, line, {
      align: "center",
    });
  });
}

function drawFlow(sheet: Sheet, danfe: Danfe, plan: Plan, { top, limit, pieces }: PagePlan): void {
  let y = top;
  let table: number | null = null;
  const endTable = (at: number) => {
    if (table !== null) sheet.frame({ x: MARGIN, y: table, width: WIDTH, height: at - table });
    table = null;
  };
  for (const piece of pieces) {
    const inTable =
      piece.kind === "columns" || (piece.kind === "line" && piece.line.kind !== "text");
    if (!inTable) endTable(y);
    else table ??= y;
    drawPiece(sheet, danfe, plan, piece, y);
    y += piece.height;
  }
  endTable(limit);
}

function drawPiece(sheet: Sheet, danfe: Danfe, plan: Plan, piece: Piece, y: number): void {
  switch (piece.kind) {
    case "title":
      sheet.text(MARGIN, y + piece.height - 2, 6, piece.text, "bold");
      break;
    case "notice":
      sheet.fitted({ x: MARGIN + 4, y: y + 8, width: WIDTH - 8 }, 8, piece.text, {
        align: "center",
        face: "bold",
      });
      break;
    case "row":
      sheet.row({ x: MARGIN, y, width: WIDTH, height: piece.height }, piece.cells);
      break;
    case "columns":
      drawColumns(sheet, danfe, plan, y, piece.height);
      break;
    case "line":
      drawLine(sheet, danfe, plan, piece.line, y);
  }
}

function drawColumns(
  sheet: Sheet,
  { columns }: Danfe,
  { edges }: Plan,
  y: number,
  height: number,
): void {
  columns.forEach(({ label }, at) => {
    const edge = edges[at];
    if (edge === undefined) return;
    sheet.frame({ ...edge, y, height });
    sheet.fitted({ x: edge.x + 1, width: edge.width - 2, y: y + 7 }, 5, label, {
      align: "center",
      face: "bold",
      least: 3.5,
    });
  });
}

function drawLine(sheet: Sheet, { columns }: Danfe, { edges }: Plan, line: Line, y: number): void {
  const base = y + LINE - 1.3;
  if (line.kind === "text") sheet.text(MARGIN + 4, base, ADDITIONAL_SIZE, line.text);
  if (line.kind === "note") sheet.text((edges[1]?.x ?? MARGIN) + 1.5, base, NOTE_SIZE, line.text);
  if (line.kind !== "item") return;
  if (line.first) sheet.rule(MARGIN, y, WIDTH, "thin");
  columns.forEach(({ align }, at) => {
    const edge = edges[at];
    const text = line.cells[at] ?? "";
    if (edge === undefined || text === "") return;
    sheet.fitted({ x: edge.x + 1.5, width: edge.width - 3, y: base }, ITEM_SIZE, text, {
      align,
      least: 2.5,
    });
  });
}

function drawAdditional(sheet: Sheet, { additional }: Plan, limit: number): void {
  const y = limit + TITLE;
  const height = BOTTOM - y;
  const left = WIDTH * ADDITIONAL_SHARE;
  sheet.text(MARGIN, y - 2, 6, "DADOS ADICIONAIS", "bold");
  const empty = { text: "", align: "left" } as const;
  sheet.cell(
    { x: MARGIN, y, width: left, height },
    { label: "INFORMAÇÕES COMPLEMENTARES", ...empty },
  );
  sheet.cell(
    { x: MARGIN + left, y, width: WIDTH - left, height },
    { label: "RESERVADO AO FISCO", ...empty },
  );
  additional.forEach((text, row) => {
    sheet.text(MARGIN + 4, y + 13.5 + row * LINE, ADDITIONAL_SIZE, text);
  });
}
