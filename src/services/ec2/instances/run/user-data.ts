import { ec2Error, invalidParameterValue } from "../../errors.ts";

/** Bytes before base64. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html */
const mostBytes = 16_384;

/** The bytes of base64 user data; undefined for none. Throws InvalidUserData.Malformed and for too many. */
export function decodeUserData(text: string | undefined): Uint8Array | undefined {
  if (!text) return undefined;
  const compact = text.replaceAll(/\s/g, "");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || compact.replaceAll("=", "").length % 4 === 1)
    throw ec2Error("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
  return checkUserData(Buffer.from(compact, "base64"));
}

export function checkUserData(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length > mostBytes)
    throw invalidParameterValue(`User data is limited to ${mostBytes} bytes`);
  return bytes.length > 0 ? bytes : undefined;
}
