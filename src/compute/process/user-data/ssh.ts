/**
 * What cloud-init's module ssh does: the key of the launch may log in, and the server runs where the
 * image has one. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-key-pairs.html
 */
import type { BootStep } from "./boot-step.ts";
import { quote } from "./cloud-config.ts";

/** As root and as the image's usual user, where it has one. */
const users = "/root /home/ec2-user /home/ubuntu /home/admin";

export function sshSteps(publicKey: string): BootStep[] {
  const keys = `#!/bin/sh
for home in ${users}; do
  [ -d "$home" ] || [ "$home" = /root ] || continue
  mkdir -p "$home/.ssh" && chmod 700 "$home/.ssh"
  printf '%s\\n' ${quote(publicKey)} >> "$home/.ssh/authorized_keys"
  chmod 600 "$home/.ssh/authorized_keys"
  chown -R "$(stat -c %u:%g "$home")" "$home/.ssh"
done
`;
  return [script("authorized-keys", keys, "instance"), script("sshd", server, "boot")];
}

/** Host keys are made once; the server goes into the background by itself. */
const server = `#!/bin/sh
sshd=$(command -v sshd || echo /usr/sbin/sshd)
[ -x "$sshd" ] || exit 0
mkdir -p /run/sshd /etc/ssh
[ -e /etc/ssh/sshd_config ] || : > /etc/ssh/sshd_config
grep -q '^sshd:' /etc/passwd || echo 'sshd:x:74:74::/run/sshd:/usr/sbin/nologin' >> /etc/passwd
ssh-keygen -A > /dev/null
exec "$sshd"
`;

function script(name: string, content: string, every: "boot" | "instance"): BootStep {
  return { kind: "script", name, content: Buffer.from(content), module: "ssh", every };
}
