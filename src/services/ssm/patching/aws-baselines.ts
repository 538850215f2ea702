/** The baselines that AWS keeps in every region. https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-predefined-and-custom-patch-baselines.html */
import type { OperatingSystem, PatchFilterKey, PatchRule } from "@aws-sdk/client-ssm";
import { parseIso } from "#runtime/date.ts";
import { formatArn } from "#services/kit/arn.ts";
import facts from "./aws-baselines.json" with { type: "json" };
import type { BaselineRecord } from "./records.ts";

interface RegionFacts {
  account: string;
  ids: Readonly<Record<string, string>>;
}

const byRegion: Readonly<Record<string, RegionFacts>> = facts;

type Filters = Partial<Record<PatchFilterKey, string[]>>;

function rule(filters: Filters, ApproveAfterDays = 7, EnableNonSecurity = false): PatchRule {
  return {
    PatchFilterGroup: {
      PatchFilters: Object.entries({ PRODUCT: ["*"], ...filters }).map(([Key, Values]) => ({
        Key: Key as PatchFilterKey,
        Values,
      })),
    },
    ComplianceLevel: "UNSPECIFIED",
    ApproveAfterDays,
    EnableNonSecurity,
  };
}

const security = (...severities: string[]) =>
  rule({ CLASSIFICATION: ["Security"], SEVERITY: severities });
const bugfix = rule({ CLASSIFICATION: ["Bugfix"] });
const usual = [security("Critical", "Important"), bugfix];
const byPriority = [
  rule({ PRIORITY: ["Required", "Important", "Standard", "Optional", "Extra"] }, 0),
];

const known: Readonly<Record<OperatingSystem, [name: string, rules: PatchRule[]]>> = {
  ALMA_LINUX: ["AWS-AlmaLinuxDefaultPatchBaseline", usual],
  AMAZON_LINUX: ["AWS-AmazonLinuxDefaultPatchBaseline", usual],
  AMAZON_LINUX_2: ["AWS-AmazonLinux2DefaultPatchBaseline", usual],
  AMAZON_LINUX_2022: ["AWS-AmazonLinux2022DefaultPatchBaseline", usual],
  AMAZON_LINUX_2023: ["AWS-AmazonLinux2023DefaultPatchBaseline", usual],
  CENTOS: ["AWS-CentOSDefaultPatchBaseline", [rule({}, 7, true)]],
  DEBIAN: ["AWS-DebianDefaultPatchBaseline", byPriority],
  MACOS: ["AWS-MacOSDefaultPatchBaseline", [rule({ CLASSIFICATION: ["Security"] }, 0)]],
  ORACLE_LINUX: [
    "AWS-OracleLinuxDefaultPatchBaseline",
    [security("Important", "Moderate"), bugfix],
  ],
  RASPBIAN: ["AWS-RaspbianDefaultPatchBaseline", byPriority],
  REDHAT_ENTERPRISE_LINUX: ["AWS-RedHatDefaultPatchBaseline", usual],
  ROCKY_LINUX: ["AWS-RockyLinuxDefaultPatchBaseline", usual],
  SUSE: ["AWS-SuseDefaultPatchBaseline", [security("Critical", "Important")]],
  UBUNTU: ["AWS-UbuntuDefaultPatchBaseline", byPriority],
  WINDOWS: [
    "AWS-DefaultPatchBaseline",
    [
      rule({
        CLASSIFICATION: ["CriticalUpdates", "SecurityUpdates"],
        MSRC_SEVERITY: ["Critical", "Important"],
      }),
    ],
  ],
};

const publishedMs = parseIso("2017-01-01T00:00:00Z");

/** Empty in regions whose ids are not known. */
export function awsBaselines(region: string): BaselineRecord[] {
  const facts = byRegion[region];
  if (!facts) return [];
  return Object.entries(facts.ids).flatMap(([key, id]) => {
    const system = key as OperatingSystem;
    const [name, PatchRules] = known[system];
    return {
      id: formatArn("ssm", { account: facts.account, region }, `patchbaseline/${id}`),
      name,
      system,
      settings: {
        ApprovalRules: { PatchRules },
        Description: `Default Patch Baseline for ${system} Provided by AWS.`,
      },
      createdMs: publishedMs,
      modifiedMs: publishedMs,
      tags: {},
    };
  });
}
