/** Temporary credentials of instance roles, fetched from STS and kept until shortly before their end. */
import { isoSeconds } from "#runtime/date.ts";
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { MetadataFacts } from "./metadata-source.ts";
import { toJson, type RoleMetadata } from "./metadata-tree.ts";

/** New credentials are there at least five minutes before the old ones end (EC2 User Guide, IAM roles); SDKs look earlier. */
const renewBeforeMs = 15 * 60_000;
const durationSeconds = 3600;
/** How long the role behind a profile is taken as known, wall time. */
const roleFreshMs = 5_000;

type RoleEnvironment = Pick<Environment, "clients" | "clock" | "log">;

interface Known {
  document: string;
  expiresMs: number;
}

interface Role {
  name: string;
  arn: string;
}

export interface RoleCredentials {
  /** Undefined for an instance without a profile. */
  of(scope: Scope, facts: MetadataFacts): Promise<RoleMetadata | undefined>;
  forget(instanceId: string): void;
}

export function createRoleCredentials(env: RoleEnvironment): RoleCredentials {
  const { clients, clock, log } = env;
  const known = new Map<string, Known>();
  const roles = new Map<string, { role: Role | undefined; untilMs: number }>();

  const roleOf = async (scope: Scope, profileArn: string, name: string) => {
    const remembered = roles.get(profileArn);
    if (remembered && remembered.untilMs > clock.wall.monotonic()) return remembered.role;
    const role = await askForRole(scope, name);
    roles.set(profileArn, { role, untilMs: clock.wall.monotonic() + roleFreshMs });
    return role;
  };
  const askForRole = async (scope: Scope, name: string): Promise<Role | undefined> => {
    try {
      const { InstanceProfile } = await clients
        .iam(asService(scope, "ec2.amazonaws.com"))
        .GetInstanceProfile({ InstanceProfileName: name });
      const role = InstanceProfile?.Roles?.[0];
      return role?.RoleName && role.Arn ? { name: role.RoleName, arn: role.Arn } : undefined;
    } catch (error) {
      if (error instanceof AwsError && error.code.startsWith("NoSuchEntity")) return undefined;
      throw error;
    }
  };
  const assume = async (scope: Scope, role: Role, instanceId: string): Promise<string> => {
    const key = `${instanceId} ${role.arn}`;
    const present = known.get(key);
    if (present && present.expiresMs - clock.wall.now() > renewBeforeMs) return present.document;
    try {
      const { Credentials } = await clients.sts(asService(scope, "ec2.amazonaws.com")).AssumeRole({
        RoleArn: role.arn,
        RoleSessionName: instanceId,
        DurationSeconds: durationSeconds,
      });
      const expiresMs = Credentials!.Expiration!.getTime();
      const document = toJson({
        Code: "Success",
        LastUpdated: isoSeconds(clock.wall.now()),
        Type: "AWS-HMAC",
        AccessKeyId: Credentials!.AccessKeyId!,
        SecretAccessKey: Credentials!.SecretAccessKey!,
        Token: Credentials!.SessionToken!,
        Expiration: isoSeconds(expiresMs),
      });
      known.set(key, { document, expiresMs });
      return document;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      log.warn("EC2 cannot assume an instance's role", { instanceId, role: role.arn, error });
      return toJson({
        Code: "AssumeRoleUnauthorizedAccess",
        Message: `EC2 cannot assume the role ${role.name}. Please see documentation at https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html#troubleshoot_iam-ec2_errors-info-doc.`,
        LastUpdated: isoSeconds(clock.wall.now()),
      });
    }
  };
  return {
    async of(scope, { profile, instanceId }) {
      if (!profile) return undefined;
      const role = await roleOf(scope, profile.arn, profile.name);
      return {
        roleName: role?.name,
        info: async () =>
          toJson({
            Code: "Success",
            LastUpdated: isoSeconds(clock.wall.now()),
            InstanceProfileArn: profile.arn,
            InstanceProfileId: profile.id,
          }),
        credentials: async () => role && assume(scope, role, instanceId),
      };
    },
    forget(instanceId) {
      for (const key of known.keys()) if (key.startsWith(`${instanceId} `)) known.delete(key);
    },
  };
}
