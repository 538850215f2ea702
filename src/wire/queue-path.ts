/** SQS's older way to name a queue: the request goes to the queue's URL and has no QueueUrl parameter. */
import type { HttpRequest } from "#http/http.ts";
import type { OperationModel } from "#model/service-model.ts";

/** Adds the queue's URL to an input that has none, when the path is that of a queue. */
export function queueUrlOfPath(
  operation: OperationModel,
  input: unknown,
  request: HttpRequest,
): void {
  const members = input as Record<string, unknown>;
  if (members.QueueUrl !== undefined) return;
  if (!operation.input.members.some(({ name }) => name === "QueueUrl")) return;
  const [path = ""] = request.target.split("?");
  if (!/^\/(?:queue\/[^/]+\/)?\d{12}\/[^/]+\/?$/.test(path)) return;
  members.QueueUrl = `http://${request.headers.host ?? "localhost"}${path}`;
}
