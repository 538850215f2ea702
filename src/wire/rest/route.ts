/** Which operation of a REST service a method, path and query ask for. */
import type { HttpRequest } from "#http/http.ts";
import type { OperationModel, ServiceModel } from "#model/service-model.ts";
import { decodeFormText } from "../form/tree.ts";

export interface Route {
  readonly operation: OperationModel;
  /** Percent-decoded values of the path's labels. */
  readonly labels: Readonly<Record<string, string>>;
  readonly query: Query;
}

/** Percent-decoded; a name without "=" has an empty value. */
export type Query = ReadonlyMap<string, readonly string[]>;

export type Router = (request: HttpRequest, path: string) => Route | undefined;

interface Candidate {
  operation: OperationModel;
  literals: readonly (readonly [string, string | undefined])[];
  /** Without these the request can hardly mean this operation, if another has the same literals. */
  requiredQuery: readonly string[];
  requiredHeaders: readonly string[];
  /** The SDK's hint; other clients do not send it. */
  hint: string | undefined;
}

interface Template {
  method: string;
  pattern: RegExp;
  labels: readonly string[];
  candidates: Candidate[];
}

/** The operation's path with its labels; S3's lacks the bucket, which SDKs put into the host name. */
export type PathOf = (operation: OperationModel) => string;

export function createRouter(model: ServiceModel, pathOf: PathOf): Router {
  const templates = new Map<string, Template>();
  for (const operation of model.operations.values()) {
    if (!operation.http) continue;
    const { method } = operation.http;
    const path = pathOf(operation);
    const key = `${method} ${path.replaceAll(/\{[^}+]+/g, "{")}`;
    const template = templates.get(key) ?? createTemplate(method, path);
    templates.set(key, template);
    template.candidates.push(createCandidate(operation));
  }
  const ordered = [...templates.values()].toSorted((a, b) => rank(b) - rank(a));
  for (const { candidates } of ordered) candidates.sort((a, b) => weight(b) - weight(a));

  return (request, path) => {
    const at = path.indexOf("?");
    const query = parseQuery(at < 0 ? "" : path.slice(at + 1));
    const bare = at < 0 ? path : path.slice(0, at);
    for (const { method, pattern, labels, candidates } of ordered) {
      if (method !== request.method) continue;
      const match = pattern.exec(bare);
      if (!match) continue;
      const operation = choose(candidates, request, query);
      if (!operation) continue;
      const values: Record<string, string> = {};
      for (const [index, label] of labels.entries()) values[label] = decodePath(match[index + 1]!);
      return { operation, labels: values, query };
    }
    return undefined;
  };
}

function createTemplate(method: string, path: string): Template {
  const labels: string[] = [];
  const source = path
    .replace(/\/$/, "")
    .replaceAll(/\{([^}]+)\}|[^{]+/g, (part, label: string | undefined) => {
      if (label === undefined) return part.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`);
      labels.push(label.replace("+", ""));
      return label.endsWith("+") ? "(.+)" : "([^/]+)";
    });
  const end = path.endsWith("+}") ? "" : "/?";
  return { method, pattern: new RegExp(`^${source}${end}$`), labels, candidates: [] };
}

function createCandidate(operation: OperationModel): Candidate {
  const { query } = operation.http!;
  const required = operation.input.members.filter((member) => member.required);
  return {
    operation,
    literals: query.filter(([name]) => name !== "x-id"),
    hint: query.find(([name]) => name === "x-id")?.[1],
    requiredQuery: required.flatMap(({ traits }) => traits.httpQuery ?? []),
    requiredHeaders: required.flatMap(({ traits }) => traits.httpHeader?.toLowerCase() ?? []),
  };
}

/** Fixed text before labels, labels before greedy ones. */
function rank({ pattern, labels }: Template): number {
  const { source } = pattern;
  const greedy = source.includes("(.+)") ? 1000 : 0;
  return source.split("/").length * 10 - labels.length - greedy;
}

function weight({ literals, requiredQuery, requiredHeaders }: Candidate): number {
  return literals.length * 100 + requiredQuery.length + requiredHeaders.length;
}

function choose(
  candidates: readonly Candidate[],
  { headers }: HttpRequest,
  query: Query,
): OperationModel | undefined {
  const possible = candidates.filter(({ literals }) =>
    literals.every(([name, value]) => {
      const given = query.get(name);
      return given !== undefined && (value === undefined || given.includes(value));
    }),
  );
  const [first] = possible;
  if (!first) return undefined;
  const rivals = possible.filter(({ literals }) => literals.length === first.literals.length);
  if (rivals.length === 1) return first.operation;
  const hint = query.get("x-id")?.[0];
  const chosen =
    (hint !== undefined && rivals.find((rival) => rival.hint === hint)) ||
    rivals.find(
      ({ requiredQuery, requiredHeaders }) =>
        requiredQuery.every((name) => query.has(name)) &&
        requiredHeaders.every((name) => headers[name] !== undefined),
    );
  return (chosen ?? rivals.at(-1)!).operation;
}

const noQuery: ReadonlyMap<string, readonly string[]> = new Map();

export function parseQuery(search: string): Query {
  if (search === "") return noQuery;
  const query = new Map<string, string[]>();
  for (const part of search.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = decodeFormText(equals < 0 ? part : part.slice(0, equals));
    const value = equals < 0 ? "" : decodeFormText(part.slice(equals + 1));
    const present = query.get(name);
    if (present) present.push(value);
    else query.set(name, [value]);
  }
  return query;
}

/** As it stands where it is not encoded rightly: then it names nothing. */
export function decodePath(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
