/**
 * The parameters that AWS publishes in every region, as far as they are known here: images, regions
 * and zones. https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html
 */
import { publicImages } from "#services/kit/facts/public-images.ts";
import { regions } from "#services/kit/facts/zones.ts";
import { parseIso } from "#runtime/date.ts";
import { parameterArn } from "./names.ts";
import { regionNames } from "./region-names.ts";
import type { State } from "./state.ts";

export interface PublicParameter {
  name: string;
  value: string;
  /** Without an account: "arn:aws:ssm:us-east-1::parameter/aws/service/…". */
  arn: string;
  dataType: "aws:ec2:image" | "text";
  modifiedMs: number;
}

/** When AWS began to publish regions and zones this way. */
const infrastructureMs = parseIso("2019-05-30T00:00:00Z");

export function publicParameters(
  state: State,
  region: string,
): ReadonlyMap<string, PublicParameter> {
  let known = state.publicParameters.get(region);
  if (!known) {
    known = new Map(list(region).map((parameter) => [parameter.name, parameter]));
    state.publicParameters.set(region, known);
  }
  return known;
}

function list(region: string): PublicParameter[] {
  const make = (
    name: string,
    value: string,
    dataType: PublicParameter["dataType"],
    modifiedMs: number,
  ) => ({ name, value, arn: parameterArn({ account: "", region }, name), dataType, modifiedMs });
  const images = publicImages(region).flatMap((image) =>
    image.parameterNames.map((name) =>
      make(
        name,
        image.imageId,
        // AWS types its own images' parameters as text, Canonical's and Debian's as images.
        name.startsWith("/aws/service/ami-amazon-linux-latest/") ? "text" : "aws:ec2:image",
        parseIso(image.creationDate),
      ),
    ),
  );
  const root = "/aws/service/global-infrastructure";
  const places = regions.flatMap(({ regionName, zones }) => [
    make(`${root}/regions/${regionName}`, regionName, "text", infrastructureMs),
    make(
      `${root}/regions/${regionName}/longName`,
      regionNames[regionName] ?? regionName,
      "text",
      infrastructureMs,
    ),
    ...zones.flatMap(({ zoneId }) =>
      [
        `${root}/availability-zones/${zoneId}`,
        `${root}/regions/${regionName}/availability-zones/${zoneId}`,
      ].map((name) => make(name, zoneId, "text", infrastructureMs)),
    ),
  ]);
  return [...images, ...places];
}
