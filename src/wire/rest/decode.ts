/** Gathers an input from path, query, headers and body, by the HTTP traits of its members. */
import type { ByteStream, HttpRequest } from "#http/http.ts";
import type { OperationModel } from "#model/service-model.ts";
import type { Member, StructureShape } from "#model/shape.ts";
import { withWhole } from "../protocol.ts";
import type { Route } from "./route.ts";
import { createTextReader, type Malformed } from "./text-value.ts";

type Input = Record<string, unknown>;

export interface BodyDecoder {
  /** Members that stand in the body together. Empty bytes are an empty structure. */
  members(shape: StructureShape, bytes: Buffer): Input;
  /** One member that is the whole body. */
  payload(member: Member, bytes: Buffer): unknown;
  malformed: Malformed;
}

type Head = Pick<HttpRequest, "headers">;
type Bind = (input: Input, head: Head, route: Route) => void;
type ReadInput = (head: Head, route: Route, body: ByteStream) => Input | Promise<Input>;

export function createInputReader(operation: OperationModel, codec: BodyDecoder): ReadInput {
  const { input: shape } = operation;
  const binds: Bind[] = [];
  let payload: Member | undefined;
  let inBody = false;
  for (const member of shape.members) {
    const bind = createBind(member, shape, codec);
    if (bind) binds.push(bind);
    else if (member.traits.httpPayload) payload = member;
    else inBody = true;
  }
  return (head, route, body) => {
    const input: Input = {};
    const rest = payload
      ? readPayload(payload, body, codec)
      : inBody
        ? withWhole(body, (bytes) => codec.members(shape, bytes))
        : undefined;
    const complete = (members: Input | undefined): Input => {
      Object.assign(input, members);
      for (const bind of binds) bind(input, head, route);
      return input;
    };
    return rest instanceof Promise ? rest.then(complete) : complete(rest);
  };
}

function readPayload(
  member: Member,
  body: ByteStream,
  codec: BodyDecoder,
): Input | undefined | Promise<Input | undefined> {
  const { shape, name } = member;
  if (shape.kind === "streaming-blob" || (shape.kind === "blob" && isStreaming(member)))
    return { [name]: body };
  return withWhole(body, (bytes) => {
    if (bytes.length === 0) return undefined;
    if (shape.kind === "blob") return { [name]: new Uint8Array(bytes) };
    if (shape.kind === "string") return { [name]: bytes.toString("utf8") };
    return { [name]: codec.payload(member, bytes) };
  });
}

export function isStreaming({ traits, shape }: Member): boolean {
  return Boolean(traits.streaming ?? shape.traits.streaming) || shape.kind === "streaming-blob";
}

function createBind(
  member: Member,
  owner: StructureShape,
  { malformed }: BodyDecoder,
): Bind | undefined {
  const { name, traits, shape } = member;
  if (traits.httpLabel) {
    const read = createTextReader(shape, traits, malformed, false);
    return (input, _head, { labels }) => {
      const text = labels[name];
      if (text !== undefined) input[name] = read(text, name);
    };
  }
  if (traits.httpHeader !== undefined) {
    const header = traits.httpHeader.toLowerCase();
    const read = createTextReader(shape, traits, malformed, true);
    return (input, { headers }) => {
      const text = headers[header];
      if (text !== undefined && (text !== "" || shape.kind === "string"))
        input[name] = read(text, traits.httpHeader!);
    };
  }
  if (traits.httpPrefixHeaders !== undefined) {
    const prefix = traits.httpPrefixHeaders.toLowerCase();
    return (input, { headers }) => {
      let found: Record<string, string> | undefined;
      for (const header in headers) {
        const value = headers[header];
        if (value !== undefined && header.startsWith(prefix))
          (found ??= {})[header.slice(prefix.length)] = value;
      }
      if (found) input[name] = found;
    };
  }
  if (traits.httpQuery !== undefined) return bindQuery(member, traits.httpQuery, malformed);
  if (traits.httpQueryParams) {
    const taken = new Set(owner.members.flatMap((other) => other.traits.httpQuery ?? []));
    const lists = shape.kind === "map" && shape.value.shape.kind === "list";
    return (input, _head, { query, operation }) => {
      const found: Record<string, unknown> = {};
      for (const [key, values] of query)
        if (!taken.has(key) && !operation.http?.query.some(([literal]) => literal === key))
          found[key] = lists ? values : values[0];
      input[name] = found;
    };
  }
  return undefined;
}

function bindQuery({ name, traits, shape }: Member, key: string, malformed: Malformed): Bind {
  if (shape.kind === "list") {
    const read = createTextReader(shape.item.shape, {}, malformed, false);
    return (input, _head, { query }) => {
      const values = query.get(key);
      if (values) input[name] = values.map((text) => read(text, key));
    };
  }
  const read = createTextReader(shape, traits, malformed, false);
  return (input, _head, { query }) => {
    const text = query.get(key)?.[0];
    if (text !== undefined && (text !== "" || shape.kind === "string"))
      input[name] = read(text, key);
  };
}
