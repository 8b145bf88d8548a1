/** Made of docs/api.md and docs/pendencias.md by `bun test/docs/own-failures.ts`; test/docs/own-failures.test.ts compares. */
const BY_ROUTE: Readonly<Record<string, string>> = {
  "POST /api/login": "auth.invalid_credentials company.not_found rate_limited overloaded",
  "POST /api/session":
    "auth.invalid_credentials company.not_found rate_limited overloaded session.foreign",
  "GET /api/session": "session.not_found company.not_found",
  "DELETE /api/session": "session.not_found",
  "GET /api/me": "company.not_found",
  "POST /api/session/company": "company.not_found",
  "POST /api/password/set": "invite.not_found auth.weak_password auth.wrong_password rate_limited",
  "PUT /api/me/password": "auth.wrong_password auth.weak_password rate_limited",
  "POST /api/users":
    "user.exists user.too_many user.too_many_companies auth.weak_password auth.forbidden",
  "PUT /api/users/{id}":
    "user.not_found user.last_admin user.not_accepted user.shared user.exists auth.weak_password auth.forbidden",
  "DELETE /api/users/{id}": "user.not_found user.last_admin auth.forbidden",
  "POST /api/users/{id}/invite": "user.not_found user.inactive user.shared auth.forbidden",
  "PATCH /api/company": "company.changed request.invalid",
  "PUT /api/company/tax-profile": "company.tax_profile_changed request.invalid",
  "POST /api/keys": "key.too_many key.expiry_past auth.forbidden",
  "DELETE /api/keys/{id}": "key.not_found",
  "GET /api/confirmations/{id}": "confirmation.not_found",
  "POST /api/confirmations/{id}":
    "confirmation.not_found confirmation.ended confirmation.plan_changed",
  "DELETE /api/confirmations/{id}": "confirmation.not_found confirmation.ended",
  "PATCH /api/sefaz": "sefaz.other_cnpj sefaz.cursor_ahead sefaz.too_many_cnpjs",
  "POST /api/sefaz/fetch-now": "sefaz.not_fetching",
  "POST /api/sefaz/parked/retry": "sefaz.parked_not_found sefaz.not_fetching sefaz.too_many_asks",
  "GET /api/sefaz/parked/{id}/document": "sefaz.parked_not_found",
  "POST /api/nfes/fetch": "sefaz.not_fetching sefaz.too_many_asks",
  "POST /api/nfes/{access_key}/statement":
    "sefaz.not_recipient sefaz.statement_reason sefaz.after_conclusive sefaz.already_stated sefaz.statements_used_up nfe.not_found nfe.unreadable original.missing",
  "POST /api/sefaz/calls/{id}/answer": "sefaz.call_not_found too_large",
  "POST /api/sefaz/statements/{id}/answer": "sefaz.call_not_found sefaz.other_statement",
  "PUT /api/company/units": "units.conflict",
  "PUT /api/config/email": "mail.senders mail.incomplete mail.password_again",
  "POST /api/config/email/test": "mail.not_supported mail.incomplete mail.password_again",
  "POST /api/config/email/address": "mail.no_domain",
  "POST /api/config/alerts/test": "alerts.no_sender alerts.no_recipients rate_limited",
  "POST /api/certificates":
    "certificate.not_supported certificate.too_many certificate.passphrase certificate.unreadable certificate.other_holder certificate.expired certificate.not_yet_valid certificate.usage certificate.file rate_limited",
  "DELETE /api/certificates/{id}": "certificate.not_found",
  "POST /api/nfe/upload":
    "nfe.malformed_xml nfe.not_an_nfe nfe.invalid nfe.access_key nfe.many_notes nfe.duplicate nfe.event_differs stock.out_of_range too_large unsupported_media_type malformed_multipart upload.missing_file",
  "POST /api/nfe/batch": "batch.too_large batch.malformed_zip batch.dry_run_async job.too_many",
  "GET /api/nfes/{access_key}": "nfe.not_found",
  "GET /api/nfes/{access_key}/cost": "nfe.not_found",
  "GET /api/nfes/{access_key}/xml": "nfe.not_found original.missing original.damaged",
  "GET /api/nfes/{access_key}/danfe":
    "nfe.not_found nfe.not_printable original.missing original.damaged",
  "GET /api/nfes/{access_key}/danfe.pdf":
    "nfe.not_found nfe.not_printable original.missing original.damaged",
  "POST /api/nfes/{access_key}/process":
    "nfe.not_found nfe.held nfe.final nfe.correction nfe.override_denied nfe.unreadable stock.insufficient stock.out_of_range",
  "POST /api/nfes/process": "job.not_found job.too_many",
  "POST /api/nfes/{access_key}/discard": "nfe.not_found nfe.final",
  "POST /api/nfes/{access_key}/restore": "nfe.not_found nfe.final",
  "POST /api/nfes/{access_key}/reverse":
    "nfe.not_found nfe.final nfe.has_returns count.closed_over stock.insufficient stock.out_of_range",
  "POST /api/nfes/{access_key}/costs":
    "nfe.not_found nfe.final nfe.no_entries late_cost.date late_cost.differs late_cost.too_many stock.out_of_range",
  "POST /api/nfes/{access_key}/costs/{id}/reverse": "late_cost.not_found stock.out_of_range",
  "POST /api/nfes/{access_key}/events/{id}/withdraw": "nfe.event_not_found",
  "POST /api/products": "product.exists product.barcode product.barcode_taken product.category",
  "GET /api/products/{code}": "product.not_found",
  "PUT /api/products/{code}":
    "product.not_found product.changed product.barcode product.barcode_taken product.category product.in_stock",
  "DELETE /api/products/{code}": "product.not_found product.changed product.in_stock",
  "POST /api/categories": "category.name_taken category.too_many category.parent",
  "PUT /api/categories/{id}": "category.not_found category.name_taken category.parent",
  "DELETE /api/categories/{id}": "category.not_found category.in_use",
  "GET /api/stock/{code}": "product.not_found",
  "POST /api/movements":
    "product.not_found movement.in_future movement.before_first count.closed_over stock.insufficient stock.lot_insufficient stock.out_of_range",
  "POST /api/movements/batch": "movement.bad_lines stock.out_of_range",
  "POST /api/movements/{id}/reverse":
    "movement.not_found movement.of_note movement.is_reversal movement.of_count count.closed_over stock.insufficient stock.out_of_range",
  "GET /api/products/{code}/kardex": "product.not_found",
  "GET /api/products/{code}/lots": "product.not_found",
  "GET /api/lots/{lot}/trace": "lot.not_found",
  "GET /api/supplier-items/suggestions": "supplier_item.not_found",
  "PUT /api/supplier-items": "product.not_found",
  "POST /api/supplier-items/import":
    "import.invalid_lines import.too_many_lines too_large unsupported_media_type malformed_multipart upload.missing_file",
  "DELETE /api/supplier-items": "supplier_item.not_found",
  "POST /api/counts": "count.overlaps count.too_many count.empty_scope product.not_found",
  "GET /api/counts/{id}": "count.not_found",
  "POST /api/counts/{id}/lines":
    "count.not_found count.not_open count.key_reused count.too_many_lines",
  "GET /api/counts/{id}/lines": "count.not_found",
  "DELETE /api/counts/{id}/lines/{line}": "count.not_found count.not_open count.line_not_found",
  "POST /api/counts/{id}/unknown/{line}/assign":
    "count.not_found count.not_open count.line_not_found count.line_settled count.outside_scope product.not_found",
  "GET /api/counts/{id}/review": "count.not_found",
  "POST /api/counts/{id}/close":
    "count.not_found count.not_open stock.insufficient stock.out_of_range",
  "POST /api/counts/{id}/cancel": "count.not_found count.not_open",
  "GET /api/reports/completeness": "report.too_many_notes company.not_found company.own_only",
  "GET /api/reports/movements": "report.too_many_movements",
  "GET /api/nfes/archive": "company.not_found company.own_only",
  "GET /api/export/completeness": "report.too_many_notes",
  "GET /api/export/inventory":
    "inventory.date_in_future inventory.before_first_movement inventory.unfit_products",
  "POST /api/exports": "job.too_many inventory.date_in_future inventory.before_first_movement",
  "GET /api/exports/{id}": "export.not_found",
  "GET /api/exports/{id}/file": "export.not_found export.not_ready export.range file.damaged",
  "DELETE /api/exports/{id}": "export.not_found",
  "GET /api/jobs/{id}": "job.not_found",
  "POST /api/jobs/{id}/replay": "job.not_found job.nothing_parked",
  "GET /api/events": "events.expired",
  "GET /api/notifications/stream": "overloaded share_exceeded",
  "POST /api/webhooks": "webhook.url webhook.too_many",
  "GET /api/webhooks/{id}": "webhook.not_found",
  "PATCH /api/webhooks/{id}": "webhook.not_found webhook.url",
  "DELETE /api/webhooks/{id}": "webhook.not_found",
  "POST /api/webhooks/{id}/ping": "webhook.not_found webhook.secret_unreadable",
  "POST /api/webhooks/{id}/rotate-secret": "webhook.not_found",
  "GET /api/webhooks/{id}/deliveries": "webhook.not_found",
  "POST /api/webhooks/{id}/deliveries/{event}/replay":
    "webhook.not_found webhook.inactive webhook.event_not_found",
  "POST /api/webhooks/{id}/replay": "webhook.not_found webhook.inactive events.expired",
  "GET /metrics": "metrics.many_companies",
  "POST /api/profile/cpu": "profiler.busy",
};

/** The failure codes that a route has beside those of every route, by `METHOD /path`. */
export const OWN_FAILURES: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(BY_ROUTE).map(([route, codes]) => [route, codes.split(" ")]),
);

/** What to do about each hold, and whether a company may allow to override it. */
export const HOLD_ADVICE: Readonly<
  Record<string, { readonly advice: string; readonly overridable: boolean }>
> = {
  homologation: {
    advice: "Peça a nota de produção, ou confira o ambiente nas configurações",
    overridable: false,
  },
  no_protocol: { advice: "Envie o XML completo (nfeProc): ele completa a nota", overridable: true },
  not_authorised: { advice: "Não dê entrada; fale com o emitente", overridable: false },
  protocol_mismatch: { advice: "Peça ao emitente o XML original", overridable: false },
  key_mismatch: { advice: "Peça ao emitente o XML original", overridable: false },
  cancelled: { advice: "Não dê entrada; se o evento for falso, retire-o", overridable: false },
  refused_by_recipient: {
    advice: "Confira a manifestação; se a mercadoria chegou, aprove",
    overridable: true,
  },
  not_delivered: { advice: "Confira se a mercadoria chegou antes de aprovar", overridable: true },
  goods_lost: {
    advice:
      "Confira as quantidades antes de aprovar; ao aprovar apesar da pendência, a entrada e a perda são lançadas juntas",
    overridable: true,
  },
  not_ours: { advice: "Inclua o CNPJ nas configurações, ou descarte a nota", overridable: true },
  no_goods: { advice: "Não há o que lançar: descarte a nota", overridable: true },
  awaits_original: {
    advice: "Aprove a nota original; a pendência sai quando ela entra",
    overridable: false,
  },
  original_reversed: {
    advice:
      "Aprove de novo a nota original, ou descarte a devolução; se a mercadoria saiu mesmo e voltou, aprove apesar da pendência",
    overridable: true,
  },
  unknown_operation: { advice: "Ao aprovar, informe o efeito de cada item", overridable: true },
  mapping: { advice: "Ligue o código a um produto", overridable: true },
  rounds_to_zero: {
    advice: "Corrija o fator do de-para, ou informe outro fator ao aprovar",
    overridable: false,
  },
  signature_invalid: { advice: "Peça ao emitente o XML original", overridable: true },
  retail: { advice: "Confira antes de aprovar, ou descarte", overridable: true },
};

/** The codes of the rules that a note may have. */
export const RULE_CODES: readonly string[] =
  "note.environment note.no_protocol note.not_authorised note.authorised_with_alert note.protocol_mismatch note.key_mismatch note.cancelled_protocol note.cancelled_inside note.cancelled_event note.refused_by_recipient note.not_delivered note.goods_lost note.immobilised note.not_ours note.same_root note.cnpj_unknown note.no_goods note.complements_cost note.complement_waits note.original_reversed note.complement_quantity note.unknown_operation note.cfop_direction note.cfop_not_in_nfe note.return note.mapping note.rounds_to_zero note.signature_invalid note.certificate_not_checked note.signer_not_compared note.revocation_not_checked note.retail item.complement_quantity item.complement item.adjustment item.credit_or_debit item.service item.no_quantity cfop.none item.refused_never_entered item.credit_or_debit_goods item.own_transfer cfop.unknown cfop.direction cfop.ask cfop.goods item.none_applies whose.refused_never_entered whose.untold_exit_note whose.untold_entry_note whose.our_exit whose.our_entry whose.supplier_sale whose.their_entry whose.not_ours".split(
    " ",
  );

/** The codes of findings. */
export const FINDING_CODES: readonly string[] =
  "encoding_guessed unknown_elements lots_left_out lots_do_not_add_up tax_unreadable cnpj_check_digit cpf_check_digit protocol_incomplete protocol_number digest_mismatch environment_mismatch signature_reference unsigned contingency reference_key total_differs total_without_items note_total cost_below_total item_value item_tax_value gtin_check_digit lot_dates zero_quantity repeated_item_number tax_unit more_findings authorised_with_alert other_company same_root company_cnpj_unknown complement_quantity cfop_direction cfop_not_in_nfe immobilised certificate_not_checked signer_not_compared revocation_not_checked held_after_processing not_approved before_count has_returns negative_balance gtin_changed ncm_changed unit_changed event_negative_balance event_before_count event_not_booked returned_more quantity_rounded unit_differs lot_insufficient lot_expired lot_expiries_differ".split(
    " ",
  );
