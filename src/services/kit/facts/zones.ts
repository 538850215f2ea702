/**
 * AWS's regions and their availability zones.
 * https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
 * Which zone id a zone's letter stands for differs per account on AWS; here it is the same for all.
 */

export interface Zone {
  /** "us-east-1a" */
  zoneName: string;
  /** "use1-az6" */
  zoneId: string;
  regionName: string;
}

export interface Region {
  regionName: string;
  /** Regions that AWS opened after 2019 must be enabled first; here all are. */
  optIn: boolean;
  zones: Zone[];
}

/** "region prefix-of-zone-ids letter+number …"; regions that need opting in begin with "+". */
const table = `
+af-south-1 afs1 a1 b2 c3
+ap-east-1 ape1 a1 b2 c3
+ap-east-2 ape2 a1 b2 c3
ap-northeast-1 apne1 a4 c1 d2
ap-northeast-2 apne2 a1 b2 c3 d4
ap-northeast-3 apne3 a1 b2 c3
ap-south-1 aps1 a1 b3 c2
+ap-south-2 aps2 a1 b2 c3
ap-southeast-1 apse1 a1 b2 c3
ap-southeast-2 apse2 a1 b3 c2
+ap-southeast-3 apse3 a1 b2 c3
+ap-southeast-4 apse4 a1 b2 c3
+ap-southeast-5 apse5 a1 b2 c3
+ap-southeast-6 apse6 a1 b2 c3
+ap-southeast-7 apse7 a1 b2 c3
ca-central-1 cac1 a1 b2 d4
+ca-west-1 caw1 a1 b2 c3
eu-central-1 euc1 a1 b2 c3
+eu-central-2 euc2 a1 b2 c3
eu-north-1 eun1 a1 b2 c3
+eu-south-1 eus1 a1 b2 c3
+eu-south-2 eus2 a1 b2 c3
eu-west-1 euw1 a3 b1 c2
eu-west-2 euw2 a2 b3 c1
eu-west-3 euw3 a1 b2 c3
+il-central-1 ilc1 a1 b2 c3
+me-central-1 mec1 a1 b2 c3
+me-south-1 mes1 a1 b2 c3
+mx-central-1 mxc1 a1 b2 c3
sa-east-1 sae1 a1 b2 c3
us-east-1 use1 a6 b1 c2 d4 e3 f5
us-east-2 use2 a1 b2 c3
us-west-1 usw1 a3 b1
us-west-2 usw2 a2 b1 c3 d4`;

export const regions: readonly Region[] = table
  .trim()
  .split("\n")
  .map((line) => {
    const [name, prefix, ...zones] = line.split(" ") as [string, string, ...string[]];
    const regionName = name.replace("+", "");
    return {
      regionName,
      optIn: name.startsWith("+"),
      zones: zones.map((zone) => ({
        zoneName: `${regionName}${zone[0]!}`,
        zoneId: `${prefix}-az${zone.slice(1)}`,
        regionName,
      })),
    };
  });

const regionNames: ReadonlySet<string> = new Set(regions.map(({ regionName }) => regionName));
/** The other partitions': https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
const ofOtherPartitions = /^(?:cn|us-gov|us-isob?|us-isof|eu-isoe|eusc-de)-[a-z]+-\d+$/;

/** Whether AWS has a region of this name, in any of its partitions. */
export function isRegion(name: string): boolean {
  return regionNames.has(name) || ofOtherPartitions.test(name);
}

/** The zones of a region, in order of name; a region that AWS may open one day has three. */
export function zonesOf(regionName: string): readonly Zone[] {
  const known = regions.find((region) => region.regionName === regionName);
  if (known) return known.zones;
  return ["a", "b", "c"].map((letter, index) => ({
    zoneName: `${regionName}${letter}`,
    zoneId: `${zonePrefix(regionName)}-az${index + 1}`,
    regionName,
  }));
}

const directions = { central: "c", north: "n", south: "s", east: "e", west: "w" };

/** "cn-northwest-1" → "cnnw1", "us-gov-east-1" → "usge1" */
function zonePrefix(regionName: string): string {
  const [area = "", ...rest] = regionName.split("-");
  const short = rest.map((word) =>
    word === "gov"
      ? "g"
      : word.replaceAll(/central|north|south|east|west/g, (direction) => {
          return directions[direction as keyof typeof directions];
        }),
  );
  return area + short.join("");
}

export function zoneNamed(regionName: string, zoneName: string): Zone | undefined {
  return zonesOf(regionName).find((zone) => zone.zoneName === zoneName);
}

export function zoneById(regionName: string, zoneId: string): Zone | undefined {
  return zonesOf(regionName).find((zone) => zone.zoneId === zoneId);
}
