/** The request did not come whole: its client went away, or sent what is no body. Nobody waits for the answer. */
export class BrokenRequestError extends Error {}

export function clientGone(): BrokenRequestError {
  return new BrokenRequestError("the client went away");
}

export function malformedBody(cause: unknown): BrokenRequestError {
  return new BrokenRequestError("the request's body is malformed", { cause });
}
