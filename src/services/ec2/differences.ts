/** Where EC2 here answers otherwise than on AWS, for COVERAGE.md. */
import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "DescribeSpotPriceHistory",
    differs:
      "Spot prices are made up: 30 to 60 percent of the on-demand price that AWS lists for us-east-1, by pool, each with a new price every six hours, the same in every cloud. Without StartTime the present prices are told, and of all types together those of a day.",
  },
  {
    operation: "RequestSpotInstances",
    differs:
      "Pools have capacity without end. Instances are interrupted when a price exceeds their maximum, by an experiment, and by `fogbank interrupt-spot` (also at a rate); a pool that took instances back for lack of capacity has none for five minutes. The interruption behavior hibernate is refused; AvailabilityZoneGroup and LaunchGroup are kept and told.",
  },
  {
    operation: "CreateFleet",
    differs:
      "The first pass over a fleet is over when the request answers, so that it is active and fulfilled at once where AWS takes seconds. Capacity reservations and Context are refused.",
  },
  {
    operation: "RequestSpotFleet",
    differs: "LoadBalancersConfig is refused, and IamFleetRole is kept and not assumed.",
  },
  {
    operation: "CreatePlacementGroup",
    differs:
      "Placement groups keep AWS's rules (a zone, seven per zone, partitions) and do not change where machines run: all of them run on this host.",
  },
  {
    operation: "CreateCapacityReservation",
    differs:
      "Reservations are matched, counted and given back as on AWS; capacity is without end all the same. Future-dated reservations, capacity blocks and reservation fleets are refused.",
  },
  {
    operation: "AllocateHosts",
    differs:
      "Dedicated Hosts are kept and filled; a host has the vCPUs of its family's largest size, and its sockets are not told.",
  },
  {
    operation: "ModifyInstanceMetadataOptions",
    differs:
      "The hop limit is kept and told; it limits nothing, because metadata comes to a machine without a hop. pkcs7, rsa2048 and signature of the identity document are signed with RSA by a certificate of Fogbank's own, which GET /_fogbank/instance-identity gives; identity-credentials holds no credentials.",
  },
  {
    operation: "ModifyInstanceCreditSpecification",
    differs:
      "CPU credits follow the processor time that a machine really used; a standard instance without credits is held to its baseline by `cpuShare` where the driver can limit processors, from one minute to the next rather than gradually.",
  },
  {
    operation: "CreateKeyPair",
    differs:
      "A launch's key may log in with SSH, as root and as the image's usual user, where the machine has an sshd (with process machines, the host's) and a root of its own.",
  },
  {
    operation: "GetConsoleScreenshot",
    differs:
      "Refused, as are hibernation, instance event windows and EC2 Image Builder: machines have no screen and are never put to sleep.",
  },
  {
    operation: "GetSpotPlacementScores",
    differs: "Placement scores are refused: there is no market to score.",
  },
  {
    operation: "RunInstances",
    differs:
      "Capacity blocks, hibernation, enclaves, IPv6 addresses and elastic inference are refused.",
  },
  {
    operation: "RunInstances",
    differs:
      "A root volume is a directory of the machine: its bytes are captured in snapshots and images, its size is not enforced.",
  },
  {
    operation: "RunInstances",
    differs:
      "Instance types with disks of their own do not show them: a VirtualName in a block device mapping has no effect, as on AWS for types without such disks.",
  },
  {
    operation: "ModifyPrivateDnsNameOptions",
    differs:
      "With --compute docker a machine keeps the host name of its launch; what is told of it, and its names in DNS, change. EnableResourceNameDnsAAAARecord is kept and told, but instances have no IPv6 addresses to answer with.",
  },
  {
    operation: "AttachVolume",
    differs:
      "A volume is a sparse file, and in the machine a loop device (/dev/nvme1n1, with links as /dev/sdf and /dev/xvdf) that has the requested size. That needs Fogbank as root on Linux with loop devices, `fogbank doctor` says whether it is so; elsewhere bytes and snapshots are kept and no disk appears. With --compute docker a container may read, write and format the device, but not mount it. lsblk shows the host's devices. Root volumes cannot be detached, multi-attach is refused.",
  },
  {
    operation: "CreateVolume",
    differs:
      "IOPS, throughput and encryption are facts: a volume is as fast as its host's disk, and its bytes lie there in clear.",
  },
  {
    operation: "TerminateInstances",
    differs:
      "With --compute docker, a root volume that outlives its instance has lost its bytes and is in state error.",
  },
  {
    operation: "DescribeInstanceStatus",
    differs:
      "Scheduled events are those that `fogbank schedule-event` makes. A machine that died fails both checks; where its automatic recovery is not disabled and no Auto Scaling group has it, it comes back two minutes later (AWS does not say how long it takes) or when Fogbank starts again, else when it is rebooted or recovered.",
  },
  {
    operation: "DescribeInstanceTypes",
    differs: "Mac instances are missing.",
  },
  {
    operation: "DescribeInstanceTypeOfferings",
    differs: "Every type is offered in every zone.",
  },
  {
    operation: "DescribeImages",
    differs:
      "The public images are Amazon Linux 2 and 2023, Ubuntu and Debian in their current releases, under ids of Fogbank's own.",
  },
  {
    operation: "ModifyImageAttribute",
    differs:
      "An image's organizations and organizational units are kept and told; no account belongs to one.",
  },
  {
    operation: "CreateImage",
    differs:
      "Volumes are captured while the machine runs, with mounted file systems standing still for as long as it takes; the reboot follows.",
  },
  {
    operation: "RegisterImage",
    differs:
      "With --compute docker, ImageLocation is the name of a container image that the engine has; with other machines it is refused.",
  },
  {
    operation: "RunInstances",
    differs:
      "With --compute docker, an AMI is a container image: it boots no kernel and no systemd, /proc shows the host's processors, and the size of a root volume is not enforced. A VPC whose addresses are in use on this host (another VPC with the same CIDR, a route) gets others from the engine.",
  },
  {
    operation: "DescribeRegions",
    differs: "All regions are enabled, and a zone's letter means the same zone in every account.",
  },
];
