/** Making, changing and deleting documents. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html */
import { formatArn } from "#services/kit/arn.ts";
import { tagsFromList } from "#services/kit/tags.ts";
import type { Transaction } from "#store/store.ts";
import type { SsmContext, SsmOperation, SsmOperations } from "../context.ts";
import { parseContent } from "../documents/content.ts";
import { ownDocument, versionOf } from "../documents/find.ts";
import { publicDocument } from "../documents/public.ts";
import {
  documents,
  documentVersions,
  type DocumentFormat,
  type DocumentRecord,
  type DocumentType,
  type DocumentVersionRecord,
} from "../documents/records.ts";
import { descriptionShape } from "../documents/shapes.ts";
import {
  documentAlreadyExists,
  documentLimitExceeded,
  documentVersionLimitExceeded,
  duplicateDocumentContent,
  duplicateDocumentVersionName,
  invalidDocumentOperation,
  invalidDocumentVersion,
  maxDocumentSizeExceeded,
  validationException,
} from "../errors.ts";
import { longestDocumentBytes, mostDocuments, mostDocumentVersions } from "../limits.ts";

interface Given {
  Content?: string | undefined;
  DocumentFormat?: string | undefined;
  VersionName?: string | undefined;
  DisplayName?: string | undefined;
  TargetType?: string | undefined;
}

/** The version that a request describes. Throws for content that is none. */
function newVersion(
  given: Given,
  type: DocumentType,
  version: number,
  createdMs: number,
): DocumentVersionRecord {
  const content = given.Content!;
  const format = (given.DocumentFormat ?? "JSON") as DocumentFormat;
  if (given.DocumentFormat === "TEXT")
    throw validationException("Fogbank does not support the DocumentFormat TEXT.");
  if (Buffer.byteLength(content) > longestDocumentBytes) throw maxDocumentSizeExceeded();
  parseContent(content, format, type);
  return {
    version,
    content,
    format,
    createdMs,
    ...(given.VersionName !== undefined && { versionName: given.VersionName }),
    ...(given.DisplayName !== undefined && { displayName: given.DisplayName }),
    ...(given.TargetType !== undefined && { targetType: given.TargetType }),
  };
}

const createDocument: SsmOperation<"CreateDocument"> = async (input, context) => {
  const name = input.Name!;
  const type = input.DocumentType ?? "Command";
  if (type !== "Command" && type !== "Session")
    throw validationException(
      `Fogbank has documents of the types Command and Session, not ${type}.`,
    );
  for (const member of ["Requires", "Attachments"] as const)
    if (input[member]?.length)
      throw validationException(`Fogbank does not support ${member} in CreateDocument.`);
  if (/^(aws|amazon|amzn)/i.test(name) || publicDocument(name))
    throw validationException(
      `Invalid document name ${name}. Document names can't begin with aws, amazon or amzn.`,
    );
  const now = context.clock.now();
  const version = newVersion(input, type, 1, now);
  const document: DocumentRecord = {
    name,
    type,
    createdMs: now,
    defaultVersion: 1,
    lastVersion: 1,
    tags: tagsFromList(input.Tags),
    shares: [],
  };
  await context.store.transaction(async (tx) => {
    if (await documents.get(tx, context, name)) throw documentAlreadyExists(name);
    const all = await documents.list(tx, context, [], { limit: mostDocuments });
    if (all.length >= mostDocuments)
      throw documentLimitExceeded(`You can have at most ${mostDocuments} active SSM documents.`);
    documents.put(tx, context, [name], document);
    documentVersions.put(tx, context, [name, 1], version);
  });
  return {
    DocumentDescription: descriptionShape({ document, version, owner: context.account }, [version]),
  };
};

const updateDocument: SsmOperation<"UpdateDocument"> = async (input, context) =>
  context.store.transaction(async (tx) => {
    const name = input.Name!;
    if (input.Attachments?.length)
      throw validationException("Fogbank does not support Attachments in UpdateDocument.");
    const old = await ownDocument(tx, context, name);
    const versions = await documentVersions.list(tx, context, [name]);
    const from = versionOf(old, versions, { DocumentVersion: input.DocumentVersion });
    if (!from) throw invalidDocumentVersion();
    if (versions.some(({ content }) => content === input.Content)) throw duplicateDocumentContent();
    if (
      input.VersionName !== undefined &&
      versions.some(({ versionName }) => versionName === input.VersionName)
    )
      throw duplicateDocumentVersionName();
    if (versions.length >= mostDocumentVersions)
      throw documentVersionLimitExceeded(mostDocumentVersions);
    const number = old.lastVersion + 1;
    const given = {
      ...input,
      TargetType: input.TargetType ?? from.targetType,
      DisplayName: input.DisplayName ?? from.displayName,
    };
    const version = newVersion(given, old.type, number, context.clock.now());
    const document = { ...old, lastVersion: number };
    documents.put(tx, context, [name], document);
    documentVersions.put(tx, context, [name, number], version);
    const found = { document, version, owner: context.account };
    return { DocumentDescription: descriptionShape(found, [...versions, version]) };
  });

const updateDocumentDefaultVersion: SsmOperation<"UpdateDocumentDefaultVersion"> = async (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const name = input.Name!;
    const document = await ownDocument(tx, context, name);
    const number = Number(input.DocumentVersion);
    const version = await documentVersions.get(tx, context, name, number);
    if (!version) throw invalidDocumentVersion();
    documents.put(tx, context, [name], { ...document, defaultVersion: number });
    return {
      Description: {
        Name: name,
        DefaultVersion: String(number),
        DefaultVersionName: version.versionName,
      },
    };
  });

const deleteDocument: SsmOperation<"DeleteDocument"> = async (input, context) => {
  await context.store.transaction((tx) => remove(tx, context, input));
  return {};
};

async function remove(
  tx: Transaction,
  context: SsmContext,
  input: Parameters<SsmOperation<"DeleteDocument">>[0],
): Promise<void> {
  const name = input.Name!;
  const document = await ownDocument(tx, context, name);
  const versions = await documentVersions.list(tx, context, [name]);
  const one = input.DocumentVersion !== undefined || input.VersionName !== undefined;
  if (one) {
    const version = versionOf(document, versions, input);
    if (!version) throw invalidDocumentVersion();
    if (version.version === document.defaultVersion)
      throw invalidDocumentOperation("Default version of the document can't be deleted.");
    documentVersions.delete(tx, context, name, version.version);
    return;
  }
  if (document.shares.length > 0)
    throw invalidDocumentOperation(
      `The document ${formatArn("ssm", context, `document/${name}`)} is shared. Stop sharing it, then delete it.`,
    );
  for (const { version } of versions) documentVersions.delete(tx, context, name, version);
  documents.delete(tx, context, name);
}

export const documentOperations: SsmOperations = {
  CreateDocument: createDocument,
  UpdateDocument: updateDocument,
  UpdateDocumentDefaultVersion: updateDocumentDefaultVersion,
  DeleteDocument: deleteDocument,
};
