/** Events that services give to Lambda functions without waiting for what comes of them. */
import type { Caller, Clients } from "./service.ts";

/**
 * Throws AWS's errors: the function is not there, its policy does not let the service in, the event is
 * too large. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
 */
export async function leaveWithFunction(
  clients: Clients,
  caller: Caller,
  functionArn: string,
  event: string,
): Promise<void> {
  await clients.lambda(caller).Invoke({
    FunctionName: functionArn,
    InvocationType: "Event",
    // What is sent may be bytes or a stream of them; the type knows of what comes back alone.
    Payload: Buffer.from(event) as never,
  });
}
