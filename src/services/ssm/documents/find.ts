/** Finds documents: the account's own, AWS's, and those that others share. */
import { parseArn } from "#services/kit/arn.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { invalidDocument, invalidDocumentVersion } from "../errors.ts";
import { parseContent, type DocumentContent } from "./content.ts";
import { publicDocument, type PublicDocument } from "./public.ts";
import {
  documents,
  documentVersions,
  type DocumentRecord,
  type DocumentVersionRecord,
} from "./records.ts";

export interface FoundDocument {
  document: DocumentRecord;
  version: DocumentVersionRecord;
  /** Account number, or "Amazon". */
  owner: string;
}

export interface Wanted {
  DocumentVersion?: string | undefined;
  VersionName?: string | undefined;
}

/** Throws InvalidDocument; of the caller's own documents only. */
export async function ownDocument(
  tx: Transaction,
  scope: Scope,
  name: string,
): Promise<DocumentRecord> {
  const document = await documents.get(tx, scope, name);
  if (!document) throw invalidDocument(name);
  return document;
}

/** By name or ARN. Throws InvalidDocument, or InvalidDocumentVersion for a version that is not there. */
export async function findDocument(
  tx: Transaction,
  scope: Scope,
  nameOrArn: string,
  wanted: Wanted = {},
): Promise<FoundDocument> {
  const arn = parseArn(nameOrArn);
  const name = arn ? arn.resource.replace(/^document\//, "") : nameOrArn;
  const known = !arn || arn.account === "" ? publicDocument(name) : undefined;
  if (known) return { ...publicRecords(known), owner: "Amazon" };
  const owner = arn?.account || scope.account;
  const place = { account: owner, region: arn?.region || scope.region };
  const document = await documents.get(tx, place, name);
  if (!document || place.region !== scope.region) throw invalidDocument(nameOrArn);
  if (owner !== scope.account && !isShared(document, scope.account))
    throw invalidDocument(nameOrArn);
  const versions = await documentVersions.list(tx, place, [name]);
  const version = versionOf(document, versions, wanted);
  if (!version) throw invalidDocumentVersion();
  return { document, version, owner };
}

/** Undefined when there is none such. */
export function versionOf(
  document: DocumentRecord,
  versions: readonly DocumentVersionRecord[],
  { DocumentVersion, VersionName }: Wanted,
): DocumentVersionRecord | undefined {
  const number =
    DocumentVersion === "$LATEST"
      ? versions.at(-1)?.version
      : DocumentVersion === undefined || DocumentVersion === "$DEFAULT"
        ? document.defaultVersion
        : Number(DocumentVersion);
  return versions.find((one) =>
    VersionName === undefined
      ? one.version === number
      : one.versionName === VersionName &&
        (DocumentVersion === undefined || one.version === number),
  );
}

export function contentOf({ document, version }: FoundDocument): DocumentContent {
  return parseContent(version.content, version.format, document.type);
}

function isShared({ shares }: DocumentRecord, account: string): boolean {
  return shares.some(({ accountId }) => /^all$/i.test(accountId) || accountId === account);
}

export function publicRecords({ name, type, content, createdMs }: PublicDocument) {
  const document: DocumentRecord = {
    name,
    type,
    createdMs,
    defaultVersion: 1,
    lastVersion: 1,
    tags: {},
    shares: [],
  };
  const version: DocumentVersionRecord = {
    version: 1,
    content: JSON.stringify(content, null, 2),
    format: "JSON",
    createdMs,
  };
  return { document, version };
}
