/** The x-amz-copy-source header: "bucket/key?versionId=…", percent-encoded. */
import { invalidArgument, notImplementedHere } from "../errors.ts";
import type { ObjectInput } from "./find-object.ts";

export function parseCopySource(text: string): ObjectInput & { Bucket: string; Key: string } {
  const invalid = () =>
    invalidArgument(
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
      "x-amz-copy-source",
      text,
    );
  if (text.startsWith("arn:")) throw notImplementedHere("access points as copy sources");
  const [path = "", versionId] = text.replace(/^\//, "").split("?versionId=", 2);
  let decoded: string;
  try {
    // A plus sign is itself here, and some clients do not encode at all.
    decoded = decodeURIComponent(path);
  } catch {
    throw invalid();
  }
  const slash = decoded.indexOf("/");
  if (slash <= 0 || slash === decoded.length - 1) throw invalid();
  return {
    Bucket: decoded.slice(0, slash),
    Key: decoded.slice(slash + 1),
    ...(versionId !== undefined && { VersionId: versionId }),
  };
}
