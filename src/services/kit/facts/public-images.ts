/**
 * The public images that every region offers: facts, with ids of our own that are the same in every
 * cloud. On AWS a release has another id in every region, and so it has here.
 */
import { derivedId } from "./derived-id.ts";

export interface PublicImage {
  imageId: string;
  name: string;
  description: string;
  ownerId: string;
  ownerAlias: string;
  architecture: "x86_64" | "arm64";
  rootDeviceName: string;
  rootVolumeGiB: number;
  volumeType: "gp2" | "gp3";
  /** "2026-10-27T00:00:00.000Z" */
  creationDate: string;
  /** "legacy-bios", "uefi" or "uefi-preferred" */
  bootMode: string;
  /** Images that ask instances to speak IMDSv2 only. */
  imdsSupport: "v2.0" | undefined;
  /** The container image with the same system, for drivers that run containers. */
  reference: string;
  /** SSM's public parameters that name this image. */
  parameterNames: readonly string[];
}

interface Release {
  names: (
    architecture: "x86_64" | "arm64",
  ) => Omit<PublicImage, "imageId" | "architecture" | "ownerAlias" | "creationDate">;
  creationDate: string;
}

/** https://docs.aws.amazon.com/linux/al2023/ug/ec2.html#launch-via-aws-cli */
function amazonLinux2023(kernel: string, minimal: boolean, isDefault: boolean): Release {
  const version = "2023.11.20260427.1";
  const kind = minimal ? "al2023-ami-minimal" : "al2023-ami";
  return {
    creationDate: "2026-04-28T22:14:09.000Z",
    names: (architecture) => ({
      name: `${kind}-${version}-kernel-${kernel}-${architecture}`,
      description: `Amazon Linux 2023 AMI ${version} ${architecture} ${minimal ? "Minimal " : ""}HVM kernel-${kernel}`,
      ownerId: "137112412989",
      rootDeviceName: "/dev/xvda",
      rootVolumeGiB: minimal ? 2 : 8,
      volumeType: "gp3",
      bootMode: architecture === "arm64" ? "uefi" : "uefi-preferred",
      imdsSupport: "v2.0",
      reference: "amazonlinux:2023",
      parameterNames: [kernel, ...(isDefault ? ["default"] : [])].map(
        (name) => `/aws/service/ami-amazon-linux-latest/${kind}-kernel-${name}-${architecture}`,
      ),
    }),
  };
}

/** https://docs.aws.amazon.com/AL2/latest/ug/ec2.html */
function amazonLinux2(kernel: "4.14" | "5.10"): Release {
  const version = "2.0.20260427.1";
  const old = kernel === "4.14";
  return {
    creationDate: "2026-04-28T19:03:41.000Z",
    names: (architecture) => ({
      name: old
        ? `amzn2-ami-hvm-${version}-${architecture}-gp2`
        : `amzn2-ami-kernel-5.10-hvm-${version}-${architecture}-gp2`,
      description: `Amazon Linux 2 ${old ? "" : "Kernel 5.10 "}AMI ${version} ${architecture} HVM gp2`,
      ownerId: "137112412989",
      rootDeviceName: "/dev/xvda",
      rootVolumeGiB: 8,
      volumeType: "gp2",
      bootMode: architecture === "arm64" ? "uefi" : "legacy-bios",
      imdsSupport: undefined,
      reference: "amazonlinux:2",
      parameterNames: [
        `/aws/service/ami-amazon-linux-latest/amzn2-ami-${old ? "" : "kernel-5.10-"}hvm-${architecture}-gp2`,
      ],
    }),
  };
}

/** https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/ */
function ubuntu(version: string, codename: string): Release {
  const store = version >= "24.04" ? "hvm-ssd-gp3" : "hvm-ssd";
  return {
    creationDate: "2025-11-15T04:52:17.000Z",
    names: (architecture) => {
      const machine = architecture === "arm64" ? "arm64" : "amd64";
      const disk = version >= "24.04" ? "ebs-gp3" : "ebs-gp2";
      return {
        name: `ubuntu/images/${store}/ubuntu-${codename}-${version}-${machine}-server-20251115`,
        description: `Canonical, Ubuntu, ${version}, ${machine} ${codename} image`,
        ownerId: "099720109477",
        rootDeviceName: "/dev/sda1",
        rootVolumeGiB: 8,
        volumeType: version >= "24.04" ? "gp3" : "gp2",
        bootMode: architecture === "arm64" ? "uefi" : "uefi-preferred",
        imdsSupport: version >= "24.04" ? "v2.0" : undefined,
        reference: `ubuntu:${version}`,
        parameterNames: [version, codename].map(
          (release) =>
            `/aws/service/canonical/ubuntu/server/${release}/stable/current/${machine}/hvm/${disk}/ami-id`,
        ),
      };
    },
  };
}

/** https://wiki.debian.org/Cloud/AmazonEC2Image */
function debian(version: string, build: string, codename: string): Release {
  return {
    creationDate: "2025-11-13T06:31:55.000Z",
    names: (architecture) => {
      const machine = architecture === "arm64" ? "arm64" : "amd64";
      return {
        name: `debian-${version}-${machine}-${build}`,
        description: `Debian ${version} (${build})`,
        ownerId: "136693071363",
        rootDeviceName: "/dev/xvda",
        rootVolumeGiB: 8,
        volumeType: "gp3",
        bootMode: architecture === "arm64" ? "uefi" : "uefi-preferred",
        imdsSupport: undefined,
        reference: `debian:${codename}`,
        parameterNames: [`/aws/service/debian/release/${version}/latest/${machine}`],
      };
    },
  };
}

const releases: readonly Release[] = [
  amazonLinux2023("6.1", false, true),
  amazonLinux2023("6.12", false, false),
  amazonLinux2023("6.18", false, false),
  amazonLinux2023("6.1", true, true),
  amazonLinux2("5.10"),
  amazonLinux2("4.14"),
  ubuntu("22.04", "jammy"),
  ubuntu("24.04", "noble"),
  debian("12", "20251112-2294", "bookworm"),
  debian("13", "20251117-2299", "trixie"),
];

/** Every public image of a region, always the same. */
export function publicImages(region: string): PublicImage[] {
  return releases.flatMap((release) =>
    (["x86_64", "arm64"] as const).map((architecture) => {
      const image = release.names(architecture);
      return {
        ...image,
        imageId: derivedId("ami", region, image.name),
        ownerAlias: "amazon",
        architecture,
        creationDate: release.creationDate,
      };
    }),
  );
}
