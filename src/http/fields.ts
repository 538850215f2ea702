/** The fields of a message by name. */

export type Fields = Record<string, string | undefined>;

/**
 * The names that requests to AWS and to web servers have most. An object that declares them is read as fast as any
 * other; one that is filled name by name is a dictionary, which costs a search for each field that is asked for.
 * No name reaches what objects inherit: the prototype is empty.
 */
class CommonFields {
  host: string | undefined = undefined;
  authorization: string | undefined = undefined;
  "x-amz-date": string | undefined = undefined;
  "x-amz-target": string | undefined = undefined;
  "x-amz-content-sha256": string | undefined = undefined;
  "x-amz-security-token": string | undefined = undefined;
  "content-type": string | undefined = undefined;
  "content-length": string | undefined = undefined;
  "content-encoding": string | undefined = undefined;
  "user-agent": string | undefined = undefined;
  "amz-sdk-invocation-id": string | undefined = undefined;
  "amz-sdk-request": string | undefined = undefined;
  "smithy-protocol": string | undefined = undefined;
  accept: string | undefined = undefined;
  "accept-encoding": string | undefined = undefined;
  connection: string | undefined = undefined;
  cookie: string | undefined = undefined;
  date: string | undefined = undefined;
  expect: string | undefined = undefined;
  origin: string | undefined = undefined;
  range: string | undefined = undefined;
  upgrade: string | undefined = undefined;
}
Reflect.deleteProperty(CommonFields.prototype, "constructor");
Object.setPrototypeOf(CommonFields.prototype, null);

/**
 * Names in lower case; repeated fields joined with ", ", cookies with "; ". Names of fields that are not there may be
 * listed all the same, without a value. `lowerNames` are those of `rawHeaders` where each comes once.
 */
export function joinFields(rawHeaders: readonly string[], lowerNames?: readonly string[]): Fields {
  const fields = new CommonFields() as unknown as Fields;
  if (lowerNames) {
    for (let index = 0; index < lowerNames.length; index++)
      fields[lowerNames[index]!] = rawHeaders[2 * index + 1]!;
    return fields;
  }
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    const value = rawHeaders[index + 1]!;
    const present = fields[name];
    fields[name] =
      present === undefined ? value : `${present}${name === "cookie" ? "; " : ", "}${value}`;
  }
  return fields;
}
