/** Documents as the API shows them. */
import { createHash } from "node:crypto";
import { dateOf } from "#runtime/date.ts";
import { tagsToList } from "#services/kit/tags.ts";
import { parseContent } from "./content.ts";
import type { FoundDocument } from "./find.ts";
import type { DocumentVersionRecord } from "./records.ts";
import { textOf } from "./values.ts";

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DocumentDescription.html */
export function descriptionShape(
  { document, version, owner }: FoundDocument,
  versions: readonly DocumentVersionRecord[],
) {
  const content = parseContent(version.content, version.format, document.type);
  const defaultVersion = versions.find((one) => one.version === document.defaultVersion);
  return {
    Hash: createHash("sha256").update(version.content).digest("hex"),
    HashType: "Sha256" as const,
    Name: document.name,
    DisplayName: version.displayName,
    VersionName: version.versionName,
    Owner: owner,
    CreatedDate: dateOf(version.createdMs),
    Status: "Active" as const,
    DocumentVersion: String(version.version),
    Description: content.description,
    Parameters: content.parameters.map((parameter) => ({
      Name: parameter.name,
      // The API's model knows two types; AWS answers the document's own all the same.
      Type: parameter.type as "String",
      Description: parameter.description,
      DefaultValue: parameter.default === undefined ? undefined : textOf(parameter.default),
    })),
    PlatformTypes: platformsOf(content.steps.map(({ action }) => action)),
    DocumentType: document.type,
    SchemaVersion: content.schemaVersion,
    LatestVersion: String(versions.at(-1)?.version ?? version.version),
    DefaultVersion: String(document.defaultVersion),
    DefaultVersionName: defaultVersion?.versionName,
    DocumentFormat: version.format,
    TargetType: version.targetType,
    Tags: tagsToList(document.tags),
  };
}

/** As ListDocuments shows it. */
export function identifierShape({ document, version, owner }: FoundDocument) {
  const content = parseContent(version.content, version.format, document.type);
  return {
    Name: document.name,
    CreatedDate: dateOf(document.createdMs),
    DisplayName: version.displayName,
    Owner: owner,
    VersionName: version.versionName,
    PlatformTypes: platformsOf(content.steps.map(({ action }) => action)),
    DocumentVersion: String(version.version),
    DocumentType: document.type,
    SchemaVersion: content.schemaVersion,
    DocumentFormat: version.format,
    TargetType: version.targetType,
    Tags: tagsToList(document.tags),
  };
}

function platformsOf(actions: readonly string[]): ("Linux" | "MacOS" | "Windows")[] {
  const windowsOnly = ["aws:applications", "aws:domainJoin", "aws:psModule", "aws:cloudWatch"];
  if (actions.includes("aws:runShellScript") && actions.includes("aws:runPowerShellScript"))
    return ["Windows", "Linux", "MacOS"];
  if (actions.some((action) => windowsOnly.includes(action))) return ["Windows"];
  if (actions.includes("aws:runShellScript")) return ["Linux", "MacOS"];
  return ["Windows", "Linux", "MacOS"];
}
