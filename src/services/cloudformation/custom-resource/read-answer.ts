/** What a provider's answer says. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
import { isObject, textOf } from "../template/values.ts";

export interface Answer {
  /** Undefined for an answer that succeeded. */
  failure: string | undefined;
  /** Undefined where the answer holds no proper one. */
  physicalId: string | undefined;
  data: Record<string, unknown>;
  noEcho: boolean;
}

const largestAnswerBytes = 4096;
const largestIdBytes = 1024;

/** Reads the body of a PUT; one that is no proper answer is a failure, in CloudFormation's words. */
export function readAnswer(text: string, requestId: string): Answer {
  const failed = (failure: string): Answer => ({
    failure,
    physicalId: undefined,
    data: {},
    noEcho: false,
  });
  if (Buffer.byteLength(text) > largestAnswerBytes) return failed("Response object is too long.");
  const answer = parse(text);
  if (!isObject(answer)) return failed("Response is not valid JSON");
  const { Status, Reason, PhysicalResourceId, Data, NoEcho } = answer;
  if (Status !== "SUCCESS" && Status !== "FAILED")
    return failed(
      `Invalid Response object: '${textOf(Status ?? "")}' is not a valid ResponseStatus`,
    );
  if (
    typeof PhysicalResourceId !== "string" ||
    PhysicalResourceId === "" ||
    Buffer.byteLength(PhysicalResourceId) > largestIdBytes
  )
    return failed("Invalid PhysicalResourceId");
  if (Data !== undefined && Data !== null && !isObject(Data))
    return failed("Invalid Response object: Value of property Data must be an object");
  const reason = typeof Reason === "string" ? Reason : "";
  return {
    failure:
      Status === "SUCCESS"
        ? undefined
        : `Received response status [FAILED] from custom resource. Message returned: ${reason} (RequestId: ${requestId})`,
    physicalId: PhysicalResourceId,
    data: isObject(Data) ? Data : {},
    noEcho: NoEcho === true || NoEcho === "true",
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller says what is wrong with it.
    return undefined;
  }
}
