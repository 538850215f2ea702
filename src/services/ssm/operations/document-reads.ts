/** Documents read and listed. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetDocument.html */
import { dateOf } from "#runtime/date.ts";
import type { Transaction } from "#store/store.ts";
import { pageOf, type SsmContext, type SsmOperation, type SsmOperations } from "../context.ts";
import { rewrite } from "../documents/content.ts";
import { findDocument, publicRecords, type FoundDocument } from "../documents/find.ts";
import { publicDocuments } from "../documents/public.ts";
import { documents, documentVersions } from "../documents/records.ts";
import { descriptionShape, identifierShape } from "../documents/shapes.ts";
import { invalidFilterKey, validationException } from "../errors.ts";

async function versionsOf(tx: Transaction, context: SsmContext, found: FoundDocument) {
  if (found.owner === "Amazon") return [found.version];
  const scope = { account: found.owner, region: context.region };
  return documentVersions.list(tx, scope, [found.document.name]);
}

const describeDocument: SsmOperation<"DescribeDocument"> = async (input, context) =>
  context.store.transaction(async (tx) => {
    const found = await findDocument(tx, context, input.Name!, input);
    return { Document: descriptionShape(found, await versionsOf(tx, context, found)) };
  });

const getDocument: SsmOperation<"GetDocument"> = async (input, context) => {
  const format = input.DocumentFormat ?? "JSON";
  if (format === "TEXT")
    throw validationException("Fogbank does not support the DocumentFormat TEXT.");
  const { document, version } = await context.store.transaction((tx) =>
    findDocument(tx, context, input.Name!, input),
  );
  return {
    Name: document.name,
    CreatedDate: dateOf(version.createdMs),
    DisplayName: version.displayName,
    VersionName: version.versionName,
    DocumentVersion: String(version.version),
    Status: "Active",
    Content: rewrite(version.content, version.format, format),
    DocumentType: document.type,
    DocumentFormat: format,
  };
};

const listDocumentVersions: SsmOperation<"ListDocumentVersions"> = async (input, context) =>
  context.store.transaction(async (tx) => {
    const found = await findDocument(tx, context, input.Name!);
    const versions = await versionsOf(tx, context, found);
    const { items, NextToken } = pageOf(versions, input, ({ version }) =>
      String(version).padStart(12, "0"),
    );
    return {
      DocumentVersions: items.map((one) => ({
        Name: found.document.name,
        DisplayName: one.displayName,
        DocumentVersion: String(one.version),
        VersionName: one.versionName,
        CreatedDate: dateOf(one.createdMs),
        IsDefaultVersion: one.version === found.document.defaultVersion,
        DocumentFormat: one.format,
        Status: "Active" as const,
      })),
      NextToken,
    };
  });

type Identifier = ReturnType<typeof identifierShape>;

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DocumentKeyValuesFilter.html */
function passes(
  { document, owner }: FoundDocument,
  shape: Identifier,
  account: string,
  key: string,
  values: readonly string[],
): boolean {
  if (key.startsWith("tag:")) return values.includes(document.tags[key.slice("tag:".length)] ?? "");
  if (/^Name$/i.test(key)) return values.some((value) => document.name.startsWith(value));
  if (/^Owner$/i.test(key))
    return values.some((value) => {
      if (/^All$/i.test(value)) return true;
      if (/^Self$/i.test(value)) return owner === account;
      if (/^(Amazon|Public)$/i.test(value)) return owner === "Amazon";
      return owner === value;
    });
  if (/^PlatformTypes$/i.test(key)) return shape.PlatformTypes.some((one) => values.includes(one));
  if (/^DocumentType$/i.test(key)) return values.includes(document.type);
  if (/^TargetType$/i.test(key)) return values.includes(shape.TargetType ?? "");
  if (/^SearchKeyword$/i.test(key))
    return values.some((value) => document.name.toLowerCase().includes(value.toLowerCase()));
  throw invalidFilterKey(`The specified filter key ${key} isn't valid.`);
}

const listDocuments: SsmOperation<"ListDocuments"> = async (input, context) => {
  const filters = [
    ...(input.Filters ?? []).map(({ Key = "", Values = [] }) => ({ key: Key, values: Values })),
    ...(input.DocumentFilterList ?? []).map(({ key, value }) => ({ key: key!, values: [value!] })),
  ];
  const found = await context.store.transaction(async (tx) => {
    const all: FoundDocument[] = publicDocuments.map((one) => ({
      ...publicRecords(one),
      owner: "Amazon",
    }));
    for (const document of await documents.list(tx, context)) {
      const version = await documentVersions.get(
        tx,
        context,
        document.name,
        document.defaultVersion,
      );
      if (version) all.push({ document, version, owner: context.account });
    }
    return all.map((one) => ({ one, shape: identifierShape(one) }));
  });
  const wanted = found.filter(({ one, shape }) =>
    filters.every(({ key, values }) => passes(one, shape, context.account, key, values)),
  );
  const { items, NextToken } = pageOf(wanted, input, ({ shape }) => shape.Name);
  return { DocumentIdentifiers: items.map(({ shape }) => shape), NextToken };
};

export const documentReadOperations: SsmOperations = {
  DescribeDocument: describeDocument,
  GetDocument: getDocument,
  ListDocuments: listDocuments,
  ListDocumentVersions: listDocumentVersions,
};
