/** How an event ended, and the answers that Lambda gives in a function's place. */

export interface Outcome {
  payload: Uint8Array;
  /** "Unhandled" when it ended with an error. */
  functionError: "Unhandled" | undefined;
  status: "success" | "error" | "timeout" | "failure";
  durationMs: number;
  /** The last 4 KB of its log. */
  logTail: string;
}

/** An answer of Lambda itself, in the form of a function's error. */
function platformError(errorType: string, errorMessage: string): Buffer {
  return Buffer.from(JSON.stringify({ errorType, errorMessage }));
}

export function timedOut(requestId: string, timeoutSeconds: number): Buffer {
  const text = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
  return platformError("Sandbox.Timedout", `RequestId: ${requestId} Error: ${text}`);
}

/** `how` is "exit status 1" or "signal: killed". */
export function exited(requestId: string, how: string): Buffer {
  const error = how === "exit status 0" ? "" : ` with error: ${how}`;
  return platformError(
    "Runtime.ExitError",
    `RequestId: ${requestId} Error: Runtime exited${error || " without providing a reason"}`,
  );
}

export function tooLarge(requestId: string, sizeBytes: number): Buffer {
  return platformError(
    "Function.ResponseSizeTooLarge",
    `Response payload size exceeded maximum allowed payload size (6291556 bytes). (${sizeBytes} bytes, RequestId: ${requestId})`,
  );
}

export function noEntrypoint(requestId: string): Buffer {
  return platformError(
    "Runtime.InvalidEntrypoint",
    `RequestId: ${requestId} Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]`,
  );
}
