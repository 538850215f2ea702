import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startMachine } from "./testing/machine.ts";

/** Stands for Debian's programs: it offers and installs one package, `apache2`, and notes what was asked. */
const debian = `
mkdir -p /opt/debian && cd /opt/debian
cat > apt-get <<'END'
#!/bin/sh
echo "apt-get $*" >> /opt/debian/asked
case "$*" in *install*apache2*) touch /opt/debian/apache2; printf '#!/bin/sh\\necho "apachectl $*"' > /usr/sbin/apachectl; chmod +x /usr/sbin/apachectl ;; esac
END
printf '#!/bin/sh\\n[ "$2" = apache2 ]' > apt-cache
printf '#!/bin/sh\\n[ -e "/opt/debian/$3" ] && printf "install ok installed"' > dpkg-query
chmod +x apt-get apt-cache dpkg-query
`;

describe("packages of user data", () => {
  test("what a machine has is installed already, under both names of the program", async (t) => {
    const sh = await startMachine(t);
    if (!sh) return t.skip("this host does not let us");
    for (const program of ["dnf", "yum"]) {
      const { exitCode, stdout } = await sh(`${program} install -y aws-cfn-bootstrap sh`);
      assert.equal(exitCode, 0);
      assert.match(stdout, /^Package aws-cfn-bootstrap is already installed\.\nPackage sh is/);
      assert.match(stdout, /Nothing to do\.\nComplete!\n$/);
      assert.equal((await sh(`${program} update -y`)).exitCode, 0);
    }
  });

  test("what it lacks is installed by Debian's name and lies where Amazon Linux has it", async (t) => {
    const sh = await startMachine(t);
    if (!sh) return t.skip("this host does not let us");
    await sh(debian);
    const first = await sh(
      "PATH=$(echo $PATH | cut -d: -f1):/opt/debian:$PATH; yum -y install httpd",
    );
    assert.equal(first.exitCode, 0, first.stderr);
    assert.match(first.stdout, /Installed: httpd\nComplete!/);
    const { stdout } = await sh(
      "cat /opt/debian/asked; readlink /etc/httpd/conf.d; httpd -v; systemctl cat httpd | grep ExecStart",
    );
    assert.equal(
      stdout,
      "apt-get -qq -y --no-install-recommends install apache2\n/etc/apache2/conf-enabled\napachectl -v\nExecStart=/usr/sbin/apachectl -D FOREGROUND\n",
    );
  });

  test("what nobody offers is an error that says so, also for cfn-init", async (t) => {
    const sh = await startMachine(t);
    if (!sh) return t.skip("this host does not let us");
    await sh(debian);
    const path = "PATH=$(echo $PATH | cut -d: -f1):/opt/debian:$PATH";
    const { exitCode, stderr } = await sh(`${path}; dnf install -y sh nosuchthing`);
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /No match for argument: nosuchthing\nError: Unable to find a match: nosuchthing\nFogbank: /,
    );
    const init = JSON.stringify({
      "AWS::CloudFormation::Init": { config: { packages: { yum: { nosuchthing: [] } } } },
    });
    const built = await sh(`${path}; echo '${init}' > /tmp/init; cfn-init /tmp/init`);
    assert.equal(built.exitCode, 1);
    assert.match(built.stderr, /^Error occurred during build: Could not install yum packages: /);
  });

  test("a machine without a root of its own installs nothing on its host", async (t) => {
    const sh = await startMachine(t, "directory");
    if (!sh) return t.skip("this host does not let us");
    const { exitCode, stderr } = await sh("dnf install -y apache2-that-is-not-there");
    assert.equal(exitCode, 1);
    assert.match(stderr, /needs is to be installed on the host/);
  });
});
