/** Namespace of NF-e, NFC-e and their events. Documents without any namespace are accepted too: some software writes them. */
export const NFE_NAMESPACE = "http://www.portalfiscal.inf.br/nfe";

/** Namespace of Signature and everything in it. */
export const XMLDSIG = "http://www.w3.org/2000/09/xmldsig#";

/** Accepted layouts; earlier ones have another key and no reliable totals of items. */
export const LAYOUTS: readonly string[] = ["4.00", "3.10", "2.00"];

/** leiauteNFe: at most so many `det` in a note, `rastro` in an item, `NFe` in a batch. */
export const MAX_ITEMS = 990;
export const MAX_LOTS = 500;
export const MAX_BATCH = 50;
/** leiauteNFe: at most so many alerts (cMsg, xMsg) in a protocol. */
export const MAX_ALERTS = 5;
/** leiauteNFe: at most so many `NFref` in a note. */
export const MAX_REFERENCES = 999;
/** Most characters kept of a referenced key: a longer one is invalid, and still recognisable as invalid. */
export const KEY_TEXT = 60;
/** Most characters kept of a text of the protocol or the signature, which refuse no note: xMotivo has 255 characters. */
export const PROTOCOL_TEXT = 255;

/** A group's elements: name → whether it may repeat. */
export type GroupLayout = ReadonlyMap<string, boolean>;

/** `name` once, `name*` many times. */
function group(names: string): GroupLayout {
  return new Map(
    names.split(" ").map((name) => [name.replace("*", ""), name.endsWith("*")] as const),
  );
}

/**
 * The elements of the groups that are read, from leiauteNFe_v4.00 (PL_010h, with NT 2025.002, NT 2026.005, NT 2026.006
 * and NT 2026.008), then those that only 3.10 or 2.00 had. Elements listed here are known, read or not; any other gives a finding.
 */
export const GROUPS = {
  nfeProc: group(
    "NFe protNFe procEventoNFe* procEvento* evento* retEvento* procCancNFe* retCancNFe*",
  ),
  NFe: group("infNFe infNFeSupl Signature"),
  infNFe: group(
    "ide emit avulsa dest retirada entrega autXML* det* total transp cobr pag* infIntermed infAdic exporta compra " +
      "cana infRespTec infSolicNFF agropecuario infPAA gPgtoVinc*",
  ),
  ide: group(
    "cUF cNF natOp mod serie nNF dhEmi dhSaiEnt dPrevEntrega tpNF idDest cMunFG cMunFGIBS tpImp tpEmis cDV tpAmb " +
      "finNFe tpNFDebito tpNFCredito indFinal indPres indIntermed cIndOp procEmi verProc dhCont xJust NFref* " +
      "gCompraGov gPagAntecipado indPag dEmi dSaiEnt hSaiEnt",
  ),
  emit: group("CNPJ CPF xNome xFant enderEmit IE IEST IM CNAE CRT ISUFEmit tpRegimeIBSCBS"),
  dest: group("CNPJ CPF idEstrangeiro xNome enderDest indIEDest IE ISUF IM email"),
  det: group("prod imposto impostoDevol infAdProd obsItem vItem DFeReferenciado"),
  prod: group(
    "cProd cEAN cBarra xProd NCM NVE* CEST indEscala CNPJFab cBenef gCred* tpCredPresIBSZFM EXTIPI CFOP uCom qCom " +
      "vUnCom vProd cEANTrib cBarraTrib uTrib qTrib vUnTrib vFrete vSeg vDesc vOutro indTot indBemMovelUsado DI* " +
      "detExport* xPed nItemPed nFCI rastro* infProdNFF infProdEmb veicProd med* arma* comb nRECOPI cAtivSN vUnComLiq " +
      "vProdLiq",
  ),
  rastro: group("nLote qLote dFab dVal cAgreg"),
  med: group("cProdANVISA xMotivoIsencao vPMC nLote qLote dFab dVal"),
  imposto: group(
    "vTotTrib ICMS IPI II ISSQN PIS PISST COFINS COFINSST ICMSUFDest IS IBSCBS gTribSN",
  ),
  total: group(
    "ICMSTot ISSQNtot retTrib ISTot IBSCBSTot vNFTot vProdLiqTot gTribSN ICMSPrevistoPagtoAntecip",
  ),
  ICMSTot: group(
    "vBC vICMS vICMSDeson vFCPUFDest vICMSUFDest vICMSUFRemet vFCP vBCST vST vFCPST vFCPSTRet qBCMono vICMSMono " +
      "qBCMonoReten vICMSMonoReten qBCMonoRet vICMSMonoRet vProd vFrete vSeg vDesc vII vIPI vIPIDevol vPIS vCOFINS " +
      "vOutro vNF vTotTrib vProdLiqTot",
  ),
  infProt: group("tpAmb verAplic chNFe dhRecbto nProt digVal cStat xMotivo cMsg* xMsg*"),
} as const satisfies Record<string, GroupLayout>;
