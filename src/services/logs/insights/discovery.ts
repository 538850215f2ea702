/**
 * The fields that an event has by itself, and those found in its message.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
 */
import { Moment, type Value } from "./value.ts";

export interface SourceEvent {
  /** "123456789012:/my/group" */
  log: string;
  stream: string;
  timestampMs: number;
  ingestedMs: number;
  message: string;
  /** What GetLogRecord takes. */
  pointer: string;
}

/** "CloudWatch Logs Insights can extract a maximum of 200 log event fields from a JSON log." */
const mostFields = 200;

export function fieldsOf(event: SourceEvent): Map<string, Value> {
  const fields = new Map<string, Value>();
  const document = documentIn(event.message);
  if (document) flatten(document, "", fields);
  fields.set("@timestamp", new Moment(event.timestampMs));
  fields.set("@ingestionTime", new Moment(event.ingestedMs));
  fields.set("@message", event.message);
  fields.set("@logStream", event.stream);
  fields.set("@log", event.log);
  fields.set("@ptr", event.pointer);
  return fields;
}

/** The message as JSON, or the JSON that stands in it behind other text. */
function documentIn(message: string): object | undefined {
  const start = message.indexOf("{");
  if (start < 0) return undefined;
  try {
    const found: unknown = JSON.parse(message.slice(start, message.lastIndexOf("}") + 1));
    return typeof found === "object" && found !== null ? found : undefined;
  } catch {
    return undefined;
  }
}

function flatten(value: object, prefix: string, fields: Map<string, Value>): void {
  for (const [name, inner] of Object.entries(value) as [
    string,
    string | number | boolean | object | null,
  ][]) {
    if (fields.size >= mostFields) return;
    if (typeof inner === "object" && inner !== null) flatten(inner, `${prefix}${name}.`, fields);
    else if (inner !== null) fields.set(prefix + name, inner);
  }
}
